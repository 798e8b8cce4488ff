"""Applies what a step or a choice changes in the record: tags, fields, points, channels, consent."""

from collections.abc import Mapping

from domain.consent import decisions
from domain.decision import Fact
from domain.record import Value
from flows.compiled.step import RecordChanges
from flows.conversation.mails import notify_team
from flows.conversation.shell_answers import return_seats
from flows.conversation.state import ConversationTurn
from flows.conversation.variables import found_values
from language.cldr import LARGEST_NUMBER

HOW = "chat"
"""How a consent was withdrawn, in the consent ledger: by a step of a flow that the person walked to."""


def apply_changes(turn: ConversationTurn, changes: RecordChanges) -> None:
    """Apply all changes; the language first, so that everything else is said in it."""
    if changes.language in turn.catalog.language_packs:
        turn.change_record(language=changes.language)
    if changes.tags or changes.removed_tags or changes.fields or changes.points or changes.sums:
        _change_tags_and_fields(turn, changes)
    if changes.channels:
        turn.change_record(channels={**turn.record.channels, **changes.channels})
    if changes.recorded_event:
        turn.add_fact(Fact(name=changes.recorded_event, at=turn.context.now))
    if changes.withdrawn_topic:
        turn.add_outcome(
            decisions.withdraw_consent(turn.record, changes.withdrawn_topic, turn.context, how=HOW, mid=turn.mid)
        )
    if changes.returned_table:
        return_seats(turn, changes.returned_table)
    if changes.notified_team:
        notify_team(turn, changes.notified_team)


def _change_tags_and_fields(turn: ConversationTurn, changes: RecordChanges) -> None:
    # Each tag once, the older first; a tag that is added and removed at once is removed.
    tags = [tag for tag in dict.fromkeys((*turn.record.tags, *changes.tags)) if tag not in changes.removed_tags]
    fields: dict[str, Value] = {**turn.record.fields, **changes.fields}
    for name, reckoned in changes.sums.items():
        result = reckoned.work_out(lambda needed: _number_of(turn, fields, needed))
        if result is None:
            # Nothing is better than a wrong number: texts then say the fallback, conditions ask “is empty”.
            turn.add_reason(f"“{reckoned.text}” has no result, so {name} is empty.")
            fields.pop(name, None)
        else:
            fields[name] = result
    for name, points in changes.points.items():
        old = fields.get(name)
        # A field may hold text from another flow; then counting starts at 0.
        score = points + (old if isinstance(old, int | float) else 0)
        fields[name] = max(-LARGEST_NUMBER, min(score, LARGEST_NUMBER))
    turn.change_record(tags=tuple(tags), fields=fields)


def _number_of(turn: ConversationTurn, fields: Mapping[str, Value], name: str) -> object:
    """Return what a sum finds under a name: a field, a counter of events, or a column of a row that was looked up."""
    if fields.get(name) not in (None, ""):
        return fields[name]
    event = turn.context.config.event_by_counter.get(name)
    if event is not None:
        behaviour = turn.record.behaviour.get(event)
        return behaviour.count if behaviour else 0
    return found_values(turn.catalog.tables, turn.variables, turn.language).get(name)
