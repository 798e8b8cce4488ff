"""Whatever strangers and mail systems hand to the two mouths of a running service: its answer, and nothing else."""

import asyncio
import io
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from service.demo.compose import copy_shipped_workspace
from service.feedback.desk import FeedbackDesk
from service.feedback.lmtp_door import listen_lmtp
from service.feedback.mailjet_door import MOST_BYTES, PATH
from service.privacy.erasure import Erasure
from tests.support.running_service import RunningService, run_service
from tests.unit.email_out.feedback.test_read_report import delivery_report, nested

MIA, MAIL = "2711", "wilhelmine@private.example"
LOGIN = "mailjet:a-long-password-of-ours"


@dataclass(kw_only=True)
class Street:
    """The service, its LMTP door, and a reader who has a welcome."""

    running: RunningService
    lmtp: int
    return_path: str
    """Envelope sender of the welcome."""

    async def hand_over(self, raw: bytes, *to: str) -> str:
        """Hand a message to the LMTP door; return its last answer."""
        return await asyncio.to_thread(self._hand_over, raw, to or (self.return_path,))

    def _hand_over(self, raw: bytes, to: tuple[str, ...]) -> str:
        with smtplib.LMTP("127.0.0.1", self.lmtp) as server:
            server.ehlo()
            answers = [server.mail("")] + [server.rcpt(one) for one in to]
            if answers[-1][0] == 250:
                answers.append(server.data(raw))
        return f"{answers[-1][0]} {answers[-1][1].decode()}"

    async def post(self, body: bytes, login: str = LOGIN) -> int:
        """Post a body to the Mailjet door; return the status."""
        headers = {"Authorization": aiohttp.encode_basic_auth(*login.split(":"))}
        url = self.running.demo.url + PATH
        async with self.running.http.post(url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status

    async def read_address(self) -> str:
        """Return what the service thinks of the reader's address."""
        [address] = (await self.running.load_record(MIA)).addresses.values()
        return address.status


@pytest.fixture
async def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    """Run a service whose mails come back to bounce.example, and subscribe somebody."""
    monkeypatch.setenv("DOORSTEP_MAILJET_EVENTS", LOGIN)
    copy_shipped_workspace(tmp_path / "workspace")
    file = tmp_path / "workspace" / "doorstep.yaml"
    file.write_text(file.read_text("utf-8").replace("  marketing:\n", "  marketing:\n    bounces: bounce.example\n", 1))
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(run_service(tmp_path))
        door = running.demo.doorstep
        desk = FeedbackDesk(
            store=door.store, transact=door.transact, addresses=door.addresses, keys=door.keys, clock=door.clock.now
        )
        port = await stack.enter_async_context(listen_lmtp("127.0.0.1:0", desk))
        await running.subscribe_person(MIA, MAIL)
        await running.wait_until(lambda: len(running.demo.inbox.received) > 1, "the welcome")
        yield Street(running=running, lmtp=port, return_path=running.demo.inbox.received[-1].sender)


async def test_letters_that_nobody_should_write(street: Street) -> None:
    """Forged, nested, huge, in loops, cut, of other bytes: each has its answer, nothing goes out, nobody is named."""
    sent = len(street.running.demo.inbox.received)
    box, _, domain = street.return_path.partition("@")
    # Not the last letter: of its five bits three are padding, so another letter may mean the same.
    forged = f"{box[:-2]}{'a' if box[-2] != 'a' else 'b'}{box[-1]}@{domain}"
    absent = b"From: Mia <%b>\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\n%b\r\n"
    huge = delivery_report("4.4.1", action="delayed", returned=("x" * 5000 + "\r\n") * 2000)
    garbage = b"From: MAILER-DAEMON@x.example\r\nTo: \xff\xfe\r\nSubject: \xc3(\r\n\r\n\xff\xff\r\n"
    injected = f"From: a\r\n Bcc: {MAIL}\r\nSubject: =?utf-8?q?a=0d=0aBcc:_x@y.example?=\r\n\r\n".encode()
    nobody_reads = "554 5.7.1 nobody reads letters here; write to the address in the footer of our mails"
    cases: list[tuple[bytes, tuple[str, ...], str]] = [
        (delivery_report("5.1.1", "550 5.1.1 no"), (forged,), "250 2.0.0 forged"),
        (delivery_report("5.1.1"), ("stranger@bounce.example",), "550 5.1.1 no such mailbox here"),
        (delivery_report("5.1.1"), (street.return_path,) * 2, "452 4.5.3 one recipient at a time"),
        (nested(50), (), "250 2.0.0 unreadable"),
        (huge, (), "250 2.0.0 delayed"),
        ((b"x" * 998 + b"\r\n") * 17_000, (), "552 Error: Too much mail data"),
        (absent % (MAIL.encode(), b"I am away"), (), "250 2.0.0 automatic"),
        (absent % (street.return_path.encode(), b"I am away from being away"), (), "250 2.0.0 automatic"),
        # Whoever knows the envelope sender is believed that something came back, and nothing follows from this.
        (garbage, (), "250 2.0.0 unclear"),
        (b"From: " + b"M" * 1_000_000 + f" <{MAIL}>\r\n\r\nHello\r\n".encode(), (), nobody_reads),
        (injected, (), nobody_reads),
        (b"", (), nobody_reads),
    ]
    with capture_logs() as lines:
        answers = [await street.hand_over(raw, *to) for raw, to, _ in cases]
    assert answers == [answer for _, _, answer in cases]
    assert len(street.running.demo.inbox.received) == sent
    assert await street.read_address() == "proven"
    assert [line for line in lines if MAIL in str(line) or "wilhelmine" in str(line) or box in str(line)] == []


async def test_a_report_counts_once_and_never_for_somebody_erased(street: Street) -> None:
    """Genuine, replayed, and replayed when the reader is erased."""
    raw = delivery_report("5.1.1", "550 5.1.1 no")
    first, second = await street.hand_over(raw), await street.hand_over(raw)
    assert await street.read_address() == "bounced"
    door = street.running.demo.doorstep
    erase = Erasure(store=door.store, addresses=door.addresses, archive=door.archive, providers=door.provider_erasures)
    await erase(street.running.subscriber_name(MIA))
    # That the mailbox is dead stays known, by its keyed hash; that anybody had it does not.
    assert (first, second, await street.hand_over(raw)) == ("250 2.0.0 hard", "250 2.0.0 repeated", "250 2.0.0 unknown")


async def test_bodies_that_mailjet_would_not_post(street: Street) -> None:
    """Types mixed, 5,000 items, times of other centuries, foreign ids, half a JSON, a page: 200 or 400, and no harm."""
    now = int(street.running.demo.doorstep.clock.now().timestamp())

    def event(kind: object = "bounce", **more: object) -> dict[str, Any]:
        return {
            "event": kind, "time": now, "MessageID": 1, "email": MAIL, "CustomID": "somebody-else",
            "hard_bounce": True, "error": "user unknown", **more,
        }  # fmt: skip

    mixed = [event(), event("party"), event(7), event(None), 7, None, [], {}, "bounce", event(email=7), event(email="")]
    bodies: list[tuple[bytes, int]] = [
        (json.dumps(mixed).encode(), 200),
        (json.dumps([event(MessageID=number) for number in range(5000)]).encode(), 200),
        (json.dumps([event("sent", time=0), event("unsub", time=4_102_444_800, email="a@b.example")]).encode(), 200),
        (json.dumps([event(time=10**30), event(time="1970"), event(time=1e308), event(time=-1)]).encode(), 200),
        (json.dumps([event(email="x" * 1_000_000 + "@y.example"), event(CustomID="x" * 1_000_000)]).encode(), 200),
        (json.dumps([event(email="\ud800@y.example"), event(error="\ud800", CustomID="\0")]).encode(), 200),
        (json.dumps([event(email=f"{MAIL}\r\nBcc: x@y.example", CustomID=["a"], error={"a": 1})]).encode(), 200),
        (json.dumps(event()).encode()[:-9], 400),
        (b"<html><body>502 Bad Gateway</body></html>", 400),
        (b'[{"event": "bounce", "email": "\xff\xfe@y.example"}]', 200),
        (b"[" * 50_000 + b"]" * 50_000, 400),
        (b"", 400),
        (b"[" + b" " * MOST_BYTES + b"]", 413),
    ]
    with capture_logs() as lines:
        answers = [await street.post(body) for body, _ in bodies]
        stranger = await street.post(json.dumps(event("unsub")).encode(), "mailjet:guessed")
    assert answers == [status for _, status in bodies]
    assert stranger == 401
    # Nothing named a mail that this reader got, so nothing is believed; and the service goes on.
    assert await street.read_address() == "proven"
    assert [line for line in lines if MAIL in str(line) or "wilhelmine" in str(line)] == []
    await street.running.demo.doorstep.clock.move_ahead(timedelta(minutes=1))
    await street.running.subscribe_person("9999", "last@example.com")
