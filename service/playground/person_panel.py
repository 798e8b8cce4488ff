"""What is stored of a person, put in words.  Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.consent import ledger
from domain.effects import LedgerEntry
from domain.record import Address, Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from flows.conversation.handover import quiet_until
from service.engine.build_commit import LogLine
from service.playground.labels import LANGUAGE, event_label, labelled, topic_label
from service.playground.mail_reasons import mails
from service.playground.stored_person import Stored, capital, plain, quoted
from service.playground.views import (
    AddressView,
    BehaviourView,
    ConsentView,
    Knows,
    LedgerLine,
    RunView,
    Sentence,
)

HANDED = {
    "person": "{name} asked for a person",
    "flow": "the flow handed {name} over to a person",
    "team": "somebody of the team is writing to {name}",
    "app": "another app has the conversation with {name}",
}
"""Why the bot is silent, by who took the conversation."""


def stranger(name: str, *, came: bool = False) -> Knows:
    """Return what is known of somebody who was never here, or of whom everything was deleted: nothing."""
    why = "everything was deleted" if came else f"{name} has not written yet"
    return Knows(standing=f"Nothing. {capital(why)}, so there is no record.")


def knows(stored: Stored, name: str, config: WorkspaceConfig) -> Knows:
    """Return everything in words."""
    record = stored.record
    lines, whole = _ledger(stored, config)
    return Knows(
        standing=_standing(record, name, config),
        ahead=tuple(sorted(_ahead(stored, config), key=lambda one: one.at or stored.record.created_at)),
        mails=mails(stored, config),
        consents=tuple(_consents(stored, config)),
        addresses=tuple(_address(one, record, key) for key, one in record.addresses.items()),
        runs=tuple(_runs(stored)),
        behaviour=tuple(
            BehaviourView(event=event, label=event_label(event, config), count=one.count, last=one.last)
            for event, one in record.behaviour.items()
        ),
        tags=record.tags,
        fields=tuple(_fields(record, config)),
        silent=record.paused,
        window=record.window_expires_at,
        ledger=lines,
        ledger_whole=whole,
        history=tuple(_history(stored.log, config)),
    )


def _standing(record: Subscriber, name: str, config: WorkspaceConfig) -> str:
    talk = record.conversation
    if record.paused:
        who = HANDED[record.handover.by] if record.handover else HANDED["person"]
        why = f" ({record.handover.reason})" if record.handover and record.handover.reason else ""
        return f"{config.bot} is silent: {who.format(name=name)}{why}."
    if talk is None:
        return f"{name} is in no conversation now. Any start word begins one."
    tries = f", after {talk.tries} answers that did not fit" if talk.tries else ""
    return f"{name} is in “{talk.flow}” at “{talk.step}”{tries}."


def _ahead(stored: Stored, config: WorkspaceConfig) -> Iterator[Sentence]:
    talk = stored.record.conversation
    if talk and talk.nudge_at:
        yield Sentence(text=f"{config.bot} asks once more at “{talk.step}”", tone="wait", at=talk.nudge_at)
    if talk and talk.timeout_at:
        yield Sentence(text=f"“{talk.step}” goes on by itself", tone="wait", at=talk.timeout_at)
    for relay in stored.record.relays:
        if not relay.chat:
            text = f"“{plain(relay.step)}” is told, in chat or by mail"
            yield Sentence(text=text, tone="wait", at=relay.due_at, detail=relay.flow)
    quiet = quiet_until(stored.record, config.limits.human_hours)
    if quiet:
        yield Sentence(text=f"{config.bot} takes over again, if nobody of the team writes", tone="wait", at=quiet)
    for one in stored.record.pending.values():
        yield Sentence(text="The code in the confirmation mail expires", tone="wait", at=one.expires_at)
    for run in stored.outlook:
        if run.next_template and run.next_at:
            text = f"“{plain(run.next_template)}” goes out, if nothing happens before"
            yield Sentence(text=text, tone="wait", at=run.next_at)
        elif run.due_at and run.status == "running":
            text = f"The wait at “{plain(run.step)}” ends"
            yield Sentence(text=text, tone="wait", at=run.due_at, detail=quoted(run.wants, run))


def _consents(stored: Stored, config: WorkspaceConfig) -> Iterator[ConsentView]:
    for topic, one in stored.record.consents.items():
        held = stored.record.addresses.get(one.address)
        yield ConsentView(
            topic=topic,
            name=topic_label(topic, config),
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


def _fields(record: Subscriber, config: WorkspaceConfig) -> Iterator[tuple[str, str]]:
    for name, value in record.fields.items():
        declared = config.fields.get(name)
        if value not in (None, ""):
            label = config.text(declared.label, LANGUAGE) if declared and declared.label else plain(name)
            yield label, _said(value, declared.type if declared else "text")
    for pool, code in record.codes.items():
        yield f"Code of “{plain(pool)}”", code
    for topic, channel in record.channels.items():
        yield f"Channel for {topic_label(topic, config)}" if topic else "Channel", channel


def _said(value: Value, kind: str) -> str:
    """Return a kept answer as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in ("date", "moment"):
        at = datetime.fromisoformat(str(value))
        return f"{at:%a} {at.day} {at:%b %Y}" + (f", {at:%H:%M}" if kind == "moment" else "")
    return str(value)


def _runs(stored: Stored) -> Iterator[RunView]:
    wants = {run.sequence: quoted(run.wants, run) for run in stored.outlook}
    for name, run in stored.record.runs.items():
        since = run.ended_at or run.entered_at
        yield RunView(
            sequence=name, status=run.status, step=run.step, since=since, due=run.due_at, wants=wants.get(name, "")
        )


def _ledger(stored: Stored, config: WorkspaceConfig) -> tuple[tuple[LedgerLine, ...], bool]:
    record = stored.record
    try:
        entries = ledger.verify(stored.ledger, record.ledger_size, record.ledger_head)
    except ledger.BrokenChainError:
        return (), False
    lines = tuple(
        LedgerLine(
            number=entry.number,
            at=entry.at,
            act=entry.act,
            text=_evidence(entry, config),
            mark=ledger.chain_hash(raw)[:8],
        )
        for entry, raw in zip(entries, stored.ledger, strict=True)
    )
    return lines, True


def _evidence(entry: LedgerEntry, config: WorkspaceConfig) -> str:
    topics = [topic_label(one, config) for one in _split(entry.topic)]
    parts = (", ".join(topics), entry.how, f"wording {entry.wording[:6]}" if entry.wording else "", entry.message_id)
    return ", ".join(one for one in parts if one)


def _split(topics: str) -> list[str]:
    return [one for one in topics.split(",") if one]


def _history(log: Sequence[LogLine], config: WorkspaceConfig) -> Iterator[Sentence]:
    for line in reversed(log):
        for reason in reversed(line.reasons):
            place = " · ".join(one for one in (reason.room, reason.about, reason.step) if one)
            text = labelled(capital(reason.text), config)
            yield Sentence(text=text, at=line.at, detail=labelled(place, config))
