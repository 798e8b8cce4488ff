"""What is stored of a person, put in words.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onboarding.outlook import RunOutlook
from service.playground.labels import event_label, labelled, topic_label
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
    ("is on its way", "wait"),
    ("is being sent", "wait"),
    ("may have gone out", "stop"),
    ("could not be delivered", "stop"),
    ("was held back", "stop"),
    ("did not go", "stop"),
    ("goes out", "wait"),
    ("has not gone yet", "plain"),
    ("is not theirs", "plain"),
)
"""Tone of an outlook's sentence by how it begins, in the order in which sentences without a time are told."""
QUEUED = 6
"""So many of these are of mails that were queued, so that the log knows when."""


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
        mails=_mails(stored, house),
        consents=tuple(_consents(stored, house)),
        addresses=tuple(_address(one, record, key) for key, one in record.addresses.items()),
        runs=tuple(_runs(stored)),
        behaviour=tuple(
            BehaviourView(event=event, label=event_label(event, house), count=one.count, last=one.last)
            for event, one in record.behaviour.items()
        ),
        tags=record.tags,
        ledger=lines,
        ledger_whole=whole,
        history=tuple(_history(stored.log, house)),
    )


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
            text = f"The wait at “{plain(run.step)}” ends"
            yield Sentence(text=text, tone="wait", at=run.due_at, detail=_quoted(run.wants, run))


def _mails(stored: Stored, house: Declarations) -> tuple[Sentence, ...]:
    """One sentence for every mail: those that went in the order of their times, then what did not, then what will."""
    told = [*_confirmations(stored, house), *_of_sequences(stored, house)]
    dated = sorted((one for _, one in told if one.at), key=lambda one: one.at or stored.record.created_at)
    rest = sorted(((place, one) for place, one in told if not one.at), key=lambda both: both[0])
    return (*dated, *(one for _, one in rest))


def _of_sequences(stored: Stored, house: Declarations) -> Iterator[tuple[int, Sentence]]:
    """Yield a sentence for every mail of a sequence, with its place among those that have no time."""
    went = {name: line for line in stored.log for name in (one.split(" ", 1)[-1] for one in line.sends)}
    for run in stored.outlook:
        for mail in run.mails:
            fate = _quoted(mail.sentence.removeprefix(mail.template).strip(), run)
            place, tone = _told(fate)
            line = went.get(mail.template) if place < QUEUED else None
            why = _why(line, mail.template) if line and tone == "good" else ""
            text = f"“{plain(mail.template)}” {fate.rstrip('.')}{f': {why}' if why else '.'}"
            yield place, Sentence(text=labelled(text, house), tone=tone, at=line.at if line else None)


def _why(line: LogLine, template: str) -> str:
    """Return why a mail went, from the commit that queued it."""
    start = f"{template} goes out: "
    return next((one.text.removeprefix(start) for one in line.reasons if one.text.startswith(start)), "")


def _quoted(text: str, run: RunOutlook) -> str:
    """Return a sentence with the templates in it as they are said."""
    for one in run.mails:
        text = text.replace(one.template, f"“{plain(one.template)}”")
    return text


def _told(fate: str) -> tuple[int, Tone]:
    return next((place, tone) for place, (start, tone) in enumerate(TELLING) if fate.startswith(start))


def _confirmations(stored: Stored, house: Declarations) -> Iterator[tuple[int, Sentence]]:
    by_id = {line.id: line for line in stored.sends}
    for line in stored.log:
        for send_id, template in (one.split(" ", 1) for one in line.sends):
            if template == CONFIRMATION and send_id in by_id:
                fate, tone = FATES[by_id[send_id].status]
                why = by_id[send_id].note or "the address given is to be proven"
                yield 0, Sentence(text=labelled(f"“{template}” {fate}: {why}.", house), tone=tone, at=line.at)
        for reason in line.reasons:
            if reason.about == CONFIRMATION and reason.text.startswith("no new"):
                yield 0, Sentence(text=labelled(_capital(reason.text), house), tone="stop", at=line.at)


def _consents(stored: Stored, house: Declarations) -> Iterator[ConsentView]:
    for topic, one in stored.record.consents.items():
        held = stored.record.addresses.get(one.address)
        yield ConsentView(
            topic=topic,
            name=topic_label(topic, house),
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


def _runs(stored: Stored) -> Iterator[RunView]:
    wants = {run.sequence: _quoted(run.wants, run) for run in stored.outlook}
    for name, run in stored.record.runs.items():
        since = run.ended_at or run.entered_at
        yield RunView(
            sequence=name, status=run.status, step=run.step, since=since, due=run.due_at, wants=wants.get(name, "")
        )


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
    topics = [topic_label(one, house) for one in _split(entry.topic)]
    parts = (", ".join(topics), entry.how, f"wording {entry.wording[:6]}" if entry.wording else "", entry.message_id)
    return ", ".join(one for one in parts if one)


def _split(topics: str) -> list[str]:
    return [one for one in topics.split(",") if one]


def _history(log: Sequence[LogLine], house: Declarations) -> Iterator[Sentence]:
    for line in reversed(log):
        for reason in reversed(line.reasons):
            place = " · ".join(one for one in (reason.room, reason.about, reason.step) if one)
            text = labelled(_capital(reason.text), house)
            yield Sentence(text=text, at=line.at, detail=labelled(place, house))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
