"""Spoken days and times in plain words."""

from datetime import date, time

import pytest

from flows.answers.dates.alternatives import read_date_or_alternatives
from flows.answers.dates.plain_words import write_plainly


@pytest.mark.parametrize(
    ("spoken", "language", "plain"),
    [
        ("3 pm on the dot", "en", "3 pm"), ("three on the dot", "en", "at three"), ("bang on three", "en", "at three"),
        ("five thirty pm", "en", "5:30 pm"), ("eleven forty five", "en", "11:45"), ("ten oh five", "en", "10:05"),
        ("thursday if theres a table free", "en", "thursday"), ("friday right after work", "en", "friday"),
        ("friday if its dry", "en", "friday dry"), ("15:00 sharp", "en", "15:00"), ("five five", "en", "five five"),
        ("punkt drei", "de", "um drei"), ("schlag 15 uhr", "de", "um 15 uhr"), ("hoib sechse", "de", "halb sechs"),
        ("siebzehn uhr dreissig", "de", "17 uhr 30"), ("siebzehn dreissig", "de", "17 uhr 30"),
        ("mittwoch nach feierabend", "de", "mittwoch"), ("freitag falls noch platz ist", "de", "freitag"),
        ("freitag nach weihnachten", "de", "freitag nach weihnachten"), ("vendredi", "fr", "vendredi"),
    ],
)  # fmt: skip
def test_what_is_spoken_is_written_plainly(spoken: str, language: str, plain: str) -> None:
    """Only conditions of room, times of one's own day and stress go; “dry” stays, and makes the answer unclear."""
    assert " ".join(write_plainly(spoken, language).split()) == plain


@pytest.mark.parametrize("text", ["10:30 or 11", "10 or 2", "at ten thirty or eleven"])
def test_a_choice_of_times_keeps_both_halves(text: str) -> None:
    """So that none is taken because the other was read as the night."""
    times = read_date_or_alternatives(text, "en", date(2026, 11, 23)).times
    assert times is not None
    assert len(times.halves) == 2
    assert any(half[0] in (time(10), time(10, 30)) for half in times.halves)
