"""A population that lives in virtual time on a store: the real rules decide, and its mails are settled by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Decision, Fact, Outcome
from domain.effects import SendMail
from domain.events import AnyEvent, ProductEvent, Unsubscribed
from domain.house_values import NOTHING_HELD, HouseValues
from domain.ports import MARKETING, CommitStatus, SendStatus, Store
from domain.values import Value
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import confirmed_person
from service.engine.build_commit import build_commit
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC

DAY = timedelta(days=1)
STOPS = "stops"
"""What somebody does who unsubscribes."""
Deed = tuple[timedelta, str]
"""Time after the start, and the event or :data:`STOPS`."""
Settling = Callable[[SendMail], tuple[SendStatus, str]]
"""Says what becomes of a mail: status and note of the send ledger."""


def delivered(_mail: SendMail) -> tuple[SendStatus, str]:
    """Deliver every mail."""
    return "sent", ""


@dataclass(kw_only=True)
class Life:
    """One person on a store."""

    store: Store
    catalog: SequenceCatalog
    settling: Settling = delivered
    house: HouseValues = NOTHING_HELD
    config: WorkspaceConfig = SHIPPED_CONFIG
    mailed: list[str] = field(default_factory=list)
    """Templates, in their order."""

    async def live(self, psid: str, deeds: Sequence[Deed] = (), *, start: datetime = NOON, until: datetime) -> None:
        """Confirm at ``start``, do these deeds, and be woken whenever something is due."""
        self.record = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, start, psid=psid)
        fact = Fact(name="confirmed", at=start, topic=TOPIC, address=self.record.consents[TOPIC].address)
        await self._commit(decide(self.catalog, self.record, None, (fact,), self._context(start)), None, start)
        for delay, deed in sorted(deeds):
            if start + delay > until:
                break
            await self.wait_until(start + delay)
            await self.do(deed, start + delay)
        await self.wait_until(until)

    async def do(self, deed: str, at: datetime, **said: Value) -> None:
        """Do something at a time."""
        name = f"{self.record.id}{at}{deed}"
        event: AnyEvent = ProductEvent(id=name, at=at, name=deed, properties=said)
        if deed == STOPS:
            event = Unsubscribed(id=name, at=at, via="one-click")
        outcome = decisions.apply_event(self.record, event, self._context(at))
        outcome = outcome.followed_by(decide(self.catalog, outcome.record, event, outcome.facts, self._context(at)))
        await self._commit(outcome, event, at)

    async def wait_until(self, until: datetime) -> None:
        """Be woken whenever something is due."""
        while (due := wake_at(self.catalog, self.record)) and due <= until:
            await self._commit(decide(self.catalog, self.record, None, (), self._context(due)), None, due)

    async def _commit(self, outcome: Outcome, event: AnyEvent | None, at: datetime) -> None:
        version = self.record.version
        self.record = replace(outcome.record, version=version + 1)
        decision = Decision(
            record=self.record, effects=outcome.effects, wake_chat=None, wake_mail=None, reasons=outcome.reasons
        )
        events = (event,) if event else ()
        commit = build_commit(decision, version=version, events=events, now=at, claim_ms=0)
        assert (await self.store.commit(commit)).status is CommitStatus.COMMITTED
        for mail in outcome.effects:
            if isinstance(mail, SendMail):
                await self._settle(mail)

    def _context(self, now: datetime) -> Context:
        return Context(now=now, entropy=bytes(16), keys=KEYS, config=self.config, house=self.house)

    async def _settle(self, mail: SendMail) -> None:
        self.mailed.append(mail.template)
        status, note = self.settling(mail)
        if status == "queued":
            return
        claim = await self.store.claim(MARKETING, self.record.id, lease_ms=1000)
        assert claim is not None
        assert await self.store.begin(claim, send_id=mail.id)
        await self.store.settle(claim, send_id=mail.id, status=status, note=note)
