"""A stand-in for the Graph API over real HTTP: demo, tests and benchmarks send their messages here.

It refuses what the platform refuses (``graph_rules``, ``graph_page``), and fails on demand in each of the platform's
ways (``graph_failures``), slowly, or with its answer lost before or after the message arrived.  Messages are kept by
person; with ``echo_to`` it posts an echo of each one to that webhook, signed as the platform does.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import aiohttp
from aiohttp import web

from service.stand_ins.graph_app import AppEdges
from service.stand_ins.graph_edges import APP_ID, Body, PlatformUser, fields_of, refuse_if
from service.stand_ins.graph_failures import FAILURES, Failure, usage_header
from service.stand_ins.graph_page import COMMENT, WINDOW
from service.stand_ins.graph_rules import bad_send
from service.stand_ins.graph_webhooks import (
    Item,
    WebhookPostman,
    echo_item,
    message_payload,
    postback_payload,
    sign_body,
)

__all__ = ["DeliveredMessage", "GraphStandIn", "PlatformUser", "message_payload", "postback_payload", "sign_body"]

Lost = Literal["hang", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredMessage:
    """Something that arrived at a person's phone."""

    page: str
    psid: str
    at: datetime
    mid: str
    """Message id given to it; empty for a sender action."""
    action: str
    """``typing_on`` and the like; empty for a message."""
    message: Body
    """The Send API's ``message``; empty for a sender action."""
    persona: str = ""
    """Id of the persona who spoke; empty if the Page itself did."""


class GraphStandIn(AppEdges):
    """The Graph API of some Pages."""

    def __init__(
        self,
        *,
        tokens: Mapping[str, str],
        app_secret: str,
        clock: Callable[[], datetime],
        people: Mapping[str, PlatformUser] | None = None,
        echo_to: str = "",
        strict: bool = False,
    ) -> None:
        """Serve these Pages (id → token) and know these people (PSID → person); others have no profile.

        With ``strict``, only people who are known to have written can be written to.
        """
        super().__init__(tokens=tokens, app_secret=app_secret, clock=clock, people={} if people is None else people)
        self.sent: list[DeliveredMessage] = []
        """All that arrived, in order."""
        self.strict = strict
        self.postman = WebhookPostman(echo_to, lambda page: self.secrets.get(page, app_secret), clock)
        self._echoes = self.postman.tasks
        self._unreachable: dict[str, Failure] = {}
        self._losses: deque[tuple[Lost, bool]] = deque()
        self._slow_s = 0.0
        self._most_a_second = 0
        self._second: deque[float] = deque()
        self._released = asyncio.Event()

    def build_application(self) -> web.Application:
        """Return the application to run on 127.0.0.1."""
        application = web.Application()
        application.add_routes([*self.app_routes(), *self.page_routes()])
        application.cleanup_ctx.append(self._open_session)
        application.on_shutdown.append(self._release_hanging)
        return application

    def messages_to(self, psid: str) -> list[DeliveredMessage]:
        """Return what one person received, oldest first."""
        return [delivered for delivered in self.sent if delivered.psid == psid]

    def hang_next(self, *, delivered: bool, times: int = 1) -> None:
        """Never answer the next messages; with ``delivered`` they arrive, and are echoed, all the same."""
        self._losses.extend([("hang", delivered)] * times)

    def cut_next(self, *, delivered: bool, times: int = 1) -> None:
        """Close the connection instead of answering the next messages."""
        self._losses.extend([("cut", delivered)] * times)

    def answer_slowly(self, seconds: float) -> None:
        """Take this long for every answer from now on."""
        self._slow_s = seconds

    def limit_rate(self, most_a_second: int) -> None:
        """Accept this number of messages a second, and refuse the others."""
        self._most_a_second = most_a_second

    def report_usage(self, percent: int, minutes: int = 0) -> None:
        """Report with every answer how much of the allowance has been used."""
        self.usage = usage_header(percent, minutes) if percent else {}

    def make_unreachable(self, psid: str, kind: str = "blocked") -> None:
        """Refuse every message to a person from now on; ``kind`` names the failure."""
        self._unreachable[psid] = FAILURES[kind]

    def open_window(self, page: str, psid: str) -> None:
        """Note that a person wrote now, which opens the window for 24 hours."""
        self.pages[page].windows[psid] = self.clock() + WINDOW

    def allow_private_reply(self, page: str, comment: str, psid: str) -> None:
        """Note a comment that may be answered privately once, within seven days."""
        self.pages[page].comments[comment] = (psid, self.clock() + COMMENT)

    def deliver_webhooks(self, page: str, *items: Item) -> None:
        """Deliver these items to the webhook; a message among them opens a window, a comment may be answered."""
        for item in items:
            # Both rules hold at the platform from the moment of the event, not from the delivery of its webhook.
            value, sender = item.get("value"), item.get("sender")
            if isinstance(value, dict) and value.get("verb") == "add":
                self.allow_private_reply(page, str(value["comment_id"]), str(value["from"]["id"]))
            if isinstance(sender, dict) and item.keys() & {"message", "postback"} and sender.get("id") != page:
                self.open_window(page, str(sender.get("id")))
        self.postman.enqueue_items(page, *items)

    async def wait_until_delivered(self) -> None:
        """Return when every webhook so far has been delivered."""
        await self.postman.wait_until_delivered()

    async def take_message(self, request: web.Request) -> web.StreamResponse:
        """Take a message or a sender action."""
        body = await fields_of(request)
        await asyncio.sleep(self._slow_s)
        # In the platform's order: token, shape of the body, recipient, ids.  The error table of the service is tested
        # against bodies that break one rule each.
        page = self.judge_call(request, body)
        state, recipient = self.pages[page], body.get("recipient")
        fault = bad_send(body)
        if not fault and isinstance(recipient, dict):
            fault = state.bad_recipient(recipient, self.clock(), strict=self.strict) or state.bad_ids(body)
        refuse_if(fault)
        psid = self._recipient_psid(page, body["recipient"])  # type: ignore[arg-type]  # judged above
        # Typing indicators need the open window too, but are neither echoed nor given a message id.
        if "sender_action" in body:
            self._deliver_message(page, psid, body)
            return self.answer_call({"recipient_id": psid})
        return await self._take_valid_message(request, page, psid, body)

    def _recipient_psid(self, page: str, recipient: Body) -> str:
        comment = str(recipient.get("comment_id", ""))
        return self.pages[page].comments[comment][0] if comment else str(recipient["id"])

    async def _take_valid_message(self, request: web.Request, page: str, psid: str, body: Body) -> web.StreamResponse:
        # An answer that is lost after the message arrived is the case that the sender must survive: only the echo can
        # tell it that a second attempt would double the message.
        failure = self.next_failure("messages") or self._unreachable.get(psid) or self._rate_failure()
        loss = self._losses.popleft() if self._losses and not failure else None
        mid = ""
        arrives = failure.delivered if failure else loss is None or loss[1]
        if arrives:
            mid = self._deliver_message(page, psid, body)
        if loss and loss[0] == "hang":
            await self._released.wait()
        elif loss and request.transport:
            request.transport.abort()
        refuse_if(failure)
        kept = self.pages[page].keep_attachment(body["message"], self.new_id())  # type: ignore[arg-type]  # judged above
        given = {"attachment_id": kept} if kept else {}
        return self.answer_call({"recipient_id": psid, "message_id": mid, **given})

    def _rate_failure(self) -> Failure | None:
        if not self._most_a_second:
            return None
        # A sliding window of one second of real time; refused calls count too.
        now = asyncio.get_running_loop().time()
        while self._second and now - self._second[0] >= 1:
            self._second.popleft()
        self._second.append(now)
        return FAILURES["send_rate"] if len(self._second) > self._most_a_second else None

    def _deliver_message(self, page: str, psid: str, body: Body) -> str:
        action, message = str(body.get("sender_action", "")), body.get("message")
        named = f"{page}.{psid}.{self.new_id()}.{self.clock().isoformat()}"
        # Hashed with the time: ids of two runs must not meet in a store that outlives a restart of the demo.
        mid = "" if action else "m_" + hashlib.sha256(named.encode()).hexdigest()
        sent = DeliveredMessage(
            page=page,
            psid=psid,
            at=self.clock(),
            mid=mid,
            action=action,
            message=message if isinstance(message, dict) else {},
            persona=str(body.get("persona_id", "")),
        )
        self.sent.append(sent)
        comment = str(body["recipient"].get("comment_id", ""))  # type: ignore[attr-defined]  # judged above
        # One private reply a comment (“Private Replies”); the second is refused with 10900.
        if comment:
            self.pages[page].answered.add(comment)
        if not action:
            item = echo_item(page=page, psid=psid, mid=mid, at=sent.at, app_id=APP_ID, message=sent.message)
            self.postman.enqueue_items(page, item)
        return mid

    async def _open_session(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self.postman.session:
            yield
            await self.wait_until_delivered()

    async def _release_hanging(self, _: web.Application) -> None:
        self._released.set()
