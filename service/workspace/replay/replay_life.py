"""Lives one person's history once more, by rules that may be others: which mails of sequences are decided.  Pure.

The history tells what came from outside: what the product told, what the person decided, who they were known to be.
All that sequences did themselves, such as a tag that a step sets, is decided again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import DrawVoucher, SendMail
from domain.events import AnyEvent, FieldsTold
from domain.record import Address, Consent, Identity, Subscriber, Value
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.behaviour import note_engagement
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulated_effects import carry_out_effects
from service.engine.build_commit import HistoryLine
from service.engine.note_changes import (
    CONSENT,
    FIELD,
    HASHED,
    LANGUAGE,
    PAUSE,
    PROVEN,
    RECORDED,
    TAGS,
    ZONE,
    hash_value,
)
from service.workspace.replay.read_lines import ReadLine

WINDOW = timedelta(days=1)
"""How long after a message of the person the platform lets us write."""
MOST_WAKES = 500
"""Wakes between two lines at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """One person's history, oldest line first, and what is known of them today."""

    record: Subscriber
    lines: Sequence[HistoryLine]


@dataclass(slots=True, kw_only=True)
class LivedAgain:
    """What came of a life."""

    mails: list[SendMail] = field(default_factory=list)
    """Of sequences, to the person; ``queued_at`` is when."""
    reasons: list[tuple[datetime, Reason]] = field(default_factory=list)
    """What was said of the sequence that is looked at."""
    unknown: int = 0
    """Values that people typed and that are not the ones of today: nobody knows them any more."""
    events: int = 0


RulesAt = Callable[[int], tuple[SequenceCatalog, Context]]
"""Returns the rules for lines that this number of an edition decided; of the context only ``now`` is replaced."""


def live_again(
    person: KnownPerson, lines: Sequence[ReadLine], rules_at: RulesAt, *, about: str, until: datetime
) -> LivedAgain:
    """Decide everything in a person's history once more, beginning with a fresh record.

    ``lines`` are those of :func:`read_lines`.
    """
    first, today = person.lines[0], person.record
    life = _Life(today=today, about=about, lived=LivedAgain())
    life.record = Subscriber(
        id=today.id, identity=Identity(page="", psid=""), created_at=first.at, last_event_at=first.at
    )
    edition = first.edition
    catalog, context = rules_at(edition)
    for read in lines:
        if read.at > until:
            break
        if life.due and life.due <= read.wakes_before:
            life.wake_until(catalog, context, read.wakes_before)
        if read.line.edition != edition:
            edition = read.line.edition
            catalog, context = rules_at(edition)
            life.due = wake_at(catalog, life.record)
        # Most lines of a person to whom nothing happens are those of a clock that had not struck.
        if not read.is_quiet or (life.due and life.due <= read.at):
            life.take_line(catalog, context, read)
    life.wake_until(catalog, context, until)
    return life.lived


@dataclass(slots=True, kw_only=True)
class _Life:
    today: Subscriber
    about: str
    lived: LivedAgain
    record: Subscriber = field(init=False)
    due: datetime | None = None
    """When the person is to be woken by the rules that hold: only decisions and other rules change it."""

    def wake_until(self, catalog: SequenceCatalog, context: Context, until: datetime) -> None:
        for _ in range(MOST_WAKES):
            at = self.due
            if at is None or at > until:
                return
            now = replace(context, now=max(at, self.record.last_event_at))
            self._keep(decide(catalog, self.record, None, (), now), catalog, now)
            self._set_clock(catalog)

    def take_line(self, catalog: SequenceCatalog, context: Context, read: ReadLine) -> None:
        """Decide what came of a line."""
        at, latest, decided = read.at, self.record.last_event_at, False
        now = replace(context, now=max(at, latest))
        facts = self._change(read, now) if read.engages or read.changes else ()
        if facts or (read.line.changed and (catalog.begun_by_time or catalog.condition_goals)):
            self._keep(decide(catalog, self.record, None, facts, now), catalog, now)
            decided = True
        for event in self._events_of(read, now) if read.told else ():
            self.lived.events += 1
            self.record = note_engagement(self.record, (event,), now.now)
            self._keep(decide(catalog, self.record, event, (), now), catalog, now)
            decided = True
        if decided:  # once for all decisions of the line: none of them asks for it
            self._set_clock(catalog)
        if self.due and self.due <= now.now:
            self._keep(decide(catalog, self.record, None, (), now), catalog, now)
            self._set_clock(catalog)

    def _set_clock(self, catalog: SequenceCatalog) -> None:
        record = self.record
        self.due = wake_at(catalog, record) if record.runs or record.looks_at else None

    def _keep(self, outcome: Outcome, catalog: SequenceCatalog, context: Context) -> None:
        if outcome.effects and DrawVoucher in map(type, outcome.effects):
            for answer in carry_out_effects(outcome, context.now).answers:
                outcome = outcome.followed_by(decide(catalog, outcome.record, answer, (), context))
        self.record = replace(outcome.record, last_event_at=context.now)
        if not (outcome.effects or outcome.reasons):
            return
        lived, about = self.lived, self.about
        for effect in outcome.effects:
            if type(effect) is SendMail and effect.sequence and not effect.team:
                lived.mails.append(effect)
        for reason in outcome.reasons:
            if sequence_of(reason.about) == about:
                lived.reasons.append((context.now, reason))

    def _events_of(self, read: ReadLine, context: Context) -> Iterable[AnyEvent]:
        line = read.line
        for place, told in enumerate(read.told):
            if told is None:
                _, at, names = line.did[place]
                values = {name: self._told_value(line, name) for name in names if name in context.config.fields}
                event_id = f"{line.at.timestamp()}:{place}"
                yield FieldsTold(id=event_id, at=at, fields=values, past=place in line.past)
            elif told.name in context.config.events:
                yield told

    def _told_value(self, line: HistoryLine, name: str) -> Value:
        # What was told and is no change was the same already.
        if FIELD + name not in line.changed:
            return self.record.fields.get(name)
        return self._find_value(name, line.changed[FIELD + name])

    def _find_value(self, name: str, noted: object) -> Value:
        """Return the value of a field; of one that was typed only if it is still the one of today."""
        if not isinstance(noted, str) or not noted.startswith(HASHED):
            return noted if isinstance(noted, str | int | float | bool) else None
        value = self.today.fields.get(name)
        if hash_value(self.today.id, value) == noted:
            return value
        self.lived.unknown += 1
        return None

    def _change(self, read: ReadLine, context: Context) -> tuple[Fact, ...]:
        """Change the record as the line says, if people or pages did it; return what became true by it."""
        at = context.now
        # A record has dozens of fields, so it is copied once, with all that the line changes.
        new: dict[str, Any] = {}
        if read.opens:
            new["window_expires_at"] = at + WINDOW
        if read.engages:
            new["engaged_at"] = read.second if at is read.at else at.replace(microsecond=0)
        if not read.changes:
            self.record = replace(self.record, **new)
            return ()
        self._change_person(read, new)
        facts: list[Fact] = []
        # In the order of the line: what a decision recorded and confirmed became true one after the other.
        for name, noted in read.noted:
            if name == PROVEN:
                self._prove_address(at, new)
            elif name.startswith(RECORDED):
                facts.append(Fact(name=name.removeprefix(RECORDED), at=at))
            else:
                facts += self._change_consent(name.removeprefix(CONSENT), noted, at, new)
        self.record = replace(self.record, **new)
        return tuple(facts)

    def _change_person(self, read: ReadLine, new: dict[str, Any]) -> None:
        changed, record = read.line.changed, self.record
        if read.fields:
            fields = {name: self._find_value(name, value) for name, value in read.fields.items()}
            new["fields"] = {**record.fields, **fields}
        if isinstance(tags := changed.get(TAGS), tuple | list):
            new["tags"] = tuple(map(str, tags))
        if ZONE in changed:
            new["profile"] = replace(record.profile, timezone=str(changed[ZONE]))
        if LANGUAGE in changed:
            new["language"] = str(changed[LANGUAGE])
        if PAUSE in changed:
            second = changed[PAUSE]
            new["mails_paused_until"] = datetime.fromtimestamp(second, UTC) if isinstance(second, int) else None

    def _change_consent(self, topic: str, noted: object, at: datetime, new: dict[str, Any]) -> Iterable[Fact]:
        address, consents = self.today.id, new.get("consents", self.record.consents)
        consent = consents.get(topic) or Consent(status="agreed", wording="", language="", asked_at=at)
        if noted == "confirmed":
            self._prove_address(at, new)
            consent = replace(consent, status="confirmed", confirmed_at=at, address=address)
        elif noted == "withdrawn":
            consent = replace(consent, status="withdrawn", withdrawn_at=at)
        elif noted in ("agreed", "declined"):
            consent = replace(consent, status=noted)
        new["consents"] = {**consents, topic: consent}
        if noted not in ("confirmed", "withdrawn"):
            return ()
        return (Fact(name=str(noted), at=at, topic=topic, address=address),)

    def _prove_address(self, at: datetime, new: dict[str, Any]) -> None:
        # One address stands for all of them: which it was, no history holds.
        if not self.record.addresses and "addresses" not in new:
            address = Address(email="somebody@example.com", status="proven", proven_by="code", proven_at=at)
            new["addresses"] = {self.today.id: address}
