"""The place that a conversation is about: its clock and its opening hours.

A tapped card chooses a row of a table.  Its columns ``zone`` and ``open`` go before ``timezone`` and ``open`` of
doorstep.yaml, so that every branch has its own.
"""

from zoneinfo import ZoneInfo

from flows.answers.question import CompiledQuestion
from flows.conversation.state import ConversationTurn
from flows.conversation.variables import chosen_row
from flows.language.place_cells import OPEN_COLUMN, ZONE_COLUMN
from language.opening_hours import OpeningHours, opening_or_none
from language.zones import zone_of_person, zone_or_default


def find_clock(turn: ConversationTurn, question: CompiledQuestion) -> tuple[ZoneInfo, OpeningHours | None]:
    """Return the time zone in which an answer is meant, and the opening hours that it has to keep."""
    config, row = turn.context.config, chosen_row(turn.catalog.tables, turn.variables)
    if question.their_time:
        zone = zone_of_person(turn.record, config.timezone, turn.context.now)
    else:
        zone = zone_or_default(str(row.get(ZONE_COLUMN, "")), config.timezone)
    if not question.keeps_hours:
        return zone, None
    own = opening_or_none(str(row.get(OPEN_COLUMN, "")))
    return zone, own or opening_or_none(config.open)
