"""What is stored of a person, put in words.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onboarding.outlook import RunOutlook
from service.playground.views import (
    AddressView,
    BehaviourView,
    ConsentView,
    Knows,
    LedgerLine,
    RunView,
    Sentence,
    Tone,
)
from service.postings import LogLine
from subscribers import ledger
from subscribers.consent import CONFIRMATION
from subscribers.declarations import Declarations
from subscribers.effects import LedgerEntry
from subscribers.ports import SendLine
from subscribers.record import Address, Subscriber

FATES: dict[str, tuple[str, Tone]] = {
    "queued": ("is on its way", "wait"),
    "attempting": ("is being sent", "wait"),
    "sent": ("went out", "good"),
    "failed": ("could not be delivered", "stop"),
    "refused": ("was held back", "stop"),
    "unknown": ("may have gone out: the connection broke", "stop"),
}
"""How a line of the send ledger is said."""

TELLING: tuple[tuple[str, Tone], ...] = (
    ("went out", "good"),
    ("goes out", "wait"),
    ("is on its way", "wait"),
    ("is being sent", "wait"),
    ("has not gone yet", "plain"),
    ("is not theirs", "plain"),
)
"""Tone of an outlook's sentence by what it says; all else did not go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """All that is stored of one person."""

    record: Subscriber
    sends: Sequence[SendLine]
    ledger: Sequence[bytes]
    log: Sequence[LogLine]
    wordings: dict[str, str]
    """Exact consent texts by hash."""
    outlook: Sequence[RunOutlook]


def plain(name: str) -> str:
    """Return a template's or step's name as it is said: “come back”."""
    return name.replace("_", " ")


def stranger(name: str) -> Knows:
    """Return what is known of somebody who was never here: nothing."""
    return Knows(standing=f"Nothing. {name} has not written yet, so there is no record.")


def knows(stored: Stored, name: str, house: Declarations) -> Knows:
    """Return everything in words."""
    record = stored.record
    lines, whole = _ledger(stored, house)
    return Knows(
        standing=_standing(record, name, house),
        ahead=tuple(sorted(_ahead(stored, house), key=lambda one: one.at or stored.record.created_at)),
        mails=tuple(_mails(stored)),
        consents=tuple(_consents(stored, house)),
        addresses=tuple(_address(one, record, key) for key, one in record.addresses.items()),
        runs=tuple(_runs(record)),
        behaviour=tuple(
            BehaviourView(event=event, label=_label(event, house), count=one.count, last=one.last)
            for event, one in record.behaviour.items()
        ),
        tags=record.tags,
        ledger=lines,
        ledger_whole=whole,
        history=tuple(_history(stored.log)),
    )


def _label(event: str, house: Declarations) -> str:
    return house.text(house.events[event].label, "en") if event in house.events else event


def _standing(record: Subscriber, name: str, house: Declarations) -> str:
    talk = record.conversation
    if record.paused:
        return f"{house.bot} is silent: {name} asked for a person."
    if talk is None:
        return f"{name} is in no conversation now. Any start word begins one."
    tries = f", after {talk.tries} answers that did not fit" if talk.tries else ""
    return f"{name} is in “{talk.flow}” at “{talk.step}”{tries}."


def _ahead(stored: Stored, house: Declarations) -> Iterator[Sentence]:
    talk = stored.record.conversation
    if talk and talk.nudge_at:
        yield Sentence(text=f"{house.bot} asks once more at “{talk.step}”", tone="wait", at=talk.nudge_at)
    for one in stored.record.pending.values():
        yield Sentence(text="The code in the confirmation mail expires", tone="wait", at=one.expires_at)
    for run in stored.outlook:
        if run.next_template and run.next_at:
            text = f"“{plain(run.next_template)}” goes out, if nothing happens before"
            yield Sentence(text=text, tone="wait", at=run.next_at)
        elif run.due_at and run.status == "running":
            yield Sentence(text=f"The wait at “{plain(run.step)}” ends", tone="wait", at=run.due_at)


def _mails(stored: Stored) -> Iterator[Sentence]:
    """One sentence for every mail that did or did not go: those of sequences first, then confirmations."""
    went = {name: line for line in stored.log for name in (one.split(" ", 1)[-1] for one in line.sends)}
    for run in stored.outlook:
        for mail in run.mails:
            fate = _named(mail.sentence.removeprefix(mail.template).strip(), run)
            tone = _tone(fate)
            line = went.get(mail.template) if tone == "good" else None
            why = _why(line, mail.template) if line else ""
            text = f"“{plain(mail.template)}” {fate.rstrip('.')}{f': {why}' if why else '.'}"
            yield Sentence(text=text, tone=tone, at=line.at if line else None)
    yield from _confirmations(stored)


def _why(line: LogLine, template: str) -> str:
    """Return why a mail went, from the commit that queued it."""
    start = f"{template} goes out: "
    return next((one.text.removeprefix(start) for one in line.reasons if one.text.startswith(start)), "")


def _named(fate: str, run: RunOutlook) -> str:
    for one in run.mails:
        fate = fate.replace(one.template, f"“{plain(one.template)}”")
    return fate


def _tone(fate: str) -> Tone:
    return next((tone for start, tone in TELLING if fate.startswith(start)), "stop")


def _confirmations(stored: Stored) -> Iterator[Sentence]:
    by_id = {line.id: line for line in stored.sends}
    for line in reversed(stored.log):
        for send_id, template in (one.split(" ", 1) for one in line.sends):
            if template == CONFIRMATION and send_id in by_id:
                fate, tone = FATES[by_id[send_id].status]
                why = by_id[send_id].note or "the address given is to be proven"
                yield Sentence(text=f"“{template}” {fate}: {why}.", tone=tone, at=line.at)
        for reason in line.reasons:
            if reason.about == CONFIRMATION and reason.text.startswith("no new"):
                yield Sentence(text=_capital(reason.text), tone="stop", at=line.at)


def _consents(stored: Stored, house: Declarations) -> Iterator[ConsentView]:
    for topic, one in stored.record.consents.items():
        held = stored.record.addresses.get(one.address)
        yield ConsentView(
            topic=topic,
            name=house.text(house.topics[topic].name, "en") if topic in house.topics else topic,
            status=one.status,
            since=one.withdrawn_at or one.confirmed_at or one.asked_at,
            address=held.email if held else "",
            wording=stored.wordings.get(one.wording, ""),
            version=f"{one.language} {one.wording[:6]}",
        )


def _address(held: Address, record: Subscriber, key: str) -> AddressView:
    pending = record.pending.get(key)
    return AddressView(
        email=held.email,
        status=held.status,
        detail=f"proven by {held.proven_by}" if held.status == "proven" else "",
        until=pending.expires_at if pending else None,
    )


def _runs(record: Subscriber) -> Iterator[RunView]:
    for name, run in record.runs.items():
        since = run.ended_at or run.entered_at
        yield RunView(sequence=name, status=run.status, step=run.step, since=since, due=run.due_at)


def _ledger(stored: Stored, house: Declarations) -> tuple[tuple[LedgerLine, ...], bool]:
    record = stored.record
    try:
        entries = ledger.verify(stored.ledger, record.ledger_size, record.ledger_head)
    except ledger.BrokenChainError:
        return (), False
    lines = tuple(
        LedgerLine(
            number=entry.number, at=entry.at, act=entry.act, text=_evidence(entry, house),
            mark=ledger.chain_hash(raw)[:8],
        )
        for entry, raw in zip(entries, stored.ledger, strict=True)
    )
    return lines, True


def _evidence(entry: LedgerEntry, house: Declarations) -> str:
    topics = [house.text(house.topics[one].name, "en") if one in house.topics else one for one in _split(entry.topic)]
    parts = (", ".join(topics), entry.how, f"wording {entry.wording[:6]}" if entry.wording else "", entry.message_id)
    return ", ".join(one for one in parts if one)


def _split(topics: str) -> list[str]:
    return [one for one in topics.split(",") if one]


def _history(log: Sequence[LogLine]) -> Iterator[Sentence]:
    for line in reversed(log):
        for reason in reversed(line.reasons):
            place = " · ".join(one for one in (reason.room, reason.about, reason.step) if one)
            yield Sentence(text=_capital(reason.text), at=line.at, detail=place)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
