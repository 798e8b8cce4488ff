"""Applies what a step or a choice changes in the record: tags, fields, points, channels, consent."""

from domain.consent import decisions
from domain.decision import Fact
from domain.record import Value
from flows.compiled.step import RecordChanges
from flows.conversation.mails import notify_team
from flows.conversation.state import ConversationTurn
from language.cldr import LARGEST_NUMBER

HOW = "chat"
"""How a consent was withdrawn, in the consent ledger: by a step of a flow that the person walked to."""


def apply_changes(turn: ConversationTurn, changes: RecordChanges) -> None:
    """Apply all changes; the language first, so that everything else is said in it."""
    if changes.language in turn.catalog.language_packs:
        turn.change_record(language=changes.language)
    if changes.tags or changes.removed_tags or changes.fields or changes.points:
        _change_tags_and_fields(turn, changes)
    if changes.channels:
        turn.change_record(channels={**turn.record.channels, **changes.channels})
    if changes.recorded_event:
        turn.add_fact(Fact(name=changes.recorded_event, at=turn.context.now))
    if changes.withdrawn_topic:
        turn.add_outcome(
            decisions.withdraw_consent(turn.record, changes.withdrawn_topic, turn.context, how=HOW, mid=turn.mid)
        )
    if changes.notified_team:
        notify_team(turn, changes.notified_team)


def _change_tags_and_fields(turn: ConversationTurn, changes: RecordChanges) -> None:
    # Each tag once, the older first; a tag that is added and removed at once is removed.
    tags = [tag for tag in dict.fromkeys((*turn.record.tags, *changes.tags)) if tag not in changes.removed_tags]
    fields: dict[str, Value] = {**turn.record.fields, **changes.fields}
    for name, points in changes.points.items():
        old = fields.get(name)
        # A field may hold text from another flow; then counting starts at 0.
        score = points + (old if isinstance(old, int | float) else 0)
        fields[name] = max(-LARGEST_NUMBER, min(score, LARGEST_NUMBER))
    turn.change_record(tags=tuple(tags), fields=fields)
