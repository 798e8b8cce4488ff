from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers.question import AcceptedAnswer, AnswerContext, AskError, CompiledQuestion, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiler.compile_question import compile_ask
from flows.language.model import Ask
from language import cldr
from tests.support.flow_person import shipped_config

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 25, 11, tzinfo=UTC)
"""Noon in Berlin."""
EVENINGS = {"from": "today 14:00", "to": "in 60 days 20:30"}


def compile_question(kind: str, **keys: str) -> CompiledQuestion:
    """Return a compiled question."""
    return compile_ask(Ask.model_validate({"for": kind, **keys}), shipped_config())


def judge_text(
    question: CompiledQuestion, text: str, language: str = "en", partial_answer: str = "", now: datetime = WEDNESDAY
) -> object:
    """Return the stored value of an answer; if it does not fit, the reply with its two examples."""
    verdict = question.judge(
        UserInput(text=text), AnswerContext(now=now, zone=BERLIN, language=language, partial_answer=partial_answer)
    )
    return verdict.value if isinstance(verdict, AcceptedAnswer) else (verdict.reply, verdict.first, verdict.second)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("tomorrow at 7", "en", "2026-11-26T19:00:00+01:00"),
        ("Friday, 5pm please", "en", "2026-11-27T17:00:00+01:00"),
        ("I'd like to come on friday at half past six", "en", "2026-11-27T18:30:00+01:00"),
        ("tomorrow around half past six", "en", "2026-11-26T18:30:00+01:00"),
        ("friday at about a quarter to seven", "en", "2026-11-27T18:45:00+01:00"),
        ("24 december 19:00", "en", "2026-12-24T19:00:00+01:00"),
        ("Dec 24th at 7.30 pm", "en", "2026-12-24T19:30:00+01:00"),
        ("friday next week at quarter to eight", "en", "2026-12-04T19:45:00+01:00"),
        ("the day after tomorrow, 15:00", "en", "2026-11-27T15:00:00+01:00"),
        ("in two weeks at 4", "en", "2026-12-09T16:00:00+01:00"),
        ("in 3 hours", "en", "2026-11-25T15:00:00+01:00"),
        ("today at 6", "en", "2026-11-25T18:00:00+01:00"),
        ("christmas eve at 15:00", "en", "2026-12-24T15:00:00+01:00"),
        ("10.12 19.30", "en", "2026-12-10T19:30:00+01:00"),
        ("2026-12-24 19:00", "en", "2026-12-24T19:00:00+01:00"),
        ("am 24.12. um halb acht", "de", "2026-12-24T19:30:00+01:00"),
        ("morgen um 7", "de", "2026-11-26T19:00:00+01:00"),
        ("Freitagabend gegen sieben", "de", "2026-11-27T19:00:00+01:00"),
        ("kommenden Montag um 15 Uhr 30", "de", "2026-11-30T15:30:00+01:00"),
        ("Samstag in einer Woche, fünf vor halb acht", "de", "2026-12-05T19:25:00+01:00"),
        ("heute in der früh oder so", "de", ("again_moment", "Montag, 30. November, 19:00", "")),
        ("nächste Woche Dienstag dreiviertel sieben", "de", "2026-12-01T18:45:00+01:00"),
        ("in einer halben Stunde", "de", ("again_moment", "Montag, 30. November, 19:00", "")),
        ("in drei Stunden", "de", "2026-11-25T15:00:00+01:00"),
        ("demain à 19h", "fr", "2026-11-26T19:00:00+01:00"),
        ("vendredi 27 novembre 18:30", "fr", "2026-11-27T18:30:00+01:00"),
        ("thursday 24 december at 7pm", "en", "2026-12-24T19:00:00+01:00"),
        ("friday 24 december at 7pm", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
        ("dans 3 jours à 18:00", "fr", "2026-11-28T18:00:00+01:00"),
        ("mañana a las 19:00", "es", "2026-11-26T19:00:00+01:00"),
        ("next friday at 7pm", "en", ("again_which", "Friday, 27 November 2026", "Friday, 4 December 2026")),
        ("wednesday at 7pm", "en", ("again_which", "Wednesday, 25 November 2026", "Wednesday, 2 December 2026")),
        ("tomorrow", "en", ("again_which_time", "14:00", "20:30")),
        ("at 7pm", "en", ("again_which_day", "Wednesday, 25 November", "Sunday, 24 January")),
        ("tomorrow at 10am", "en", ("again_range", "14:00", "20:30")),
        ("yesterday at 3pm", "en", ("again_over", "Wednesday, 25 November", "Sunday, 24 January")),
        ("1 march 2027 15:00", "en", ("again_range_day", "Wednesday, 25 November", "Sunday, 24 January")),
        ("not friday at 7pm", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
        ("friday or saturday at 7pm", "en", ("again_which", "Friday, 27 November 2026", "Saturday, 28 November 2026")),
        ("friday before 7pm", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
        ("whenever you like", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
    ],
)
def test_a_moment_is_read_in_words(text: str, language: str, value: object) -> None:
    """A moment within the range is stored; a doubtful, past or outside one is asked back."""
    assert judge_text(compile_question("moment", **EVENINGS), text, language) == value


@pytest.mark.parametrize(
    ("text", "keys", "value"),
    [
        ("24.12.", {}, "2026-12-24"),
        ("3.1.", {}, "2027-01-03"),
        ("29.2.", {}, "2028-02-29"),
        ("the 5th", {}, "2026-12-05"),
        ("12/24", {}, "2026-12-24"),
        ("in a month", {}, "2026-12-25"),
        ("1.2.1985", {"to": "today"}, "1985-02-01"),
        ("1.2.85", {"to": "today"}, "1985-02-01"),
        ("5 may", {"to": "today"}, "2026-05-05"),
        ("2026-12-01", {"from": "in 3 days", "to": "in 10 days"}, "2026-12-01"),
        ("3/4", {}, ("again_which", "Thursday, 4 March 2027", "Saturday, 3 April 2027")),
        ("yesterday", {}, ("again_over", "Monday, 30 November 2026", "")),
        ("31.2.", {}, ("again_date", "Monday, 30 November 2026", "")),
        ("tomorrow", {"from": "in 3 days"}, ("again_range_day", "Saturday, 28 November", "")),
    ],
)
def test_a_date_takes_the_year_that_fits(text: str, keys: dict[str, str], value: object) -> None:
    """The coming date counts, or the last one if the range ends today."""
    assert judge_text(compile_question("date", **keys), text) == value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("in an hour", "en", "2026-11-25T13:00:00+01:00"),
        ("in 90 minutes", "en", "2026-11-25T13:30:00+01:00"),
        ("in an hour and a half", "en", "2026-11-25T13:30:00+01:00"),
        ("in anderthalb Stunden", "de", "2026-11-25T13:30:00+01:00"),
        ("Fr. 19 Uhr", "de", "2026-11-27T19:00:00+01:00"),
        ("Fr. 19h", "de", "2026-11-27T19:00:00+01:00"),
        ("morgen um 7 abends", "de", "2026-11-26T19:00:00+01:00"),
        ("wie wärs mit Freitag 18 Uhr?", "de", "2026-11-27T18:00:00+01:00"),
        ("tomorrow evening at 7", "en", "2026-11-26T19:00:00+01:00"),
        ("friday evening at seven thirty", "en", "2026-11-27T19:30:00+01:00"),
        ("friday at seven thirty", "en", ("again_which", "07:30", "19:30")),
        ("friday 7ish", "en", ("again_which", "07:00", "19:00")),
        ("Monday or Tuesday at 5", "en",
         ("again_which", "Monday, 30 November 2026", "Tuesday, 1 December 2026")),
        ("Montag oder Dienstag um 5", "de", ("again_which", "Montag, 30. November 2026", "Dienstag, 1. Dezember 2026")),
        ("5pm or 6pm on friday", "en", ("again_which", "17:00", "18:00")),
        ("friday at 5 or 6", "en", ("again_which", "17:00", "18:00")),
        ("frietag 16 uhr", "de", "2026-11-27T16:00:00+01:00"),
        ("tommorrow at four pm", "en", "2026-11-26T16:00:00+01:00"),
        ("drei leute", "de", ("again_moment", "Montag, 30. November, 19:00", "")),
        ("friday or at 5", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
        ("monday or tuesday or friday", "en", ("again_moment", "Monday, 30 November, 19:00", "")),
    ],
)  # fmt: skip
def test_what_leaves_a_choice_is_asked_and_what_does_not_is_kept(text: str, language: str, value: object) -> None:
    """Distances, halves, two days, two times."""
    assert judge_text(compile_question("moment"), text, language) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("in half an hour", ("again_soon", "Wednesday, 25 November, 13:00", "")),
        ("today at 12:59", ("again_soon", "Wednesday, 25 November, 13:00", "")),
        ("today at 13:00", "2026-11-25T13:00:00+01:00"),
        ("in an hour", "2026-11-25T13:00:00+01:00"),
        ("today at 1", "2026-11-25T13:00:00+01:00"),
        ("yesterday at 15:00", ("again_over", "Wednesday, 25 November", "Wednesday, 2 December")),
        ("tomorrow at 9:00 in the morning", "2026-11-26T09:00:00+01:00"),
    ],
)
def test_a_moment_can_have_to_be_some_time_away(text: str, value: object) -> None:
    """A cab needs an hour; what is nearer is told the first time that fits."""
    question = compile_question("moment", **{"from": "at least 1 hour from now", "to": "in 7 days"})
    assert judge_text(question, text) == value


def test_a_day_can_have_to_be_some_days_away() -> None:
    """Counted on the calendar."""
    question = compile_question("date", **{"from": "at least 2 days from now"})
    assert judge_text(question, "friday") == "2026-11-27"
    assert judge_text(question, "tomorrow")[0] == "again_range_day"  # type: ignore[index]  # a reply


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("date", {"from": "at least 1 hour from now"}),
        ("time", {"from": "at least 1 hour from now"}),
        ("moment", {"to": "at most 3 hours from now"}),
        ("moment", {"from": "at least an hour from now"}),
    ],
)
def test_a_distance_that_bounds_nothing_is_told(kind: str, keys: dict[str, str]) -> None:
    """With a remedy."""
    with pytest.raises(AskError) as raised:
        compile_question(kind, **keys)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("text", "language", "keys", "value"),
    [
        ("19", "de", {}, "19:00"),
        ("um 7 Uhr", "de", {}, "07:00"),
        ("7 Uhr abends", "de", {}, "19:00"),
        ("halb acht", "de", {}, ("again_which", "07:30", "19:30")),
        ("half past seven in the evening", "en", {}, "19:30"),
        ("noon", "en", {}, "12:00"),
        ("7", "en", {"from": "14:00"}, "19:00"),
        ("23:30", "en", {"from": "22:00", "to": "02:00"}, "23:30"),
        ("12:00", "en", {"from": "22:00", "to": "02:00"}, ("again_range", "22:00", "02:00")),
        ("3 Uhr nachts", "de", {"from": "10:00", "to": "18:00"}, ("again_range", "10:00", "18:00")),
        ("25 Uhr", "de", {}, ("again_time", "19:00", "")),
    ],
)
def test_a_time_of_day_is_read_by_the_clock_of_the_language(
    text: str, language: str, keys: dict[str, str], value: object
) -> None:
    """“At seven” means two times unless the range or the words decide."""
    assert judge_text(compile_question("time", **keys), text, language) == value


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        (("tomorrow", "7pm"), "2026-11-26T19:00:00+01:00"),
        (("tomorrow evening", "at 7"), "2026-11-26T19:00:00+01:00"),
        (("tomorrow at 7", "the evening"), "2026-11-26T19:00:00+01:00"),
        (("tomorrow at 7", "what?", "7 am"), "2026-11-26T07:00:00+01:00"),
        (("next friday at 7pm", "27 november"), "2026-11-27T19:00:00+01:00"),
        (("tomorrow", "no, friday at 6pm"), ("again_moment", "Monday, 30 November, 19:00", "")),
        (("tomorrow", "friday at 6pm"), "2026-11-27T18:00:00+01:00"),
    ],
)
def test_a_moment_may_come_in_two_answers(answers: tuple[str, ...], value: object) -> None:
    """The certain parts of an earlier answer complete the next one."""
    question, half, verdict = compile_question("moment"), "", None
    for text in answers:
        verdict = question.judge(
            UserInput(text=text), AnswerContext(now=WEDNESDAY, zone=BERLIN, language="en", partial_answer=half)
        )
        half = verdict.partial_answer if isinstance(verdict, RejectedAnswer) else ""

    assert verdict is not None
    assert (
        verdict.value if isinstance(verdict, AcceptedAnswer) else (verdict.reply, verdict.first, verdict.second)
    ) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("28.3.2027 02:30", "2027-03-28T03:30:00+02:00"), ("25.10.2026 02:30", ("again_over", "", "")),
     ("31.10.2027 02:30", "2027-10-31T02:30:00+02:00")],
)  # fmt: skip
def test_the_odd_nights_of_the_year(text: str, value: object) -> None:
    """A time that does not exist moves on by the gap; of one that exists twice the first counts."""
    found = judge_text(compile_question("moment"), text)

    assert found == value or (isinstance(found, tuple) and found[0] == value[0])  # type: ignore[index]  # a reply


@given(st.timedeltas(timedelta(days=1), timedelta(days=360)), st.sampled_from(["en", "de", "fr"]))
def test_a_moment_as_we_say_it_is_understood(ahead: timedelta, language: str) -> None:
    """Copying the form of our own example never fails."""
    kept = (WEDNESDAY + ahead).astimezone(BERLIN).replace(second=0, microsecond=0, fold=0)
    said = cldr.format_moment(kept.isoformat(), language, "Europe/Berlin")

    verdict = judge_text(compile_question("moment"), said, language)

    assert verdict == kept.astimezone(UTC).astimezone(BERLIN).isoformat()


@given(st.text(max_size=150), st.sampled_from(["en", "de"]), st.sampled_from(["date", "time", "moment"]))
def test_no_text_makes_a_date_raise(text: str, language: str, kind: str) -> None:
    """Any text gives a value or a reply."""
    assert judge_text(compile_question(kind), text, language) is not None


_WORDS = [
    "tomorrow", "next", "friday", "at", "7", "pm", "half", "past", "24.12.", "december", "in", "3", "weeks", "31", "to",
    "00:00", "quarter", "the", "5th", "2026-02-30", "12/13/14", "noon", "morning", "99", "oclock",
]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=8), st.sampled_from(["date", "time", "moment"]))
def test_what_is_kept_is_a_valid_form(words: list[str], kind: str) -> None:
    """Whatever the words, the stored value can be read back and is not over."""
    verdict = judge_text(compile_question(kind), " ".join(words))

    if isinstance(verdict, str):
        day = verdict if kind == "date" else f"2026-11-26T{verdict}+01:00" if kind == "time" else verdict
        at = datetime.fromisoformat(day)
        assert at.date() >= WEDNESDAY.date()


@pytest.mark.parametrize("text", ["3 to 4pm", "from 3 to 4 pm", "10 to 11 am"])
def test_a_span_of_hours_is_no_time(text: str) -> None:
    """Only words and “minutes” count back from an hour: “ten to four”."""
    assert isinstance(judge_text(compile_question("time"), text), tuple)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("the fifth of december", "en", "2026-12-05"),
        ("december twenty-first", "en", "2026-12-21"),
        ("am siebenundzwanzigsten", "de", "2026-11-27"),
        ("zweiter Weihnachtstag", "de", "2026-12-26"),
        ("Friday, thanks. Tom Miller", "en", "2026-11-27"),
        ("Öhm, lieber am Freitag 😊", "de", "2026-11-27"),
        ("tommorow", "en", "2026-11-26"),
        ("5.12", "de", "2026-12-05"),
    ],
)
def test_words_round_a_day_add_nothing(text: str, language: str, value: str) -> None:
    """Fillers, signs, a signature, ordinals in words, slips."""
    assert judge_text(compile_question("date"), text, language) == value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("one day", "en"), ("friday, thanks. Or monday", "en"), ("friday 👎", "en"), ("after friday", "en"),
        ("in a second", "en"), ("jeden freitag", "de"), ("eines tages", "de"),
    ],
)  # fmt: skip
def test_what_bounds_or_denies_a_day_is_no_filler(text: str, language: str) -> None:
    """A word that moves, bounds or denies the day is asked about."""
    assert judge_text(compile_question("date"), text, language) != "2026-11-27"
    assert isinstance(judge_text(compile_question("date"), text, language), tuple)
