"""A strict stand-in for Mailjet's API over real HTTP: demo, tests and benchmarks send their mails here.

It refuses what the platform refuses (:mod:`service.stand_ins.mailjet.send_rules`), answers 501 where no source says
what Mailjet does, and goes wrong on demand in the ways of :data:`service.stand_ins.mailjet.state.Lever`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from typing import Literal

import aiohttp
from aiohttp import web

from service.stand_ins.mailjet import contacts
from service.stand_ins.mailjet.contacts import BadRequestError
from service.stand_ins.mailjet.courier import Courier
from service.stand_ins.mailjet.events import EventKind, EventPostman, write_event
from service.stand_ins.mailjet.guarded_calls import REST, GuardedCalls, write_fault, write_rows
from service.stand_ins.mailjet.send_rules import (
    KEY_SUSPENDED,
    MALFORMED,
    SERVER_ERROR,
    Fault,
    Json,
    NotEstablishedError,
    judge_call,
    judge_message,
    list_recipients,
)
from service.stand_ins.mailjet.state import AcceptedMessage, Lever, MailjetAccount

MOST_CALL_BYTES = 32 * 1024 * 1024
"""Bytes of a call that are read at all.  Neither source tells the limit of mj-0011; 15 MB of files fit in base64."""


class MailjetStandIn(GuardedCalls):
    """Mailjet's API for some accounts (keys)."""

    def __init__(self, *, accounts: Mapping[str, str], clock: Callable[[], datetime], senders: tuple[str, ...]) -> None:
        """Serve these keys (key → secret), all with these validated senders (addresses, or ``*@domain``)."""
        super().__init__(accounts=accounts, clock=clock, senders=senders)
        self.postman = EventPostman(clock=clock)
        self.courier: Courier | None = None
        """Brings messages to a mail server; None if they are kept and count as delivered."""
        self._released = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None

    def build_application(self, pages: Iterable[web.RouteDef] = ()) -> web.Application:
        """Return the application to run on 127.0.0.1; ``pages`` are for people, and ask for no key."""
        application = web.Application(client_max_size=MOST_CALL_BYTES)
        guard = self.guard_handler
        application.add_routes(pages)
        application.add_routes(self.contact_routes())
        application.add_routes([
            web.post("/v3.1/send", guard(self._send)),
            web.get(REST + "message", guard(self._find_messages)),
            web.post(REST + "eventcallbackurl", guard(self._set_event_address)),
            web.route("*", "/{anything:.*}", guard(self._refuse_unknown)),
        ])  # fmt: skip
        application.cleanup_ctx.append(self._open_session)
        application.on_shutdown.append(self._release_hanging)
        return application

    def report(self, kind: EventKind, message: AcceptedMessage, at: datetime | None = None, **more: object) -> None:
        """Queue an event of a message; ``at`` is when it happened, now if None."""
        self.postman.add_event(write_event(kind, message, at or self.clock(), **more))

    async def send_events(self) -> int:
        """Send the events that are due; return how many were answered 200."""
        assert self._session is not None  # noqa: S101  the application runs
        return await self.postman.send_due(self._session)

    async def _send(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        lever = account.levers.popleft() if account.levers else None
        if lever in ("rate", "500 before", "suspended", "hang before", "cut before"):
            return await self._go_wrong(request, lever)
        try:
            body = json.loads(await request.read())
        except ValueError:
            return write_fault(MALFORMED)
        fault = judge_call(body)
        if fault:
            return write_fault(fault)
        answers, is_good = [], True
        for message in body["Messages"]:
            faults = judge_message(message, account.senders) or self._refuse_recipients(account, message)
            is_good = is_good and not faults
            answers.append(_refuse(faults) if faults else self._accept(account, message, bool(body.get("SandboxMode"))))
        if lever:
            return await self._go_wrong(request, lever, answers)
        return web.json_response({"Messages": answers}, status=200 if is_good else 400)

    def _refuse_recipients(self, account: MailjetAccount, message: Json) -> list[Fault]:
        codes = [account.refused[email] for email in list_recipients(message) if email in account.refused]
        return [Fault(code=code, message="refused as asked for", related=("To[0].Email",)) for code in codes]

    def _accept(self, account: MailjetAccount, message: Json, sandbox: bool) -> Json:  # noqa: FBT001  the API's own flag
        answer: Json = {"Status": "success", "CustomID": message.get("CustomID", ""), "To": [], "Cc": [], "Bcc": []}
        for name in ("To", "Cc", "Bcc"):
            boxes = message.get(name, [])
            assert isinstance(boxes, list)  # noqa: S101  judged before
            answer[name] = [self._accept_copy(account, message, str(box["Email"]), sandbox) for box in boxes]
        return answer

    def _accept_copy(self, account: MailjetAccount, message: Json, email: str, sandbox: bool) -> Json:  # noqa: FBT001  see above
        if sandbox:  # guide: the answer without ids, and nothing is delivered
            return {"Email": email, "MessageUUID": "", "MessageID": 0, "MessageHref": _href(0)}
        taken = account.accept(message, email)
        if not taken.delivered:
            self.report("blocked", taken, error_related_to="mailjet", error="duplicate in campaign")
        elif self.courier:
            self.courier.waiting.append(taken)
        else:
            self.report("sent", taken)
        return {"Email": email, "MessageUUID": taken.uuid, "MessageID": taken.id, "MessageHref": _href(taken.id)}

    async def _go_wrong(
        self, request: web.Request, lever: Lever, answers: list[Json] | None = None
    ) -> web.StreamResponse:
        """Answer as a lever says, after the messages were taken or not."""
        if lever.startswith(("hang", "cut")):
            if lever.startswith("hang"):
                await self._released.wait()
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        return _write_wrong(lever, answers or [])

    async def _find_messages(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        query = dict(request.query)
        if query.keys() - {"CustomID", "Limit", "Offset", "ShowCustomID"} or "CustomID" not in query:
            message = "a search for messages by anything but CustomID"
            raise NotEstablishedError(message)
        if account.failing_looks:
            account.failing_looks -= 1
            raise BadRequestError(500, "internal error")
        found = account.by_custom_id.get(query["CustomID"], [])
        if account.blind_looks:
            account.blind_looks -= 1
            found = []
        rows: list[Json] = [
            {"ArrivedAt": one.at.isoformat(), "ID": one.id, "UUID": one.uuid, "ContactID": one.contact,
             "Status": "sent" if one.delivered else "blocked"}
            for one in found
        ]  # fmt: skip
        return web.json_response(contacts.cut_page(rows, query))

    async def _set_event_address(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        del account
        body = await request.json()
        version: Literal[1, 2] = 2 if str(body.get("Version", "1")) == "2" else 1
        self.postman.set_address(
            str(body["EventType"]),
            str(body["Url"]),
            version=version,
            backup=str(body.get("isBackup")).lower() == "true",
        )
        return write_rows([body])

    async def _refuse_unknown(self, request: web.Request, account: MailjetAccount) -> web.StreamResponse:
        del account
        message = f"{request.method} {request.path}"
        raise NotEstablishedError(message)

    async def _open_session(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self._session:
            yield

    async def _release_hanging(self, _: web.Application) -> None:
        self._released.set()


def _write_wrong(lever: Lever, answers: list[Json]) -> web.Response:
    """Return the answer of a lever that answers at all."""
    whole = json.dumps({"Messages": answers})
    texts: dict[Lever, tuple[int, str, str]] = {
        "rate": (429, "Rate limit exceeded", "text/html"),  # anymail: no JSON
        "html": (200, "<html><body>It works!</body></html>", "text/html"),
        "half": (200, whole[: len(whole) // 2], "application/json"),
    }
    if lever in texts:
        status, text, kind = texts[lever]
        return web.Response(status=status, text=text, content_type=kind)
    changed: dict[Lever, list[Json]] = {
        "shuffled": answers[::-1],
        "other ids": [one | {"CustomID": "somebody-else"} for one in answers],
        "short": answers[:-1],
    }
    if lever in changed:
        return web.json_response({"Messages": changed[lever]})
    return write_fault(KEY_SUSPENDED if lever == "suspended" else SERVER_ERROR)


def _refuse(faults: list[Fault]) -> Json:
    return {"Status": "error", "Errors": [fault.to_json() for fault in faults]}


def _href(number: int) -> str:
    return f"https://api.mailjet.com/v3/REST/message/{number}"
