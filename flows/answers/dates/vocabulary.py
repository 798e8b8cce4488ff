"""Lexicons of days and times, one for each language (read by :mod:`flows.answers.dates.grammar`).

A pattern is a regular expression over a text in small letters, without commas and apostrophes; ``WEEKDAY``, ``MONTH``,
``FEAST``, ``DAYWORD``, ``PART``, ``UNIT``, ``NUM`` and ``HOUR`` stand for the words of the language.  Patterns are
tried in order, and the text that one has read is gone for the next.  Beside each stands the name of its meaning in
:data:`flows.answers.dates.meanings.MEANINGS`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flows.answers.dates.fillers import FILLERS_DE, FILLERS_EN


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words and patterns of one language for days and times."""

    patterns: tuple[tuple[str, str], ...]
    """Pattern and the name of its meaning."""
    days: Mapping[str, int]
    """Days counted from today."""
    weekdays: Mapping[str, int]
    """0 Monday … 6 Sunday."""
    months: Mapping[str, int]
    feasts: Mapping[str, tuple[int, int]]
    """Month and day of holidays with a fixed date."""
    parts: Mapping[str, str]
    """Word → morning, noon, afternoon, evening or night."""
    units: Mapping[str, str]
    """Word → minute, hour, day, week or month."""
    counts: Mapping[str, int]
    """Numbers before a unit, besides the number words of the language: in “in a week” the “a” is 1."""
    fillers: frozenset[str]
    """Words that add nothing; any other word that is left over makes the answer unclear."""
    twelve_hour_clock: bool = False
    """True if people use a clock of twelve hours, so that 7:30 can be the evening."""


class PatternMatch:
    """A match of a pattern, and what its meaning depends on."""

    def __init__(self, lexicon: Lexicon, language: str, today: date, match: re.Match[str]) -> None:
        """Keep the groups of the match with the language and the day."""
        self.lexicon = lexicon
        self.language = language
        self.today = today
        self.groups = match.groups()

    @property
    def first_group(self) -> str:
        """The first group that is not empty."""
        return next((group for group in self.groups if group), "")


_SPACE = re.compile(r"\s+")
_WE_WOULD = re.compile(r"\bwe['’]d\b")
# “o'clock” becomes “oclock”, “Friday, 7pm!” becomes “friday 7pm”; a dash of any kind is a hyphen.  The third
# apostrophe is that of Ukrainian in CLDR (“пʼятниця”); keyboards have the first two.
_DROPPED = str.maketrans(
    {"’": "", "'": "", "\u02bc": "", ",": " ", "!": " ", "?": " ", ";": " ", "(": " ", ")": " ", "–": "-"}
)


def normalize_answer(text: str) -> str:
    """Return a text in small letters, with single spaces and without most signs: the form that patterns match."""
    # “We'd” without its apostrophe would be a Wednesday.
    return _SPACE.sub(" ", _WE_WOULD.sub("we would", text.casefold()).translate(_DROPPED)).strip()


def _number_rows(*rows: str) -> dict[str, int]:
    """Return for each word the number of its row, from 0."""
    return {word: number for number, row in enumerate(rows) for word in row.split()}


ISO = ((r"(\d{4})-(\d{2})-(\d{2})", "iso"),)

_MONTHS_EN = _number_rows(
    "", "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
_MONTHS_DE = _number_rows(
    "", "januar jänner jan", "februar feb", "märz mär", "april apr", "mai", "juni jun", "juli jul", "august aug",
    "september sept sep", "oktober okt", "november nov", "dezember dez",
)  # fmt: skip
_AHEAD_EN = (
    r"(?!one day(?! from))(?:in )?(NUM|half an) (UNIT)(?: from (?:now|today)| today)?"
    r"(?! (?:before|ago|past|to)\b)(?<!\d)"
)
_AT_EN = r"(?:(?:at|around|about|@) )?"
_PAST_TO_EN = _AT_EN + r"(?:a )?(half|quarter|NUM(?: minutes?)?) (past|to|after|before) (HOUR)(?: ?([ap])\.?m\b\.?)?"

_TOMORROW_EN = ("tmrw", "tmr", "tmw", "tomoz", "2morrow", "2moro", "tomorow", "tommorow", "tommorrow")
EN = Lexicon(
    patterns=(
        *ISO,
        (r"(WEEKDAY)(?: in)?(?: a)? week\b|(?:a )?week on (WEEKDAY)", "weekday_later"),
        (r"(?:in )?(?:an|one|1) (hour) and a half(?: from now)?", "hour_and_half"),
        # “in 2 weeks”, “half an hour”; “10 minutes past 7” is a clock time, and “one day” is some day.
        (_AHEAD_EN, "ahead"),
        # Points are European, day first; slashes may be either order and have a meaning of their own.
        (r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2}(?![\d:.]))?", "day_month"),
        (r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?![\d:])", "slashed"),
        (r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? (MONTH)\b\.?(?: (\d{4}))?", "named_month"),
        # “May 7” but not the 7 of “May 7pm” or “May 7:30”: that is an hour.
        (r"(MONTH)\b\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?! ?[ap]\.?m\b|[:.]\d|\d)(?: (\d{4}))?", "month_named"),
        (r"(FEAST)", "feast"),
        (_PAST_TO_EN, "past_to"),
        (_AT_EN + r"half (HOUR)", "half_past"),
        (_AT_EN + r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\b\.?", "half_day"),
        (_AT_EN + r"(HOUR) ([ap])\.?m\b\.?", "word_half_day"),
        (_AT_EN + r"(\d{1,2})[:h](\d{2})(?::\d{2})?", "clock"),
        (r"(\d{1,2})\.(\d{2})\b", "dotted"),
        (r"(?:(?:at|around|about) )?(?:12 |twelve )?(?:noon|midday)\b", "noon"),
        (r"next week(?: on)? (WEEKDAY)|(?:on )?(WEEKDAY)(?: of)? next week", "weekday_next_week"),
        (r"(?:(this coming) )(WEEKDAY)|(WEEKDAY)(?: (?:of )?(this) week)", "weekday_this"),
        (r"(?:(this|coming|next|last) )?(WEEKDAY)", "weekday"),
        (r"(?:the )?(DAYWORD)", "day_word"),
        (r"(?:the )?(\d{1,2})(?:st|nd|rd|th)\b", "day_of_month"),
        (r"(HOUR) ?o ?clock", "spoken"),
        (_AT_EN + r"(\d{1,2}) ?(?:h|uhr)\b", "spoken"),
        (_AT_EN + r"(HOUR)[ -]?(fifteen|thirty|forty-five)\b", "spoken_minutes"),
        (_AT_EN + r"(HOUR) ?-?ish", "spoken"),
        (r"(?:at|around|about|@) (HOUR)", "spoken"),
        (r"(PART)", "part"),
    ),
    days={
        "day after tomorrow": 2,
        **{f"day after {short}": 2 for short in _TOMORROW_EN},
        "day before yesterday": -2,
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
        "later today": 0,
        "later on today": 0,
        "tomorrow": 1,
        **dict.fromkeys(_TOMORROW_EN, 1),
        "yesterday": -1,
    },
    weekdays=_number_rows(
        "monday mon",
        "tuesday tues tue",
        "wednesday wensday wendsday weds wed",
        "thursday thurs thur thu",
        "friday fri",
        "saturday sat",
        "sunday sun",
    ),
    months=_MONTHS_EN,
    feasts={
        "christmas eve": (12, 24),
        "christmas day": (12, 25),
        "boxing day": (12, 26),
        "new years eve": (12, 31),
        "new years day": (1, 1),
    },
    parts={
        "first thing in the morning": "morning",
        "first thing": "morning",
        "early": "morning",
        "in the morning": "morning",
        "this morning": "morning",
        "mornings": "morning",
        "morning": "morning",
        "lunchtime": "noon",
        "in the afternoon": "afternoon",
        "this afternoon": "afternoon",
        "afternoon": "afternoon",
        "in the evening": "evening",
        "this evening": "evening",
        "evening": "evening",
        "at night": "night",
        "night": "night",
    },
    units={
        "minute": "minute",
        "minutes": "minute",
        "min": "minute",
        "mins": "minute",
        "hour": "hour",
        "hours": "hour",
        "day": "day",
        "days": "day",
        "week": "week",
        "weeks": "week",
        "fortnight": "week",
        "month": "month",
        "months": "month",
    },
    counts={"a": 1, "an": 1},
    fillers=FILLERS_EN,
    twelve_hour_clock=True,
)

_AT_DE = r"(?:(?:um|gegen|so um|ca|circa) )?"

DE = Lexicon(
    patterns=(
        *ISO,
        (r"(WEEKDAY) in einer woche", "weekday_later"),
        (r"in (?:anderthalb|eineinhalb|einer(?: und einer halben)) (stunden?)", "hour_and_half"),
        (r"(?:(?:heute|ab heute) )?in (?:einer )?(NUM|halben) (UNIT)", "ahead"),
        (r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2}(?![\d:.]))?", "day_month"),
        (r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?![\d:])", "day_month"),
        (r"(\d{1,2})(?:\.|s?te[nr]?)? ?(MONTH)\b\.?(?: (\d{4}))?", "named_month"),
        (r"(FEAST)", "feast"),
        (_AT_DE + r"(\d{1,2})(?:[:.](\d{2}))? ?uhr(?: (\d{1,2}))?", "o_clock"),
        # “zehn vor halb acht” is 7:20: the “halb” belongs to the hour, so this comes before “halb acht”.
        (_AT_DE + r"(viertel|NUM(?: minuten)?) (nach|vor) (halb )?(HOUR)(?: uhr)?", "past_to"),
        (_AT_DE + r"(halb|viertel|dreiviertel) (HOUR)(?: uhr)?", "quarters_of"),
        (_AT_DE + r"(\d{1,2})[:h](\d{2})(?::\d{2})?", "clock"),
        (_AT_DE + r"(\d{1,2}) ?h\b", "o_clock"),
        (_AT_DE + r"(\d{1,2})\.(\d{2})\b", "dotted"),
        (_AT_DE + r"(HOUR) uhr(?: (\d{1,2}|NUM))?", "o_clock"),
        # “heute morgen” is this morning; alone “morgen” is tomorrow, and after a weekday it is the morning.
        (r"heute morgen", "this_morning"),
        (r"(?:am )?(WEEKDAY) (?:der )?nächste[rn]? woche|nächste woche(?: am)? (WEEKDAY)", "weekday_next_week"),
        # “Montagabend” and “Montag abend” are one phrase, so that “morgen” in “Montag morgen” is a part of the day.
        (r"(?:(diese[nmrs]?|kommende[nmrs]?|nächste[nmrs]?|letzte[nmrs]?) )?(WEEKDAY)(?: ?(PART))?", "weekday"),
        # Only with “am”, “den” or “der”: a bare “7.” may be anything.
        (r"(?:am|den|der) (\d{1,2})(?:\.|s?te[nr]?\b)(?! ?\d)", "day_of_month"),
        (r"(DAYWORD)", "day_word"),
        (r"(?:um|gegen|so um) (HOUR)", "spoken"),
        (r"(PART)", "part"),
    ),
    days={
        "heute noch": 0,
        "noch heute": 0,
        "heute": 0,
        "heut": 0,
        "übermorgen": 2,
        "morgen": 1,
        "vorgestern": -2,
        "gestern": -1,
    },
    weekdays=_number_rows(
        "montag montach mo",
        "dienstag dienstach di",
        "mittwoch mi",
        "donnerstag donnerstach do",
        "freitag freitach fr",
        "samstag samstach sonnabend sa",
        "sonntag sonntach",
    ),  # “so” is left out: “so um 7” means about seven
    months=_MONTHS_DE,
    feasts={
        "heiligabend": (12, 24),
        "heiliger abend": (12, 24),
        "erster weihnachtstag": (12, 25),
        "zweiter weihnachtstag": (12, 26),
        "silvester": (12, 31),
        "neujahr": (1, 1),
        "nikolaus": (12, 6),
    },
    parts={
        "in der früh": "morning",
        "morgens": "morning",
        "am morgen": "morning",
        "früh": "morning",
        "morgen": "morning",
        "am vormittag": "morning",
        "vormittags": "morning",
        "vormittag": "morning",
        "am nachmittag": "afternoon",
        "nachmittags": "afternoon",
        "nachmittag": "afternoon",
        "am mittag": "noon",
        "mittags": "noon",
        "mittag": "noon",
        "am abend": "evening",
        "abends": "evening",
        "abend": "evening",
        "nachts": "night",
    },
    units={
        "minute": "minute",
        "minuten": "minute",
        "min": "minute",
        "stunde": "hour",
        "stunden": "hour",
        "tag": "day",
        "tagen": "day",
        "tage": "day",
        "woche": "week",
        "wochen": "week",
        "monat": "month",
        "monaten": "month",
    },
    counts={"einer": 1, "einem": 1},
    fillers=FILLERS_DE,
)

LEXICONS: Mapping[str, Lexicon] = {"en": EN, "de": DE}
"""By language; :mod:`flows.answers.dates.other_languages` builds those of all others."""
