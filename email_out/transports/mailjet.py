"""Mailjet's Send API v3.1 as a mail transport.

Each mail passes its own gate, which writes its own line in the send ledger; then it joins a batch.  What the answer
does not say for certain is unknown, and :meth:`MailjetTransport.settle` asks for it by CustomID, which is our send id.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog

from email_out.message.mime import HeaderError, OutgoingMail
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    SendRefused,
    Settlement,
)
from email_out.transports.mailjet_answers import SplitBatch, is_rejected_key, read_answer, read_search
from email_out.transports.mailjet_api import (
    LostAnswerError,
    MailjetApi,
    NothingSentError,
    parse_mailjet_url,
)
from email_out.transports.mailjet_batches import MOST_MAILS, BatchedMail, MailBatches, resolve_mail
from email_out.transports.mailjet_message import CANNOT_SET, write_message

log = structlog.get_logger("email_out")

SEND = "/v3.1/send"
SEARCH = "/v3/REST/message"
LONGEST_PAUSE = 60.0
_FAILURES = (RetryLater, OutcomeUnknown)
_ABILITIES = Abilities(batch=MOST_MAILS, settle=True, envelope_sender=False, signs=True, cannot_set=CANNOT_SET)


@dataclass(slots=True, kw_only=True)
class _Pause:
    """How long nothing is sent after a call that failed: each time twice as long, until one succeeds."""

    first: float
    """Seconds."""
    _length: float = 0.0
    _until: float = 0.0
    _failure: RetryLater | None = None

    def note_failure(self, failure: RetryLater) -> None:
        now = asyncio.get_running_loop().time()
        # Calls that fail together count once.
        if now >= self._until:
            self._length = min(self._length * 2 or self.first, LONGEST_PAUSE)
            self._until = now + self._length
        self._failure = failure

    def end(self) -> None:
        self._length = self._until = 0.0

    def find_reason(self) -> RetryLater | None:
        """Return why a mail waits now; None if it need not."""
        return self._failure if asyncio.get_running_loop().time() < self._until else None


class MailjetTransport:
    """One key, with a few connections and one batch that is being gathered."""

    def __init__(self, api: MailjetApi, *, connections: int = 4, first_pause: float = 1.0) -> None:
        """Prepare the transport; nothing connects yet.  ``first_pause`` is the rest after a failed call in seconds."""
        self._api = api
        self._batches = MailBatches(self._post_batch)
        # Room before the gate: a mail whose attempt has begun never waits for a connection.
        self._room = asyncio.Semaphore(connections * MOST_MAILS)
        self._pause = _Pause(first=first_pause)

    @property
    def server_name(self) -> str:
        """Host and port."""
        return self._api.server_name

    @property
    def can(self) -> Abilities:
        """Batches and a search; Message-ID, Date and List-Id are Mailjet's."""
        return _ABILITIES

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:  # noqa: ARG002  it builds the mail itself
        """Hand one mail over if its gate opens, right before its batch goes."""
        try:
            raw = msgspec.json.encode(write_message(mail))
        except HeaderError as error:
            return SendRefused(reason=str(error), status="failed")
        async with self._room:
            if (waits := self._pause.find_reason()) is not None:
                return waits
            if (ending := await gate()) is not None:
                return ending
            return await self._batches.hand_over(mail.id, raw)

    async def settle(self, send_id: str) -> Settlement:
        """Search for a mail by its CustomID."""
        try:
            answer = await self._api.call("GET", SEARCH, query={"CustomID": send_id})
        except (NothingSentError, LostAnswerError):
            return CANNOT_TELL
        found, provider_id = read_search(answer.status, answer.raw)
        return Settlement(answer=found, provider_id=provider_id)

    async def close(self) -> None:
        """End calls that are under way and close the connections."""
        await self._batches.close()
        await self._api.close()

    async def _post_batch(self, batch: Sequence[BatchedMail]) -> None:
        read = await self._call_send(batch)
        if not isinstance(read, SplitBatch):
            for mail, result in zip(batch, read, strict=True):
                resolve_mail(mail, result)
        elif len(batch) == 1:
            resolve_mail(batch[0], read.refusal)
        else:
            # One mail that the API cannot read must not cost the other 49: halves find it in six calls.
            middle = len(batch) // 2
            await self._post_batch(batch[:middle])
            await self._post_batch(batch[middle:])

    async def _call_send(self, batch: Sequence[BatchedMail]) -> list[DeliveryResult] | SplitBatch:
        body = b'{"Messages":[' + b",".join(mail.raw for mail in batch) + b"]}"
        try:
            answer = await self._api.call("POST", SEND, body=body)
        except NothingSentError as error:
            away = RetryLater(reason=str(error), failed=True, unreachable=True, no_connection=True)
            self._pause.note_failure(away)
            return [away] * len(batch)
        except LostAnswerError as error:
            self._pause.note_failure(RetryLater(reason=str(error), failed=False, unreachable=True))
            return [OutcomeUnknown(reason=str(error))] * len(batch)
        read = read_answer(answer.status, answer.raw, [mail.id for mail in batch])
        self._note_health(read)
        return read

    def _note_health(self, read: list[DeliveryResult] | SplitBatch) -> None:
        """Rest after a call that brought nothing, so that an outage makes few mails unknown."""
        failed = [] if isinstance(read, SplitBatch) else [one for one in read if isinstance(one, _FAILURES)]
        if isinstance(read, SplitBatch) or len(failed) < len(read):
            self._pause.end()
            return
        if is_rejected_key(failed[0]):
            log.error("mail_key_rejected", url=self.server_name)
        away = isinstance(failed[0], OutcomeUnknown)
        self._pause.note_failure(RetryLater(reason=failed[0].reason, failed=False, unreachable=away))


def open_mailjet(url: str, *, connections: int, hello: str) -> MailjetTransport:
    """Return the transport of a ``mailjet://`` URL.  Raises :class:`MailSettingsError`."""
    del hello  # a word of SMTP
    api = MailjetApi(parse_mailjet_url(url), connections=connections)
    return MailjetTransport(api, connections=connections)
