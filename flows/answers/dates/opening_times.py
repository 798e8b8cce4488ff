"""Proposes a time within the opening hours, and reads the yes to it."""

from datetime import date, datetime, time

from flows.answers.dates.grammar import read_date_answer
from flows.answers.dates.vocabulary import normalize_answer
from flows.answers.question import AnswerContext, RejectedAnswer
from language import cldr
from language.opening_hours import OpeningHours
from language.say_hours import say_spans, say_week

PROPOSED = "? "
"""Begins a partial answer that holds a proposed day or moment, which only a yes accepts."""
_AGREEING = frozenset({
    "yes", "yeah", "yep", "sure", "ok", "okay", "fine", "good", "great", "perfect", "works", "please", "ja", "klar",
    "gern", "gerne", "passt", "gut", "super", "perfekt", "bitte", "👍", "👌", "✅",
})  # fmt: skip
"""Words of a yes; the other words of an answer have to be such that add nothing."""


def propose_opening(
    day: date, fitting: datetime, opening: OpeningHours, context: AnswerContext, *, with_time: bool
) -> RejectedAnswer:
    """Return the reply that names the hours of ``day`` and proposes a fitting moment, or its day."""
    zone = context.zone.key
    local = fitting.replace(tzinfo=context.zone)
    spans = opening.spans_on(day)
    proposed = local.isoformat() if with_time else fitting.date().isoformat()
    return RejectedAnswer(
        reply="again_hours",
        fits_reply="fits_other_hours" if spans else "fits_other_day",
        first=_say_day(day, context),
        second=cldr.format_moment(proposed, context.language, zone) if with_time else _say_day(fitting.date(), context),
        hours=say_spans(spans, context.language),
        partial_answer=f"{PROPOSED}{proposed}",
    )


def name_week(opening: OpeningHours | None, context: AnswerContext) -> RejectedAnswer:
    """Return the reply that names all hours, for a time of day at which nobody is ever there."""
    hours = say_week(opening, context.language) if opening else ""
    return RejectedAnswer(reply="again_hours", fits_reply="fits_open_week", hours=hours)


def read_proposal(text: str, context: AnswerContext) -> str:
    """Return the day or moment that was proposed, if the answer is a yes; else an empty text."""
    if not context.partial_answer.startswith(PROPOSED):
        return ""
    words = [word.strip(".") for word in normalize_answer(text).split()]
    rest = " ".join(word for word in words if word not in _AGREEING)
    answer = read_date_answer(rest, context.language.split("-", maxsplit=1)[0], context.now.date())
    says_more = not answer.clear or answer.days or answer.times or answer.ahead or answer.part or answer.either
    return "" if says_more or len(rest.split()) == len(words) else context.partial_answer.removeprefix(PROPOSED)


def _say_day(day: date, context: AnswerContext) -> str:
    at = datetime.combine(day, time(12)).isoformat()
    weekday = cldr.format_weekday(at, context.language, context.zone.key)
    return f"{weekday}, {cldr.format_day(at, context.language, context.zone.key)}"
