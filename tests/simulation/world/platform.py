"""Messenger and the mail server as they are on a bad day: they lose answers, lie, repeat, and come late.

The Page's client and everything behind it is real down to the bytes of a request; this stands where the connection
would be (:class:`bot.graph_api.http.FormChannel`).  Webhooks reach the real handler with a real signature.
"""

import asyncio
import json
import random  # noqa: TID251  the seed of a simulation
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs

from bot.graph_api.http import NoAnswerError, NotWrittenError, RawAnswer, WithheldError
from bot.inbound.parse import parse_body
from bot.inbound.signature import sign_body
from domain.ports import MARKETING, TRANSACTIONAL
from email_out.message.mime import OutgoingMail
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    SendRefused,
    Settlement,
)
from service.stand_ins.graph_webhooks import Item, echo_item, message_item, write_batch
from tests.simulation.world.loop import PROCESS, SimulatedLoop
from tests.simulation.world.store_server import StoreServer
from tests.simulation.world.truth import Truth

if TYPE_CHECKING:
    from tests.simulation.world.process import SimulatedProcess

PAGE = "1234"
APP_SECRET = "app secret"
APP_ID = "77"
ANSWER_SECONDS = 10.0
"""After which the client gives an answer up."""
GIVES_UP_SECONDS = 6 * 3600.0
"""After which the platform delivers a webhook no more."""


@dataclass(slots=True)
class Lies:
    """How often providers misbehave, as a part of all calls; all 0 once the faults are over."""

    lost_answer: float = 0.0
    """Done, and the answer never comes."""
    lost_request: float = 0.0
    """Not done, and no answer."""
    wrong_answer: float = 0.0
    """Done or not, and answered with an error, an HTML page, or 200 and an empty object."""
    rate: float = 0.0
    unreachable: float = 0.0
    refused: float = 0.0
    repeated: float = 0.0
    """A webhook or echo is delivered twice."""
    lost_echo: float = 0.0
    late: float = 0.0
    """A webhook or echo comes seconds late, so that others overtake it."""

    def end(self) -> None:
        """Misbehave no more."""
        for name in self.__slots__:
            setattr(self, name, 0.0)


@dataclass(slots=True)
class Providers:
    """The platform and the mail server, and what people have of them."""

    loop: SimulatedLoop
    dice: random.Random
    truth: Truth
    server: StoreServer
    lies: Lies
    subscriber_of: Callable[[str], str]
    web_processes: Callable[[], list["SimulatedProcess"]]
    """Returns those that answer HTTP now."""
    event_ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    threads: defaultdict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Messages in a person's thread, by PSID."""
    mailboxes: defaultdict[str, list[OutgoingMail]] = field(default_factory=lambda: defaultdict(list))
    """Mails by address."""
    mail_settles: bool = False
    """Whether the mail provider can be asked what became of a mail."""
    under_way: int = 0
    """Webhooks that are not answered yet."""
    _number: int = 0

    def roll(self, part: float) -> bool:
        """Return True in this part of all cases."""
        return part > 0 and self.dice.random() < part

    def way(self) -> float:
        """Return the seconds of one way through the internet."""
        return 0.005 + self.dice.random() * 0.06

    def now(self) -> datetime:
        """Return the true time."""
        return datetime.fromtimestamp(self.truth.epoch_ms / 1000 + self.loop.now, UTC)

    # -- Messenger -------------------------------------------------------------------------------------------
    def write_to_page(self, psid: str, text: str, payload: str = "") -> None:
        """Let a person write to the Page, or tap a quick reply."""
        self._number += 1
        self.truth.note(f"{self.subscriber_of(psid)[:6]} writes {text!r} {payload}")
        item = message_item(page=PAGE, psid=psid, mid=f"m{self._number}", at=self.now(), text=text, quick_reply=payload)
        self.report(item)

    def report(self, item: Item) -> None:
        """Deliver a webhook, once or twice, soon or late."""
        late = self.dice.random() * 5 if self.roll(self.lies.late) else 0.0
        if late:
            self.truth.inject("webhook delayed, overtaken")
        body = write_batch(PAGE, [item], self.now())
        times = 1
        if self.roll(self.lies.repeated):
            self.truth.inject("webhook repeated")
            times = 2 + (self.dice.random() < 0.3)
        for _ in range(times):
            self.under_way += 1
            self.loop.call_world(self.loop.now + self.way() + late, self._deliver, body, self.loop.now, 0.2)

    def _deliver(self, body: bytes, since: float, pause: float) -> None:
        """Post a webhook to one of the processes; whoever does not answer 200 gets it again."""
        if self.loop.now - since > GIVES_UP_SECONDS:
            self.under_way -= 1
            return
        processes = self.web_processes()
        again = self.loop.now + pause * (1 + self.dice.random()), self._deliver, body, since, min(pause * 2, 30.0)
        if not processes:
            self.loop.call_world(*again)
            return
        process = self.dice.choice(processes)
        answered = False

        def take_status(status: int) -> None:
            nonlocal answered
            if answered:
                return
            answered = True
            self.truth.note(f"{process.name} answers a webhook {status}")
            if status == 200:
                self.under_way -= 1
                self._note_answered(body)
                return
            if status != 503:
                self.truth.accuse(f"a webhook was answered {status}")
            self.loop.call_world(*again)

        # Whoever dies or stands still never answers; the platform waits for twenty seconds.
        self.loop.call_world(self.loop.now + 20.0, take_status, 503)
        process.receive(body, sign_body(body, APP_SECRET), lambda status: self.loop.call_world(
            self.loop.now + self.way(), take_status, status))  # fmt: skip

    def _note_answered(self, body: bytes) -> None:
        content = parse_body(body, self.now())
        for person in content.people:
            ids = tuple(event.id for event in person.events)
            self.truth.note_answer(ids, self.subscriber_of(person.psid))
        for echo in content.echoes:
            self.truth.echoed_at.setdefault(echo.metadata, self.loop.now)

    def take_message(self, form: bytes, written_at: float, process: str) -> tuple[int, bytes]:
        """Take a message or an action; return status and body of a truthful answer."""
        fields = {name: values[0] for name, values in parse_qs(form.decode()).items()}
        psid = json.loads(fields["recipient"])["id"]
        if "message" not in fields:
            return 200, json.dumps({"recipient_id": psid}).encode()
        message = json.loads(fields["message"])
        nonce = message["metadata"]
        self.truth.see_chat(self.server.store, self.subscriber_of(psid), nonce, written_at, process)
        self.threads[psid].append(message)
        self._number += 1
        mid = f"m{self._number}"
        if self.roll(self.lies.lost_echo):
            self.truth.inject("echo lost")
        else:
            self.report(
                echo_item(page=PAGE, psid=psid, mid=mid, at=self.now(), app_id=APP_ID, message={"metadata": nonce})
            )
        return 200, json.dumps({"recipient_id": psid, "message_id": mid}).encode()


class PageChannel:
    """Stands for the connection of a Page's client."""

    def __init__(self, providers: Providers) -> None:
        """Connect to the platform."""
        self._providers = providers

    async def post_form(
        self, form: bytes, *, within: float | None = None, may_write: Callable[[], bool] | None = None
    ) -> RawAnswer:
        """Post a form, see :meth:`bot.graph_api.http.FormChannel.post_form`."""
        providers, process = self._providers, PROCESS.get()
        loop, lies, truth = providers.loop, providers.lies, providers.truth
        await asyncio.sleep(providers.way())  # a connection, and
        await asyncio.sleep(providers.way())  # TLS: whoever stood still in between has yet to take part
        if providers.roll(lies.unreachable):
            truth.inject("platform unreachable")
            raise NotWrittenError
        if may_write and not may_write():
            raise WithheldError
        answer: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        is_message = b"message=" in form

        def arrive(written_at: float) -> None:
            reply = self._answer(form, written_at, process.name, lies_now=is_message)
            if reply is not None:
                loop.call_in(process, providers.way(), _resolve, answer, reply)

        if is_message and providers.roll(lies.lost_request):
            truth.inject("message lost, no answer")
        else:
            loop.call_world(loop.now + providers.way(), arrive, loop.now)
        try:
            async with asyncio.timeout(within or ANSWER_SECONDS):
                status, raw = await answer
        except TimeoutError:
            raise NoAnswerError from None
        return status, raw, {}

    async def get_path(self, path: str, bearer: str) -> RawAnswer:
        """Return a profile, see :meth:`bot.graph_api.http.FormChannel.get_path`."""
        assert path
        assert bearer
        providers = self._providers
        await asyncio.sleep(providers.way())
        if providers.roll(providers.lies.unreachable):
            raise NotWrittenError
        if providers.roll(providers.lies.wrong_answer):
            providers.truth.inject("platform lies about a profile")
            return 500, b"<html>oops</html>", {}
        return 200, b'{"first_name": "Mia", "locale": "en_US", "timezone": 1}', {}

    def _answer(self, form: bytes, written_at: float, process: str, *, lies_now: bool) -> tuple[int, bytes] | None:
        providers, lies = self._providers, self._providers.lies
        if not lies_now:
            return providers.take_message(form, written_at, process)
        if providers.roll(lies.rate):
            providers.truth.inject("platform: too many calls")
            return 429, b'{"error": {"code": 613, "message": "slow down"}}'
        if providers.roll(lies.refused):
            providers.truth.inject("platform refuses a person")
            return 400, b'{"error": {"code": 551, "message": "not available"}}'
        if providers.roll(lies.wrong_answer):
            wrong = providers.dice.choice(_WRONG_ANSWERS)
            done = providers.dice.random() < 0.5
            providers.truth.inject(f"platform lies: {'sent' if done else 'not sent'}, answers {wrong[2]}")
            if done:
                providers.take_message(form, written_at, process)
            return wrong[0], wrong[1]
        reply = providers.take_message(form, written_at, process)
        if providers.roll(lies.lost_answer):
            providers.truth.inject("message sent, answer lost")
            return None
        return reply


_WRONG_ANSWERS = (
    (200, b"{}", "200 {}"),
    (200, b"", "200 without a body"),
    (200, b"<html>ok</html>", "200 HTML"),
    (500, b"<html>oops</html>", "500 HTML"),
    (502, b"", "502"),
    (500, b'{"error": {"code": 1200, "message": "temporary"}}', "temporary error"),
    (400, b'{"error": {"code": "abc"}}', "an error without a number"),
)


def _resolve(answer: asyncio.Future[Any], reply: object) -> None:
    if not answer.done():
        answer.set_result(reply)


class MailDoor:
    """Stands for the mail server, see :class:`email_out.transports.base.Transport`."""

    server_name = "mail.simulated:25"

    def __init__(self, providers: Providers, process: str) -> None:
        """Connect a process."""
        self._providers = providers
        self._process = process

    async def close(self) -> None:
        """Do nothing."""

    @property
    def can(self) -> Abilities:
        """In some installations the provider can be asked what became of a mail."""
        return Abilities(settle=self._providers.mail_settles)

    async def settle(self, send_id: str) -> Settlement:
        """Tell what became of a mail; at times it does not know."""
        providers = self._providers
        await asyncio.sleep(providers.way())
        if providers.roll(providers.lies.wrong_answer):
            providers.truth.inject("mail provider cannot tell")
            return CANNOT_TELL
        return Settlement(answer="went" if send_id in providers.truth.mails else "did not")

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Hand a mail over if its gate opens."""
        providers, process = self._providers, PROCESS.get()
        loop, lies, truth = providers.loop, providers.lies, providers.truth
        await asyncio.sleep(providers.way() * 3)
        if providers.roll(lies.unreachable):
            truth.inject("mail server away")
            return RetryLater(reason="away", failed=True, unreachable=True)
        if providers.roll(lies.refused):
            truth.inject("mail refused at RCPT")
            return SendRefused(reason="550 5.7.1", status="failed")
        if ending := await gate():
            return ending
        answer: asyncio.Future[DeliveryResult] = loop.create_future()
        lost = providers.roll(lies.lost_request)
        if lost:
            truth.inject("mail lost before the server took it")
        else:
            loop.call_world(loop.now + providers.way(), self._arrive, mail, len(mime_bytes), process, loop.now, answer)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError:
            return OutcomeUnknown(reason="the connection ended after the final dot")

    def _arrive(self, mail: OutgoingMail, size: int, process: Any, written_at: float, answer: Any) -> None:  # noqa: ANN401  its process and its future
        providers, lies = self._providers, self._providers.lies
        assert size
        if providers.roll(lies.rate):
            providers.truth.inject("mail server: later (451)")
            reply: DeliveryResult = RetryLater(reason="451", failed=True)
        else:
            lane = MARKETING if mail.bulk_headers else TRANSACTIONAL
            providers.truth.see_mail(providers.server.store, mail.id, lane, written_at, self._process)
            providers.mailboxes[mail.to.email].append(mail)
            reply = Delivered()
            if providers.roll(lies.lost_answer):
                providers.truth.inject("mail taken, answer lost")
                return
        providers.loop.call_in(process, providers.way(), _resolve, answer, cast("object", reply))
