"""Meanings of the patterns in :mod:`flows.answers.dates.vocabulary`: the days or times that a phrase can mean."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from flows.answers.dates.distances import DISTANCE_MEANINGS, read_ahead
from flows.answers.dates.result import DateAnswer, DayOptions, DayPart, TimeOptions
from flows.answers.dates.vocabulary import Lexicon, PatternMatch
from flows.answers.number_words import number_words

_NOON = 12


def read_hour(text: str, language: str) -> int | None:
    """Return the hour of a text in digits or words; None if it is not one."""
    value = int(text) if text.isdecimal() and len(text) <= 2 else number_words(language).get(text)  # noqa: PLR2004  hours of the day
    return value if value is not None and value <= 24 else None  # noqa: PLR2004  a day's hours


def _clock_times(hour: int, minute: int) -> tuple[time, ...]:
    """Return a time of day as a tuple of one; empty if the numbers are not a time."""
    if hour == 24 and not minute:  # noqa: PLR2004  ISO 8601 of old
        return (time(0, 0),)
    return (time(hour, minute),) if hour <= 23 and minute <= 59 else ()  # noqa: PLR2004  a day's last minute


def spoken_times(hour: int, minute: int) -> TimeOptions:
    """Return the times that an hour on the dial can mean: seven is 7:00 or 19:00, twelve is noon."""
    if hour > _NOON or hour == 0:
        return TimeOptions(options=_clock_times(hour, minute))
    # Twelve is special: 12 % 12 + 12 is 12 again, so “at twelve” is noon and never midnight.
    late = _clock_times(hour % _NOON + _NOON, minute)
    return TimeOptions(options=late if hour == _NOON else (*_clock_times(hour, minute), *late))


def _answer_times(options: TimeOptions) -> DateAnswer | None:
    return DateAnswer(times=options) if options.options else None


def _read_iso(match: PatternMatch) -> DateAnswer | None:
    return _answer_date(*(int(group) for group in match.groups))


def _answer_date(year: int, month: int, day: int) -> DateAnswer | None:
    try:
        return DateAnswer(days=DayOptions(options=(date(year, month, day),)))
    except ValueError:
        return None


def _yearly_dates(today: date, month: int, day: int, year: str | None) -> tuple[date, ...]:
    """Return the dates that a day and month can mean; empty if there is no such day."""
    if year:
        # Birthdays are asked for as well as appointments, so “85” stands for 2085 and 1985; the range decides.
        years = [int(year)] if len(year) > 2 else [2000 + int(year), 1900 + int(year)]  # noqa: PLR2004  whole or short, 1985 or 85
    else:
        # This year, the next and the last, in this order of likelihood.  The other years are for 29 February, which
        # can be eight years away (1896 to 1904).
        years = [today.year, today.year + 1, today.year - 1, *(today.year + more for more in range(2, 9))]
    valid = 1 <= month <= 12  # noqa: PLR2004  a year's months
    dates = [date(each, month, day) for each in years if valid and 1 <= day <= monthrange(each, month)[1]]
    return tuple(dates if year else dates[:3])


def _read_day_month(match: PatternMatch) -> DateAnswer | None:
    day, month, year = match.groups
    options = _yearly_dates(match.today, int(str(month)), int(str(day)), year)
    return DateAnswer(days=DayOptions(options=options, by_year=True)) if options else None


def _read_slashed(match: PatternMatch) -> DateAnswer | None:
    """Read “3/4” as 3 April and 4 March; the range, or asking back, then decides."""
    first, second, year = str(match.groups[0]), str(match.groups[1]), match.groups[2]
    orders = {(first, second), (second, first)}
    options = [_yearly_dates(match.today, int(month), int(day), year) for day, month in orders]
    # “13/4” has one reading only, and so has “4/4”, because the set holds it once.
    readings = sorted((dates for dates in options if dates), key=lambda dates: dates[0])
    if len(readings) == 1:
        return DateAnswer(days=DayOptions(options=readings[0], by_year=True))
    # Of two readings each gives its coming date, so that asking back names two days and not six.
    coming = [next((day for day in dates if day >= match.today), dates[0]) for dates in readings]
    return DateAnswer(days=DayOptions(options=tuple(dict.fromkeys(coming)))) if coming else None


def _read_named_month(match: PatternMatch) -> DateAnswer | None:
    day, month, year = match.groups
    options = _yearly_dates(match.today, match.lexicon.months[str(month)], int(str(day)), year)
    return DateAnswer(days=DayOptions(options=options, by_year=True)) if options else None


def _read_month_named(match: PatternMatch) -> DateAnswer | None:
    month, day, year = match.groups
    options = _yearly_dates(match.today, match.lexicon.months[str(month)], int(str(day)), year)
    return DateAnswer(days=DayOptions(options=options, by_year=True)) if options else None


def _read_feast(match: PatternMatch) -> DateAnswer | None:
    dates = _yearly_dates(match.today, *match.lexicon.feasts[match.first_group], None)
    return DateAnswer(days=DayOptions(options=dates, by_year=True))


def _read_day_of_month(match: PatternMatch) -> DateAnswer | None:
    day, options = int(match.first_group), []
    # “the 31st”: last month, this one and the next two; a month without a 31st is left out.
    for ahead in range(-1, 3):
        year, month = divmod(match.today.year * 12 + match.today.month - 1 + ahead, 12)
        if 1 <= day <= monthrange(year, month + 1)[1]:
            options.append(date(year, month + 1, day))
    # Days that are still to come first, then those that are over.
    coming = sorted(options, key=lambda date_option: (date_option < match.today, date_option))
    return DateAnswer(days=DayOptions(options=tuple(coming), by_year=True)) if coming else None


def _read_day_word(match: PatternMatch) -> DateAnswer | None:
    word = match.first_group
    # “This evening” is a day and a part of it; German “morgen” is tomorrow here, and no morning.
    told = _find_day_part(match.lexicon, word) if word.startswith("this ") else ""
    part: DayPart = "evening" if word == "tonight" else told
    day = match.today + timedelta(days=match.lexicon.days[word])
    return DateAnswer(days=DayOptions(options=(day,)), part=part)


def _read_this_morning(match: PatternMatch) -> DateAnswer | None:
    return DateAnswer(days=DayOptions(options=(match.today,)), part="morning")


_WEEK = timedelta(days=7)
_NEXT, _LAST, _THIS = ("next", "nächst"), ("last", "letzt"), ("this", "coming", "dies", "kommend")


def _read_weekday(match: PatternMatch) -> DateAnswer | None:
    """Read a weekday, alone or after “this”, “next” or “last”."""
    which, name, *part = match.groups
    days = (match.lexicon.weekdays[str(name)] - match.today.weekday()) % 7
    coming = match.today + timedelta(days=days)
    answer = DateAnswer(part=_find_day_part(match.lexicon, part[0] if part else None))
    if which and which.startswith(_LAST):
        return replace(answer, days=DayOptions(options=(coming - _WEEK,)))
    if which and which.startswith(_NEXT):
        # On Monday “next Friday” is the one in four days or in eleven: people disagree, so both are options.
        # On Friday “next Monday” can only be the coming one, and “next Friday” only that in a week.
        this_week = days and match.today.weekday() + days <= 6  # noqa: PLR2004  Sunday ends a week
        options = (coming, coming + _WEEK) if this_week else (coming if days else coming + _WEEK,)
        return replace(answer, days=DayOptions(options=options))
    # “Friday” on a Friday is today or in a week; “this Friday” is today.
    today_too = days == 0 and not (which and which.startswith(_THIS))
    options = (coming, coming + _WEEK) if today_too else (coming,)
    return replace(answer, days=DayOptions(options=options, weekday=None if which else coming.weekday()))


def _read_weekday_this(match: PatternMatch) -> DateAnswer | None:
    """Read “this coming Friday” and “Friday this week”."""
    name = next(group for group in match.groups if group in match.lexicon.weekdays)
    coming = match.today + timedelta(days=(match.lexicon.weekdays[name] - match.today.weekday()) % 7)
    return DateAnswer(days=DayOptions(options=(coming,)))


def _find_day_part(lexicon: Lexicon, word: str | None) -> DayPart:
    return lexicon.parts.get(word or "", "")  # type: ignore[return-value]  # the tables hold nothing but parts


def _read_weekday_later(match: PatternMatch) -> DateAnswer | None:
    days = (match.lexicon.weekdays[match.first_group] - match.today.weekday()) % 7 or 7
    # “Friday week” is a week after the coming Friday; on a Friday that is in two weeks.
    return DateAnswer(days=DayOptions(options=(match.today + timedelta(days=days) + _WEEK,)))


def _read_weekday_next_week(match: PatternMatch) -> DateAnswer | None:
    monday = match.today - timedelta(days=match.today.weekday())
    day = monday + _WEEK + timedelta(days=match.lexicon.weekdays[match.first_group])
    return DateAnswer(days=DayOptions(options=(day,)))


def _read_half_day(match: PatternMatch) -> DateAnswer | None:
    hour, minute, half = int(str(match.groups[0])), int(match.groups[1] or 0), match.groups[2]
    if not 1 <= hour <= _NOON:
        return None
    # 12 am is 0:00 and 12 pm is 12:00.
    return _answer_times(TimeOptions(options=_clock_times(hour % _NOON + (_NOON if half == "p" else 0), minute)))


def _read_word_half_day(match: PatternMatch) -> DateAnswer | None:
    """Read “two pm”."""
    hour, half = read_hour(str(match.groups[0]), match.language), match.groups[1]
    if hour is None or not 1 <= hour <= _NOON:
        return None
    return _answer_times(TimeOptions(options=_clock_times(hour % _NOON + (_NOON if half == "p" else 0), 0)))


def _read_past_to(match: PatternMatch) -> DateAnswer | None:
    """Read “quarter past seven”, “zehn vor halb acht”."""
    length, side, *more = match.groups
    # The two languages have different groups: German “(halb )?(HOUR)”, English “(HOUR)( pm)?”.
    half, hour_word = (more[0], more[1]) if match.language == "de" else (None, more[0])
    word = str(length).split()[0]
    quarter = {"half": 30, "quarter": 15, "viertel": 15}.get(word)
    # Of “zehn minuten” only the number counts; “a” in “a minute past” is no number word and gives 1.
    minutes = quarter or (int(word) if word.isdecimal() else number_words(match.language).get(word, 1))
    # “3 to 4 pm” is from three to four; “ten to four” and “10 minutes to 4” are ten before.
    if side == "to" and str(length).isdecimal() and minutes <= _NOON:
        return None
    hour = read_hour(str(hour_word), match.language)
    if hour is None or not 0 < minutes < 60:  # noqa: PLR2004  an hour's minutes
        return None
    # “zehn vor halb acht”: -10 for “vor”, -30 for “halb”, from 8:00 on, is 7:20.
    minutes = (minutes if side in ("past", "after", "nach") else -minutes) - (30 if half else 0)
    times = _shift_times(spoken_times(hour, 0), minutes)
    if match.language == "en" and more[1]:
        late = more[1] == "p"
        times = TimeOptions(options=tuple(at for at in times.options if (at.hour >= _NOON) is late))
    return _answer_times(times)


def _shift_times(times: TimeOptions, minutes: int) -> TimeOptions:
    # Modulo a day: ten before midnight is 23:50.
    minutes_of_day = [(at.hour * 60 + at.minute + minutes) % (24 * 60) for at in times.options]
    return TimeOptions(options=tuple(time(*divmod(minute, 60)) for minute in minutes_of_day))


def _read_half_past(match: PatternMatch) -> DateAnswer | None:
    hour = read_hour(match.first_group, match.language)
    return _answer_times(spoken_times(hour, 30)) if hour else None


def _read_quarters_of(match: PatternMatch) -> DateAnswer | None:
    """Read “halb acht” (7:30), and regional “viertel acht” (7:15) and “dreiviertel acht” (7:45)."""
    hour = read_hour(str(match.groups[1]), match.language)
    # The named hour is the running one: a quarter of the eighth hour is 7:15, 45 minutes short of 8:00.
    missing = {"halb": 30, "viertel": 45, "dreiviertel": 15}[str(match.groups[0])]
    if hour is None:
        return None
    times = _shift_times(spoken_times(hour, 0), -missing)
    # “halb eins” would also be 0:30; 12:30 is meant as long as there is a choice.
    awake = tuple(at for at in times.options if at.hour) or times.options
    return _answer_times(TimeOptions(options=awake))


def _read_spoken_minutes(match: PatternMatch) -> DateAnswer | None:
    """Read “seven thirty”, in the morning or in the evening."""
    hour = read_hour(str(match.groups[0]), match.language)
    minute = {"fifteen": 15, "thirty": 30, "forty-five": 45}[str(match.groups[1])]
    return _answer_times(spoken_times(hour, minute)) if hour is not None else None


def _read_o_clock(match: PatternMatch) -> DateAnswer | None:
    """Read “7 Uhr 30” as 7:30, or as 19:30 if only that fits."""
    word, *minutes = match.groups
    hour = read_hour(str(word), match.language)
    minute = next((_read_minute(said, match.language) for said in minutes if said), 0)
    if hour is None:
        return None
    literal = _clock_times(hour, minute)
    times = spoken_times(hour, minute)
    # German writes 24 hours but says 12: the written hour wins (`literal`) if it fits the range.
    # A leading zero (“07 Uhr”) is never the evening, and 0 is midnight.
    return _answer_times(replace(times, literal=literal[0] if literal and not str(word).startswith("0") else None)
                  if hour and not str(word).startswith("0") else TimeOptions(options=literal))  # fmt: skip


def _read_minute(said: str, language: str) -> int:
    return int(said) if said.isdecimal() else number_words(language)[said]


def _read_clock_time(match: PatternMatch) -> DateAnswer | None:
    hour, minute = str(match.groups[0]), int(str(match.groups[1]))
    literal = _clock_times(int(hour), minute)
    # “07:30” and “19:30” are exact; “7:30” may be the evening.
    if len(hour) > 1 or int(hour) == 0:
        return _answer_times(TimeOptions(options=literal))
    times = spoken_times(int(hour), minute)
    exact = literal[0] if literal and not match.lexicon.twelve_hour_clock else None
    return _answer_times(replace(times, literal=exact))


def _read_dotted(match: PatternMatch) -> DateAnswer | None:
    """Read “19.30” as a time, “24.12” as a day, and “19.12” as either."""
    first, second = int(str(match.groups[0])), int(str(match.groups[1]))
    days = DayOptions(options=_yearly_dates(match.today, second, first, None), by_year=True)
    times = _read_clock_time(match)
    if times and times.times and days.options:
        return DateAnswer(either=(days, times.times))
    return times or (DateAnswer(days=days) if days.options else None)


def _read_noon(_: PatternMatch) -> DateAnswer | None:
    return DateAnswer(times=TimeOptions(options=(time(_NOON, 0),)))


def _read_spoken_hour(match: PatternMatch) -> DateAnswer | None:
    hour = read_hour(match.first_group, match.language)
    return _answer_times(spoken_times(hour, 0)) if hour is not None else None


def _read_part(match: PatternMatch) -> DateAnswer | None:
    return DateAnswer(part=_find_day_part(match.lexicon, match.first_group))


MEANINGS: dict[str, Callable[[PatternMatch], DateAnswer | None]] = {
    "iso": _read_iso, "ahead": read_ahead, "day_month": _read_day_month, "slashed": _read_slashed,
    "named_month": _read_named_month,
    "month_named": _read_month_named, "feast": _read_feast, "half_day": _read_half_day, "past_to": _read_past_to,
    "half_past": _read_half_past, "quarters_of": _read_quarters_of, "o_clock": _read_o_clock, "clock": _read_clock_time,
    "dotted": _read_dotted, "noon": _read_noon, "weekday_later": _read_weekday_later,
    "weekday_next_week": _read_weekday_next_week,
    "weekday": _read_weekday, "weekday_this": _read_weekday_this, "day_word": _read_day_word,
    "this_morning": _read_this_morning,
    "day_of_month": _read_day_of_month,
    "spoken": _read_spoken_hour, "word_half_day": _read_word_half_day,
    "spoken_minutes": _read_spoken_minutes,
    "part": _read_part, **DISTANCE_MEANINGS,
}  # fmt: skip
"""By the name beside a pattern; a function returns None if its phrase is not valid after all (“31.2.”)."""
