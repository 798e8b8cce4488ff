"""Posts to a hook.  One try a call: the lane puts it back with growing pauses until it is too late for the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import structlog
from yarl import URL

from domain.effects import CallHook
from domain.keyring import Keyring
from domain.ports import Clock, HookAnswer
from domain.workspace_config import WorkspaceConfig
from domain.workspace_hooks import Hook
from service.hooks.guarded_resolver import GuardedResolver, PrivateAddressError, refuse_private
from service.hooks.read_answer import LARGEST_ANSWER, UnclearAnswerError, read_answer
from service.hooks.sign_request import ID_HEADER, SIGNATURE_HEADER, build_body, sign_body

log = structlog.get_logger("doorstep.hooks")

ANSWER_SECONDS = 5.0
"""Longest time from the beginning of a request to the end of its answer."""
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""Refusals that may be over soon, like every error of a server (5xx)."""
FAILED = HookAnswer(taken=False)


class HookAwayError(Exception):
    """A hook cannot be asked now; asking again later may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCaller:
    """Asks the hooks of the live edition."""

    keys: Keyring
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    answer_seconds: float = ANSWER_SECONDS

    async def call(self, subscriber: str, call: CallHook, *, is_first: bool = False) -> HookAnswer | None:
        """Return the answer of a hook, None if it is too late to ask.  Raises :class:`HookAwayError`.

        ``is_first`` says that it was never tried: what a sequence tells is tried once also after its time.
        """
        # It may have waited that long behind what another program would not hear.
        if self.clock() >= call.until and not (is_first and call.kind):
            log.warning("hook_too_late", hook=call.hook)
            return FAILED if call.kind else None  # nobody waits for a hook of a sequence, so it goes on the list
        hook = self.config().hooks.get(call.hook)
        if hook is None:
            return self._give_up(call, "not_declared")
        try:
            status, raw = await self._post(hook, call, build_body(subscriber, call))
        except PrivateAddressError:
            return self._give_up(call, "private_address")
        except (aiohttp.InvalidURL, aiohttp.ClientConnectorCertificateError) as error:
            return self._give_up(call, type(error).__name__)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # The text of the error may hold the address, whose query may hold a secret: only its kind is logged.
            raise HookAwayError(type(error).__name__) from None
        return self._judge(call, status, raw)

    def _judge(self, call: CallHook, status: int, raw: bytes) -> HookAnswer:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
            message = f"status {status}"
            raise HookAwayError(message)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return self._give_up(call, f"status_{status}")
        if len(raw) > LARGEST_ANSWER:
            return self._give_up(call, "answer_too_large")
        try:
            return HookAnswer(taken=True, fields=read_answer(raw, call.sets))
        except UnclearAnswerError:
            return self._give_up(call, "answer_unclear")

    def _give_up(self, call: CallHook, reason: str) -> HookAnswer:
        log.warning("hook_failed", hook=call.hook, reason=reason)
        return FAILED

    async def _post(self, hook: Hook, call: CallHook, body: bytes) -> tuple[int, bytes]:
        """Post once; return the status and at most one byte more of the answer than is allowed."""
        url = URL(hook.url)
        if not hook.allow_private:
            refuse_private(url.host or "")  # a written address is never resolved
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a small compressed answer can be a huge one
            ID_HEADER: call.id,
            SIGNATURE_HEADER: sign_body(body, self.keys.hook_secrets(call.hook), self.clock()),
        }
        # A connection of its own: one that is kept would be reused without its address being judged again.
        connector = aiohttp.TCPConnector(
            resolver=None if hook.allow_private else GuardedResolver(), use_dns_cache=False, force_close=True
        )
        async with (
            asyncio.timeout(self.answer_seconds),
            aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            ) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            raw = bytearray()
            async for piece in answer.content.iter_chunked(LARGEST_ANSWER):
                raw += piece
                if len(raw) > LARGEST_ANSWER:
                    break
            return answer.status, bytes(raw[: LARGEST_ANSWER + 1])
