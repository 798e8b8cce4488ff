"""Gathers mails that are ready at about the same time into one call: up to 50, waiting 20 ms at most."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from email_out.transports.base import DeliveryResult, OutcomeUnknown

log = structlog.get_logger("email_out")

MOST_MAILS = 50
"""Messages of one call (``guides/_send-api.md``, “Send in bulk”)."""
MOST_BYTES = 10 * 1024 * 1024
"""Bytes of one call.  Mailjet names no number beside 15 MB of files; a larger call is refused (mj-0011) and halved."""
WAIT_SECONDS = 0.02
_ENDED = OutcomeUnknown(reason="the service ended before the provider's answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchedMail:
    """A mail that waits for its call."""

    id: str
    """Send id, which is its CustomID."""
    raw: bytes
    """Its message as JSON."""
    result: asyncio.Future[DeliveryResult]


PostBatch = Callable[[Sequence[BatchedMail]], Awaitable[None]]
"""Hands a batch over and resolves each of its results."""


class MailBatches:
    """The batch that is being gathered, and those that are on their way."""

    def __init__(self, post: PostBatch) -> None:
        """Take what hands a batch over."""
        self._post = post
        self._open: list[BatchedMail] = []
        self._open_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def hand_over(self, send_id: str, raw: bytes) -> DeliveryResult:
        """Put a mail into the batch and return what became of it."""
        loop = asyncio.get_running_loop()
        mail = BatchedMail(id=send_id, raw=raw, result=loop.create_future())
        # Before it is added: a batch that is too large would be refused as a whole.
        if self._open_bytes + len(raw) > MOST_BYTES:
            self._start_call()
        self._open.append(mail)
        self._open_bytes += len(raw)
        if len(self._open) >= MOST_MAILS:
            self._start_call()
        # The first mail of a batch decides how long all of it waits.
        elif self._timer is None:
            self._timer = loop.call_later(WAIT_SECONDS, self._start_call)
        return await mail.result

    def _start_call(self) -> None:
        if self._timer:
            self._timer.cancel()
        batch, self._open, self._open_bytes, self._timer = self._open, [], 0, None
        if batch:
            # A task of its own: a mail that is given up meanwhile must not take the others of its batch with it.
            call = asyncio.create_task(self._run_call(batch))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _run_call(self, batch: list[BatchedMail]) -> None:
        try:
            await self._post(batch)
        except Exception as error:  # noqa: BLE001  whatever it is, its mails may have gone and must be asked about
            log.error("mail_batch_failed", error=type(error).__name__, count=len(batch))
        finally:
            for mail in batch:
                resolve_mail(mail, _ENDED)

    async def close(self) -> None:
        """End what is on its way; its mails are unknown."""
        self._start_call()
        calls = set(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


def resolve_mail(mail: BatchedMail, result: DeliveryResult) -> None:
    """Tell what became of a mail, unless that was told already or nobody waits any more."""
    if not mail.result.done():
        mail.result.set_result(result)
