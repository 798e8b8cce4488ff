"""Puts what is stored of a person into words.  Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.consent import ledger
from domain.effects import LedgerEntry
from domain.record import Address, Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from flows.conversation.handover import quiet_until
from service.engine.build_commit import HistoryLine
from service.playground.labels import PAGE_LANGUAGE, event_label, replace_names, topic_label
from service.playground.mail_reasons import explain_mails
from service.playground.stored_person import StoredPerson, capitalize_first, plain_name, quote_templates
from service.playground.views import (
    AddressView,
    BehaviourView,
    ConsentView,
    KnowledgeView,
    LedgerLineView,
    RunView,
    SentenceView,
)

HANDOVER_SENTENCES = {
    "person": "{name} asked for a person",
    "flow": "the flow handed {name} over to a person",
    "team": "somebody of the team is writing to {name}",
    "app": "another app has the conversation with {name}",
}
"""Why the bot is silent, by who has the conversation."""


def describe_stranger(name: str, *, came: bool = False) -> KnowledgeView:
    """Return the panel of a person without a record: one who never wrote, or (``came``) whose data was deleted."""
    why = "everything was deleted" if came else f"{name} has not written yet"
    return KnowledgeView(standing=f"Nothing. {capitalize_first(why)}, so there is no record.")


def describe_person(stored: StoredPerson, name: str, config: WorkspaceConfig) -> KnowledgeView:
    """Return the panel of a person who has a record."""
    record = stored.record
    lines, is_whole = _verify_ledger(stored, config)
    return KnowledgeView(
        standing=_describe_standing(record, name, config),
        ahead=tuple(sorted(_list_due(stored, config), key=lambda due: due.at or stored.record.created_at)),
        mails=explain_mails(stored, config),
        consents=tuple(_list_consents(stored, config)),
        addresses=tuple(_address_view(address, record, key) for key, address in record.addresses.items()),
        runs=tuple(_list_runs(stored)),
        behaviour=tuple(
            BehaviourView(event=event, label=event_label(event, config), count=seen.count, last=seen.last)
            for event, seen in record.behaviour.items()
        ),
        tags=record.tags,
        fields=tuple(_list_fields(record, config)),
        silent=record.paused,
        window=record.window_expires_at,
        ledger=lines,
        ledger_whole=is_whole,
        history=tuple(_list_history(stored.log, config)),
    )


def _describe_standing(record: Subscriber, name: str, config: WorkspaceConfig) -> str:
    conversation = record.conversation
    if record.paused:
        sentence = HANDOVER_SENTENCES[record.handover.by] if record.handover else HANDOVER_SENTENCES["person"]
        why = f" ({record.handover.reason})" if record.handover and record.handover.reason else ""
        return f"{config.bot} is silent: {sentence.format(name=name)}{why}."
    if conversation is None:
        return f"{name} is in no conversation now. Any start word begins one."
    missed = f"{conversation.tries} answer{'' if conversation.tries == 1 else 's'} that did not fit"
    tries = f", after {missed}" if conversation.tries else ""
    return f"{name} is in “{conversation.flow}” at “{conversation.step}”{tries}."


def _list_due(stored: StoredPerson, config: WorkspaceConfig) -> Iterator[SentenceView]:
    conversation = stored.record.conversation
    if conversation and conversation.nudge_at:
        yield SentenceView(
            text=f"{config.bot} asks once more at “{conversation.step}”", tone="wait", at=conversation.nudge_at
        )
    if conversation and conversation.timeout_at:
        yield SentenceView(text=f"“{conversation.step}” goes on by itself", tone="wait", at=conversation.timeout_at)
    for relay in stored.record.relays:
        if not relay.chat:  # else it was told in chat already, and only a refusal would bring it up again
            text = f"“{plain_name(relay.step)}” is told, in chat or by mail"
            yield SentenceView(text=text, tone="wait", at=relay.due_at, detail=relay.flow)
    quiet = quiet_until(stored.record, config.limits.human_hours)
    if quiet:
        yield SentenceView(text=f"{config.bot} takes over again, if nobody of the team writes", tone="wait", at=quiet)
    for pending in stored.record.pending.values():
        yield SentenceView(text="The code in the confirmation mail expires", tone="wait", at=pending.expires_at)
    for run in stored.forecasts:
        if run.next_template and run.next_at:
            text = f"“{plain_name(run.next_template)}” goes out, if nothing happens before"
            yield SentenceView(text=text, tone="wait", at=run.next_at)
        # Without a mail ahead the sequence waits for something that the person does; ``detail`` says for what.
        elif run.due_at and run.status == "running":
            text = f"The wait at “{plain_name(run.step)}” ends"
            yield SentenceView(text=text, tone="wait", at=run.due_at, detail=quote_templates(run.wanted_action, run))


def _list_consents(stored: StoredPerson, config: WorkspaceConfig) -> Iterator[ConsentView]:
    for topic, consent in stored.record.consents.items():
        address = stored.record.addresses.get(consent.address)
        yield ConsentView(
            topic=topic,
            name=topic_label(topic, config),
            status=consent.status,
            # The latest change counts: a withdrawn consent keeps when it was confirmed.
            since=consent.withdrawn_at or consent.confirmed_at or consent.asked_at,
            address=address.email if address else "",
            wording=stored.wordings.get(consent.wording, ""),
            version=f"{consent.language} {consent.wording[:6]}",
        )


def _address_view(address: Address, record: Subscriber, key: str) -> AddressView:
    pending = record.pending.get(key)
    return AddressView(
        email=address.email,
        status=address.status,
        detail=f"proven by {address.proven_by}" if address.status == "proven" else "",
        until=pending.expires_at if pending else None,
    )


def _list_fields(record: Subscriber, config: WorkspaceConfig) -> Iterator[tuple[str, str]]:
    for name, value in record.fields.items():
        declared = config.fields.get(name)
        if value not in (None, ""):  # a cleared field stays in the record
            label = config.pick_text(declared.label, PAGE_LANGUAGE) if declared and declared.label else plain_name(name)
            yield label, _format_answer(value, declared.type if declared else "text")
    for pool, code in record.codes.items():
        yield f"Code of “{plain_name(pool)}”", code
    for thing, held in record.seats.items():
        yield f"Places of “{plain_name(thing)}”", str(held)
    for topic, channel in record.channels.items():  # the empty topic is the choice for all
        yield f"Channel for {topic_label(topic, config)}" if topic else "Channel", channel


def _format_answer(value: Value, kind: str) -> str:
    """Return a field's value as people read it: ``yes``, ``Thu 10 Dec 2026, 19:00``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in ("date", "moment"):
        at = datetime.fromisoformat(str(value))
        return f"{at:%a} {at.day} {at:%b %Y}" + (f", {at:%H:%M}" if kind == "moment" else "")
    return str(value)


def _list_runs(stored: StoredPerson) -> Iterator[RunView]:
    wants = {run.sequence: quote_templates(run.wanted_action, run) for run in stored.forecasts}
    for name, run in stored.record.runs.items():
        since = run.ended_at or run.entered_at
        yield RunView(
            sequence=name, status=run.status, step=run.step, since=since, due=run.due_at, wants=wants.get(name, "")
        )


def _verify_ledger(stored: StoredPerson, config: WorkspaceConfig) -> tuple[tuple[LedgerLineView, ...], bool]:
    record = stored.record
    try:
        entries = ledger.verify_chain(stored.ledger, record.ledger_size, record.ledger_head)
    except ledger.BrokenChainError:
        return (), False  # lines of a broken chain prove nothing, so none is shown
    lines = tuple(
        LedgerLineView(
            number=entry.number,
            at=entry.at,
            act=entry.act,
            text=_describe_evidence(entry, config),
            mark=ledger.chain_hash(raw)[:8],  # enough to see that the next line carries the same
        )
        for entry, raw in zip(entries, stored.ledger, strict=True)
    )
    return lines, True


def _describe_evidence(entry: LedgerEntry, config: WorkspaceConfig) -> str:
    topics = [topic_label(topic, config) for topic in _split_topics(entry.topic)]
    parts = (", ".join(topics), entry.how, f"wording {entry.wording[:6]}" if entry.wording else "", entry.message_id)
    return ", ".join(part for part in parts if part)


def _split_topics(topics: str) -> list[str]:
    return [topic for topic in topics.split(",") if topic]  # a confirmation covers several: "friday_leaf,tastings"


def _list_history(log: Sequence[HistoryLine], config: WorkspaceConfig) -> Iterator[SentenceView]:
    for line in reversed(log):
        for reason in reversed(line.reasons):
            place = " · ".join(part for part in (reason.room, reason.about, reason.step) if part)
            text = replace_names(capitalize_first(reason.text), config)
            yield SentenceView(text=text, at=line.at, detail=replace_names(place, config))
