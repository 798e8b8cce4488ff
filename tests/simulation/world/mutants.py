"""Rules of the service, each taken out in turn: the simulation must notice, or it proves nothing."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from bot.inbound.webhook import Webhook
from bot.outbound import claims
from domain.events import AnyEvent
from domain.ports import Begun, Commit, Committed, StoreAwayError, Transacted
from domain.record import Identity
from email_out.delivery.sender import MailSender
from service.engine import build_commit
from service.engine.address_registry import AddressRegistry
from service.engine.transact import Transactor
from service.runtime.store_watch.clock_check import ClockCheck
from service.runtime.work_sharing.partition_leases import PartitionLeases
from tests.support.memory_store.store import MemoryStore

Patch = AbstractContextManager[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A rule that is taken out."""

    name: str
    breaks: str
    """A part of the promise that is then broken."""
    apply: Callable[[], Patch]
    found_by: int = 0
    """A seed that notices; the first that is tried."""

    def seeds(self, most: int) -> Iterable[int]:
        """Return the seeds to try, that which is known to notice first."""
        return (self.found_by, *range(most))


@contextmanager
def answer_before_commit() -> Iterator[None]:
    """Answer a webhook 200 whatever became of its commit."""

    async def take_in(self: Webhook, *given: object) -> int:
        await real(self, *given)  # type: ignore[arg-type]  # handed on as it came
        return 0

    real = Webhook._take_in_body
    with patch.object(Webhook, "_take_in_body", take_in):
        yield


@contextmanager
def forget_event_ids() -> Iterator[None]:
    """Write commits without the ids of their events."""
    real = build_commit.build_commit

    def build(*given: Any, **options: Any) -> Any:  # noqa: ANN401  handed on as they came
        return replace(real(*given, **options), event_ids=())

    with patch.object(build_commit, "build_commit", build):
        yield


@contextmanager
def send_unknown_marketing_again() -> Iterator[None]:
    """Take an attempt at a marketing mail that never ended for none."""
    real = MailSender.deliver

    async def deliver(self: MailSender, claim: Any) -> Any:  # noqa: ANN401  handed on as it came
        sending = replace(claim, attempt=None)
        return await real(self, sending)

    async def begin(self: MailSender, _version: int, claim: Any, mail: Any) -> Begun:  # noqa: ANN401  same
        await self.store.begin(claim, send_id=mail.id)
        return Begun.YES

    with patch.object(MailSender, "deliver", deliver), patch.object(MailSender, "_begin_attempt", begin):
        yield


@contextmanager
def begin_on_any_version() -> Iterator[None]:
    """Begin mails on whatever version the record has by now."""

    async def begin(self: MailSender, _version: int, claim: Any, mail: Any) -> Begun:  # noqa: ANN401  handed on
        return await self.store.begin(claim, send_id=mail.id)

    with patch.object(MailSender, "_begin_attempt", begin):
        yield


@contextmanager
def take_any_code() -> Iterator[None]:
    """Let every number confirm."""
    with patch("domain.keyring.Keyring.code_fits", lambda *_: True):
        yield


@contextmanager
def keep_nothing_of_a_call_that_waits() -> Iterator[None]:
    """Answer a call that waits behind a commit of the same person at once."""
    real = Transactor.__call__

    async def transact(
        self: Transactor, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        if subscriber in self._queues:
            return Transacted(record=None, fresh=frozenset())
        return await real(self, subscriber, events, identity)

    with patch.object(Transactor, "__call__", transact):
        yield


@contextmanager
def answer_an_unsubscribe_at_once() -> Iterator[None]:
    """Answer an unsubscribe before it is committed."""
    real = AddressRegistry.unsubscribe
    under_way: set[asyncio.Task[None]] = set()

    async def write_later(self: AddressRegistry, given: tuple[Any, ...]) -> None:
        with suppress(StoreAwayError):
            await real(self, *given)

    async def unsubscribe(self: AddressRegistry, *given: Any) -> None:  # noqa: ANN401  handed on as they came
        task = asyncio.get_running_loop().create_task(write_later(self, given))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    with patch.object(AddressRegistry, "unsubscribe", unsubscribe):
        yield


def trust_the_clock() -> Patch:
    """Never compare the clock with the store's."""
    return patch.object(ClockCheck, "find_fault", lambda _self: "")


def trust_every_claim() -> Patch:
    """Never look at the own clock before a write."""
    return patch.object(PartitionLeases, "watch_claims", lambda _self: lambda: True)


def trust_a_renewal() -> Patch:
    """Take a lease that was renewed after a stand-still for a right to what had begun before."""
    return patch.object(PartitionLeases, "watch_claims", lambda self: self.owns_claims)


def tell_of_every_claim() -> Patch:
    """Say that a message was refused without asking whether its claim was lost."""
    commit = MemoryStore.commit

    async def believe(self: MemoryStore, decided: Commit) -> Committed:
        return await commit(self, replace(decided, held=None))

    return patch.object(MemoryStore, "commit", believe)


def wait_for_no_echo() -> Patch:
    """Send a message without an answer again at once."""
    return patch.object(claims, "echo_wait_ms", lambda _claim: 0)


MUTANTS = (
    Mutant(name="answer before the commit", found_by=4, breaks="was answered and is lost", apply=answer_before_commit),
    Mutant(name="forget event ids", breaks="was answered and is lost", apply=forget_event_ids),
    Mutant(
        name="answer who waits", found_by=7, breaks="was answered and is lost", apply=keep_nothing_of_a_call_that_waits
    ),
    Mutant(name="any code confirms", found_by=20, breaks="without proof of the mailbox", apply=take_any_code),
    Mutant(name="trust the clock", found_by=70, breaks="decided at a time that is not now", apply=trust_the_clock),
    Mutant(name="trust every claim", found_by=99, breaks="brought it to its end", apply=trust_every_claim),
    Mutant(name="wait for no echo", found_by=4, breaks="without waiting for its echo", apply=wait_for_no_echo),
    Mutant(
        name="repeat unknown marketing",
        found_by=1459,
        breaks="marketing mail was sent twice",
        apply=send_unknown_marketing_again,
    ),
    Mutant(
        name="answer an unsubscribe at once",
        found_by=101,
        breaks="after the unsubscribe",
        apply=answer_an_unsubscribe_at_once,
    ),
)
RARE_MUTANTS = (
    Mutant(name="trust a renewal", breaks="brought it to its end", apply=trust_a_renewal),
    Mutant(name="tell of every claim", breaks="said to be refused", apply=tell_of_every_claim),
    Mutant(name="begin on any version", breaks="without a confirmed consent", apply=begin_on_any_version),
)
"""Those that only thousands of seeds notice."""
