"""Number words of English and German, by their spelling without spaces."""

import functools
from collections.abc import Mapping

_EN_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DE_ONES = [
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
]  # fmt: skip
_DE_TENS = ["zwanzig", "dreissig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_MORE_NUMBER_WORDS = {
    "en": {
        "none": 0, "dozen": 12, "couple": 2, "pair": 2, "thousand": 1_000, "hundred": 100, "million": 1_000_000,
    },
    "de": {
        "keine": 0, "keiner": 0, "zwo": 2, "dutzend": 12, "hundert": 100, "tausend": 1_000, "million": 1_000_000,
        "zuzweit": 2, "zuzweien": 2,
        "zudritt": 3, "zudreien": 3, "zuviert": 4, "zuvieren": 4, "zufünft": 5, "zusechst": 6, "zusechs": 6,
        "zusiebt": 7, "zusiebent": 7, "zuacht": 8, "zuachten": 8, "zuneunt": 9, "zuzehnt": 10, "zuelft": 11,
        "zuzwölft": 12,
    },
}  # fmt: skip
_COUNTS: Mapping[str, Mapping[str, float]] = {
    "en": {"both": 2, "justme": 1, "onlyme": 1, "justmyself": 1, "onmyown": 1, "bymyself": 1, "alone": 1,
        "tow": 2, "thre": 3, "fourr": 4, "fuor": 4, "foru": 4, "fivr": 5, "sevn": 7, "eigth": 8},
    "de": {
        "beide": 2, "beiden": 2, "nurich": 1, "bloßich": 1, "blossich": 1, "zweit": 2, "dritt": 3, "vir": 4,
        "anderthalbtausend": 1_500, "eineinhalbtausend": 1_500, "zweieinhalbtausend": 2_500, "allein": 1,
        "alleine": 1, "anderthalb": 1.5, "eineinhalb": 1.5,
        "zweieinhalb": 2.5, "dreieinhalb": 3.5, "viereinhalb": 4.5,
    },
}  # fmt: skip
"""Words that count something and are no hour and no day: “both of us”, “nur ich”, “anderthalb”."""
ARTICLES = {"en": ("a", "an"), "de": ("ein", "eine", "einen", "einem", "einer")}
VAGUE_WORDS = {
    "en": ("few", "lot", "bunch", "handful", "bit", "question", "moment", "sec"),
    "de": ("paar", "haufen", "menge", "handvoll", "bisschen", "frage", "moment", "sekunde"),
}
"""Words that make an article before them no number: “a few of us”."""
JOINING_WORDS = {"en": "and"}
"""By language, a word within a number that adds nothing: “two hundred and five”."""
MULTIPLIERS = {
    "k": 1_000, "thousand": 1_000, "tsd": 1_000, "tausend": 1_000, "hundred": 100, "hundert": 100, "mio": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "millionen": 1_000_000, "dozen": 12, "dutzend": 12,
}  # fmt: skip
"""Words behind digits that multiply them: “12k”, “3 Mio”."""
CLOCKS_AND_SCALES = frozenset({"am", "pm", "uhr", "oclock", "b", "bn", "billion", "mil", "mrd", "milliarden", "o"})
"""Words behind a number that make it a time, or a number that nobody means here."""
SHORT_MILLION = "m"
"""“2m” are two metres or two millions, so it is asked again; “2 m” are metres."""
BARRING_WORDS = frozenset({
    "in", "not", "than", "over", "above", "under", "below", "nearly", "almost", "nicht", "als", "über", "unter", "fast",
    "knapp", "least", "most", "mindestens", "höchstens", "gegen", "except", "ausser", "without", "ohne",
    "after", "before", "until", "nach", "vor", "ab", "bis", "some", "few", "several", "einige", "mehrere", "paar",
    "wenige", "bus", "tram", "linie",
})  # fmt: skip
"""Words before a number that it is not: “not 4”, “more than 8”, “über 60”, “at least 3”."""
UP_TO = frozenset({("up", "to"), ("bis", "zu"), ("bis", "auf")})
OR_MORE = frozenset({"more", "mehr", "less", "fewer", "weniger", "upwards", "höher", "higher"})
"""Words behind “or” that leave a number open: “4 or more”."""
SHORT_WAITS = frozenset({"minute", "min", "moment", "second", "sec", "sekunde", "augenblick"})
"""Words behind “a” that ask for patience: “eine Minute bitte”."""
CLOCK_WORDS = {"de": ("um", "am"), "en": ("at",)}
"""By language, words before a time of day or a day; the English say “um” for “er”, and “I am 30”."""
MONTHS = frozenset({
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember",
})  # fmt: skip
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
UNCLEAR_AMOUNTS = frozenset({
    "question", "questions", "fragen",
    "least", "mindestens", "höchstens", "minimum", "aufwärts", "upwards",
    "dozens", "hundreds", "thousands", "couples", "pairs", "dutzende", "hunderte", "tausende", "paare", "pärchen",
})  # fmt: skip
"""Words beside a number that make it another, or bound it: “two couples”, “a couple of dozens”, “4 at least”."""
NO_ANSWERS = frozenset({"ahnung", "idee", "angabe", "angaben", "bock", "lust", "zeit", "plan"})
"""Words behind “keine” or “null” that count nothing: “keine Ahnung”."""
ADDING_WORDS = frozenset({"and", "plus", "und", "sowie"})
"""Words that add to what is counted: “me and 3 friends” are four, so a number behind them alone is not the answer."""
REPEATING_WORDS = frozenset({"twice", "thrice", "double", "zweimal", "dreimal", "viermal", "fünfmal", "doppelt"})
"""Words that change a number elsewhere in the text: “zweimal 100”."""
DECIMAL_POINTS = frozenset({"point", "komma"})
"""Words between the whole and the tenths of a number in words: “two point five”."""
COMPANY = frozenset({
    "friends", "kids", "children", "colleagues", "others", "guests", "freunden", "freunde", "freundinnen", "kindern",
    "kinder", "kollegen", "kolleginnen", "anderen", "gästen",
})  # fmt: skip
"""People who come with somebody: “with 3 friends”, “mit 3 Freunden” are four."""
COMPANY_BEFORE = frozenset({"with", "mit", "bring", "bringe"})
FRACTIONS = frozenset({
    "half", "halves", "quarter", "quarters", "third", "halb", "halbe", "halber", "halbes", "halben", "viertel",
    "drittel",
})  # fmt: skip


def _spell_under_thousand(number: int, ones: list[str], tens: list[str], hundred: str, *, german: bool) -> str:
    # Joined without spaces, as `_longest_number` joins the words of a text: 121 is “onehundredtwentyone” and
    # “einhunderteinundzwanzig”.  German says the ones before the tens, and “ein” instead of “eins” within a word.
    hundreds, rest = divmod(number, 100)
    spelled_hundreds = f"{'ein' if german and hundreds == 1 else ones[hundreds]}{hundred}" if hundreds else ""
    if rest == 0 and hundreds:
        return spelled_hundreds
    if rest < len(ones):
        return spelled_hundreds + ones[rest]
    ten, last_digit = tens[rest // 10 - 2], rest % 10
    if german:
        return spelled_hundreds + (f"{'ein' if last_digit == 1 else ones[last_digit]}und" if last_digit else "") + ten
    return spelled_hundreds + ten + (ones[last_digit] if last_digit else "")


@functools.cache
def number_words(language: str) -> dict[str, int]:
    """Return numbers by their spelling without spaces: all below a thousand, whole thousands and a few more."""
    if language not in _MORE_NUMBER_WORDS:
        return {}
    german = language == "de"
    ones, tens, hundred = (_DE_ONES, _DE_TENS, "hundert") if german else (_EN_ONES, _EN_TENS, "hundred")
    words: dict[str, int] = {
        _spell_under_thousand(number, ones, tens, hundred, german=german): number for number in range(1_000)
    } | _MORE_NUMBER_WORDS[language]
    thousand = "tausend" if german else "thousand"
    words |= {
        f"{'ein' if german and count == 1 else word}{thousand}": count * 1_000
        for word, count in list(words.items())
        if 0 < count < 100  # noqa: PLR2004  two-digit thousands
    }
    # “fünfzehnhundert”, “fifteen hundred”, “eintausendfünfhundert”, “one thousand five hundred”
    words |= {f"{ones[count]}{hundred}": count * 100 for count in range(11, 20)}
    # German says “ein” for “eins” within a word.
    inner = ["", "ein" if german else "one", *ones[2:20]]
    words |= {
        f"{inner[count]}{thousand}{inner[more]}{hundred}": count * 1_000 + more * 100
        for count in range(1, 20)
        for more in range(1, 10)
    }
    # “hundred and five” without the “one”, and “hundertfünf” or “tausendfünfhundert” without the “ein”.
    one = "ein" if german else "one"
    words |= {
        word.removeprefix(one): count
        for word, count in list(words.items())
        if word.startswith((f"{one}{hundred}", f"{one}{thousand}"))
    }
    # Keyboards without umlauts: “fuenf”, “zwoelf”.  The spelling with umlauts is kept as well.
    plain = {word.replace("ü", "ue").replace("ö", "oe"): count for word, count in words.items()}
    return plain | words


@functools.cache
def counting_words(language: str) -> dict[str, int | float]:
    """Return :func:`number_words` with those that only count."""
    return {**number_words(language), **_COUNTS.get(language, {})}
