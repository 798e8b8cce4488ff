"""What each pattern of :mod:`flows.answers.dates.vocabulary` means: the days or times that its words can stand for."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from flows.answers.dates.result import DateAnswer, Days, Part, Times
from flows.answers.dates.vocabulary import Lexicon
from flows.answers.numbers import spelled

_MOST_AHEAD = 3_700
"""Days, weeks, months or minutes ahead that are counted."""
_NOON = 12


class Reading:
    """One pattern that was found, and what its meaning may look at."""

    def __init__(self, lexicon: Lexicon, language: str, today: date, found: re.Match[str]) -> None:
        """Keep them together."""
        self.lexicon = lexicon
        self.language = language
        self.today = today
        self.groups = found.groups()

    @property
    def said(self) -> str:
        """The first group that holds something."""
        return next((one for one in self.groups if one), "")


def hour_of(text: str, language: str) -> int | None:
    """Return an hour of the day in digits or words; None if it is none."""
    value = int(text) if text.isdecimal() and len(text) <= 2 else spelled(language).get(text)  # noqa: PLR2004  hours of the day
    return value if value is not None and value <= 24 else None  # noqa: PLR2004  a day's hours


def _clock(hour: int, minute: int) -> tuple[time, ...]:
    """Return a time of day; 24:00 is midnight, and what is no time gives nothing."""
    if hour == 24 and not minute:  # noqa: PLR2004  ISO 8601 of old
        return (time(0, 0),)
    return (time(hour, minute),) if hour <= 23 and minute <= 59 else ()  # noqa: PLR2004  a day's last minute


def spoken(hour: int, minute: int) -> Times:
    """Return the times that an hour on the dial can stand for: seven is morning or evening; twelve is noon."""
    if hour > _NOON or hour == 0:
        return Times(options=_clock(hour, minute))
    late = _clock(hour % _NOON + _NOON, minute)
    return Times(options=late if hour == _NOON else (*_clock(hour, minute), *late))


def _times(options: Times) -> DateAnswer | None:
    return DateAnswer(times=options) if options.options else None


def _iso(one: Reading) -> DateAnswer | None:
    return _dated(*(int(group) for group in one.groups))


def _dated(year: int, month: int, day: int) -> DateAnswer | None:
    try:
        return DateAnswer(days=Days(options=(date(year, month, day),)))
    except ValueError:
        return None


def _yearly(today: date, month: int, day: int, year: str | None) -> tuple[date, ...]:
    """Return a day of the year: this year's, the next, the last; of two digits of a year, both centuries."""
    if year:
        years = [int(year)] if len(year) > 2 else [2000 + int(year), 1900 + int(year)]  # noqa: PLR2004  whole or short, 1985 or 85
    else:
        years = [today.year, today.year + 1, today.year - 1, *(today.year + more for more in range(2, 9))]
    valid = 1 <= month <= 12  # noqa: PLR2004  a year's months
    found = [date(one, month, day) for one in years if valid and 1 <= day <= monthrange(one, month)[1]]
    return tuple(found if year else found[:3])


def _day_month(one: Reading) -> DateAnswer | None:
    day, month, year = one.groups
    options = _yearly(one.today, int(str(month)), int(str(day)), year)
    return DateAnswer(days=Days(options=options, by_year=True)) if options else None


def _slashed(one: Reading) -> DateAnswer | None:
    """Read 3/4: where both could be the month, both days are meant until one of them does not fit."""
    first, second, year = str(one.groups[0]), str(one.groups[1]), one.groups[2]
    options = [_yearly(one.today, int(month), int(day), year) for day, month in {(first, second), (second, first)}]
    known = sorted((each for each in options if each), key=lambda each: each[0])
    if len(known) == 1:
        return DateAnswer(days=Days(options=known[0], by_year=True))
    coming = [next((day for day in each if day >= one.today), each[0]) for each in known]
    return DateAnswer(days=Days(options=tuple(dict.fromkeys(coming)))) if coming else None


def _named_month(one: Reading) -> DateAnswer | None:
    day, month, year = one.groups
    options = _yearly(one.today, one.lexicon.months[str(month)], int(str(day)), year)
    return DateAnswer(days=Days(options=options, by_year=True)) if options else None


def _month_named(one: Reading) -> DateAnswer | None:
    month, day, year = one.groups
    options = _yearly(one.today, one.lexicon.months[str(month)], int(str(day)), year)
    return DateAnswer(days=Days(options=options, by_year=True)) if options else None


def _feast(one: Reading) -> DateAnswer | None:
    return DateAnswer(days=Days(options=_yearly(one.today, *one.lexicon.feasts[one.said], None), by_year=True))


def _day_of_month(one: Reading) -> DateAnswer | None:
    day, options = int(one.said), []
    for ahead in range(-1, 3):
        year, month = divmod(one.today.year * 12 + one.today.month - 1 + ahead, 12)
        if 1 <= day <= monthrange(year, month + 1)[1]:
            options.append(date(year, month + 1, day))
    coming = sorted(options, key=lambda each: (each < one.today, each))
    return DateAnswer(days=Days(options=tuple(coming), by_year=True)) if coming else None


def _day_word(one: Reading) -> DateAnswer | None:
    day = one.today + timedelta(days=one.lexicon.days[one.said])
    return DateAnswer(days=Days(options=(day,)), part="evening" if one.said == "tonight" else "")


def _this_morning(one: Reading) -> DateAnswer | None:
    return DateAnswer(days=Days(options=(one.today,)), part="morning")


_WEEK = timedelta(days=7)
_NEXT, _LAST, _THIS = ("next", "nächst"), ("last", "letzt"), ("this", "coming", "dies", "kommend")


def _weekday(one: Reading) -> DateAnswer | None:
    """Read a weekday: the coming one; with “next” in front, perhaps the one after it."""
    which, name, *part = one.groups
    days = (one.lexicon.weekdays[str(name)] - one.today.weekday()) % 7
    coming = one.today + timedelta(days=days)
    said = DateAnswer(part=_part_of(one.lexicon, part[0] if part else None))
    if which and which.startswith(_LAST):
        return replace(said, days=Days(options=(coming - _WEEK,)))
    if which and which.startswith(_NEXT):
        this_week = days and one.today.weekday() + days <= 6  # noqa: PLR2004  Sunday ends a week
        options = (coming, coming + _WEEK) if this_week else (coming if days else coming + _WEEK,)
        return replace(said, days=Days(options=options))
    today_too = days == 0 and not (which and which.startswith(_THIS))
    options = (coming, coming + _WEEK) if today_too else (coming,)
    return replace(said, days=Days(options=options, weekday=None if which else coming.weekday()))


def _part_of(lexicon: Lexicon, word: str | None) -> Part:
    return lexicon.parts.get(word or "", "")  # type: ignore[return-value]  # the tables hold nothing but parts


def _weekday_later(one: Reading) -> DateAnswer | None:
    days = (one.lexicon.weekdays[one.said] - one.today.weekday()) % 7 or 7
    return DateAnswer(days=Days(options=(one.today + timedelta(days=days) + _WEEK,)))


def _weekday_next_week(one: Reading) -> DateAnswer | None:
    monday = one.today - timedelta(days=one.today.weekday())
    return DateAnswer(days=Days(options=(monday + _WEEK + timedelta(days=one.lexicon.weekdays[one.said]),)))


def _ahead(one: Reading) -> DateAnswer | None:
    """Read “in two weeks”, “in half an hour”."""
    word, unit = str(one.groups[0]), one.lexicon.units[str(one.groups[1])]
    if word.startswith("hal"):
        return DateAnswer(ahead=timedelta(minutes=30)) if unit == "hour" else None
    count = int(word) if word.isdecimal() else 1 if word in one.lexicon.articles else spelled(one.language)[word]
    if count > _MOST_AHEAD:
        return None
    if unit in ("minute", "hour"):
        return DateAnswer(ahead=timedelta(minutes=count * (60 if unit == "hour" else 1)))
    if unit == "month":
        return _months_ahead(one.today, count)
    double = 2 if one.groups[1] == "fortnight" else 1
    return DateAnswer(days=Days(options=(one.today + timedelta(days=count * (7 * double if unit == "week" else 1)),)))


def _months_ahead(today: date, count: int) -> DateAnswer | None:
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return _dated(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _half_day(one: Reading) -> DateAnswer | None:
    hour, minute, half = int(str(one.groups[0])), int(one.groups[1] or 0), one.groups[2]
    if not 1 <= hour <= _NOON:
        return None
    return _times(Times(options=_clock(hour % _NOON + (_NOON if half == "p" else 0), minute)))


def _past_to(one: Reading) -> DateAnswer | None:
    """Read “quarter past seven”, “zehn vor halb acht”."""
    length, side, *more = one.groups
    half, hour_word = (more[0], more[1]) if one.language == "de" else (None, more[0])
    word = str(length).split()[0]
    quarter = {"half": 30, "quarter": 15, "viertel": 15}.get(word)
    minutes = quarter or (int(word) if word.isdecimal() else spelled(one.language).get(word, 1))
    hour = hour_of(str(hour_word), one.language)
    if hour is None or not 0 < minutes < 60:  # noqa: PLR2004  an hour's minutes
        return None
    minutes = (minutes if side in ("past", "after", "nach") else -minutes) - (30 if half else 0)
    times = _moved(spoken(hour, 0), minutes)
    if one.language == "en" and more[1]:
        late = more[1] == "p"
        times = Times(options=tuple(each for each in times.options if (each.hour >= _NOON) is late))
    return _times(times)


def _moved(times: Times, minutes: int) -> Times:
    total = [(each.hour * 60 + each.minute + minutes) % (24 * 60) for each in times.options]
    return Times(options=tuple(time(*divmod(each, 60)) for each in total))


def _half_past(one: Reading) -> DateAnswer | None:
    hour = hour_of(one.said, one.language)
    return _times(spoken(hour, 30)) if hour else None


def _quarters_of(one: Reading) -> DateAnswer | None:
    """Read “halb acht”, and as in the east and south “viertel acht”, “dreiviertel acht”: of the eighth hour."""
    hour = hour_of(str(one.groups[1]), one.language)
    missing = {"halb": 30, "viertel": 45, "dreiviertel": 15}[str(one.groups[0])]
    if hour is None:
        return None
    times = _moved(spoken(hour, 0), -missing)
    awake = tuple(each for each in times.options if each.hour) or times.options
    return _times(Times(options=awake))


def _o_clock(one: Reading) -> DateAnswer | None:
    """Read “7 Uhr 30”: the hour as it is written, or the evening's."""
    word, *minutes = one.groups
    hour = hour_of(str(word), one.language)
    minute = next((int(each) for each in minutes if each), 0)
    if hour is None:
        return None
    literal = _clock(hour, minute)
    times = spoken(hour, minute)
    return _times(replace(times, literal=literal[0] if literal and not str(word).startswith("0") else None)
                  if hour and not str(word).startswith("0") else Times(options=literal))  # fmt: skip


def _clock_time(one: Reading) -> DateAnswer | None:
    hour, minute = str(one.groups[0]), int(str(one.groups[1]))
    literal = _clock(int(hour), minute)
    if len(hour) > 1 or int(hour) == 0:
        return _times(Times(options=literal))
    times = spoken(int(hour), minute)
    return _times(times if one.lexicon.twelve else replace(times, literal=literal[0] if literal else None))


def _dotted(one: Reading) -> DateAnswer | None:
    """Read 19.30 and 24.12: a time, a day, or either."""
    first, second = int(str(one.groups[0])), int(str(one.groups[1]))
    days = Days(options=_yearly(one.today, second, first, None), by_year=True)
    times = _clock_time(one)
    if times and times.times and days.options:
        return DateAnswer(either=(days, times.times))
    return times or (DateAnswer(days=days) if days.options else None)


def _noon(_: Reading) -> DateAnswer | None:
    return DateAnswer(times=Times(options=(time(_NOON, 0),)))


def _spoken_hour(one: Reading) -> DateAnswer | None:
    hour = hour_of(one.said, one.language)
    return _times(spoken(hour, 0)) if hour is not None else None


def _part(one: Reading) -> DateAnswer | None:
    return DateAnswer(part=_part_of(one.lexicon, one.said))


MEANINGS: dict[str, Callable[[Reading], DateAnswer | None]] = {
    "iso": _iso, "ahead": _ahead, "day_month": _day_month, "slashed": _slashed, "named_month": _named_month,
    "month_named": _month_named, "feast": _feast, "half_day": _half_day, "past_to": _past_to,
    "half_past": _half_past, "quarters_of": _quarters_of, "o_clock": _o_clock, "clock": _clock_time,
    "dotted": _dotted, "noon": _noon, "weekday_later": _weekday_later, "weekday_next_week": _weekday_next_week,
    "weekday": _weekday, "day_word": _day_word, "this_morning": _this_morning, "day_of_month": _day_of_month,
    "spoken": _spoken_hour, "part": _part,
}  # fmt: skip
"""By the name that stands beside a pattern in ``vocabulary``; None: it was no such thing after all."""
