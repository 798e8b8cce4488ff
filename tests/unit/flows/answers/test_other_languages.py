"""Days and times in languages whose lexicon is built from CLDR."""

from datetime import date, timedelta

import pytest

from flows.answers.dates import other_languages
from flows.answers.dates.day_words import _WORDS
from flows.answers.dates.grammar import read_date_answer
from language.cldr import locale_of

WEDNESDAY = date(2026, 11, 25)


def read_day(text: str, language: str) -> int | timedelta | str:
    """Return the day of a text, counted from today, or its distance from now; “unclear” if it is asked back."""
    answer = read_date_answer(text, language, WEDNESDAY)
    if not answer.clear:
        return "unclear"
    if answer.ahead is not None:
        return answer.ahead
    assert answer.days is not None
    (day,) = answer.days.options
    return (day - WEDNESDAY).days


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("fr", "demain à 19h", 1), ("fr", "après-demain", 2), ("fr", "aujourd’hui à 18:00", 0), ("fr", "hier", -1),
        ("fr", "aujourd'hui 18h30", 0), ("fr", "dans deux semaines", 14), ("fr", "dans une semaine", 7),
        ("fr", "dans un mois", 30), ("fr", "vendredi 27 novembre 18:30", 2),
        ("es", "pasado mañana", 2), ("es", "en 3 días", 3), ("es", "dentro de 3 días", 3), ("es", "en dos semanas", 14),
        ("it", "dopodomani", 2), ("it", "oggi alle 20", 0), ("it", "fra 3 giorni", 3), ("it", "tra una settimana", 7),
        ("nl", "overmorgen om 19:00", 2), ("nl", "over een week", 7), ("pt", "depois de amanhã", 2),
        ("pt", "daqui a 3 dias", 3), ("pt", "segunda-feira às 19:00", 5), ("pl", "jutro o 19:00", 1),
        ("pl", "dziś", 0), ("pl", "za tydzień", 7), ("pl", "za 3 dni", 3), ("cs", "zítra v 19:00", 1),
        ("cs", "za 5 dní", 5), ("sk", "zajtra o 19:00", 1), ("sl", "jutri ob 19:00", 1), ("hr", "sutra u 19:00", 1),
        ("sr", "сутра у 19:00", 1), ("sr", "sutra", 1), ("bg", "след 3 дни", 3), ("ru", "завтра в 19:00", 1),
        ("ru", "через неделю", 7), ("ru", "через 21 день", 21), ("uk", "п'ятниця 19:00", 2), ("uk", "через 3 дні", 3),
        ("sv", "i morgon kl 19:00", 1), ("sv", "om en vecka", 7), ("da", "i overmorgen", 2), ("nb", "om 3 dager", 3),
        ("fi", "huomenna klo 19:00", 1), ("fi", "3 päivän päästä", 3), ("et", "homme kell 19:00", 1),
        ("lt", "rytoj 19:00", 1), ("lv", "rīt 19:00", 1), ("hu", "3 nap múlva", 3), ("ro", "astăzi la 20:00", 0),
        ("ro", "în 3 zile", 3), ("el", "αύριο στις 19:00", 1), ("tr", "yarın saat 19:00", 1), ("tr", "3 gün sonra", 3),
        ("ar", "غدًا 19:00", 1), ("ar", "خلال يومين", 2), ("he", "בעוד שבוע", 7), ("fa", "فردا 19:00", 1),
        ("ja", "明日 19:00", 1), ("ja", "3日後", 3), ("zh", "3天后", 3), ("ko", "3일 후", 3), ("hi", "कल 19:00", 1),
        ("th", "พรุ่งนี้ 19:00", 1), ("vi", "ngày mai 19:00", 1), ("id", "besok jam 19:00", 1),
    ],
)  # fmt: skip
def test_a_day_is_read_in_other_languages(language: str, text: str, day: int) -> None:
    """Words for days, distances, weekdays and dates are read as people write them."""
    assert read_day(text, language) == day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "il y a 3 jours"), ("fr", "il y a 3 heures"), ("fr", "la semaine prochaine"), ("fr", "pas demain"),
        ("fr", "demain ou samedi 19h"), ("fr", "dans 3"), ("es", "hace 3 días"), ("es", "mañana por la mañana"),
        ("it", "3 giorni fa"), ("nl", "3 dagen geleden"), ("pl", "3 dni temu"), ("tr", "3 gün önce"), ("ja", "3日前"),
        ("zh", "3天前"), ("vi", "3 ngày trước"), ("id", "3 hari lalu"), ("ru", "3 дня назад"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_asked_back(language: str, text: str) -> None:
    """A distance in the past, an unknown word or two days make the answer unclear."""
    assert read_day(text, language) == "unclear"


@pytest.mark.parametrize(
    ("language", "text", "ahead"),
    [("fr", "dans 2 heures", timedelta(hours=2)), ("it", "tra due ore", timedelta(hours=2)),
     ("ru", "через час", timedelta(hours=1)), ("fr", "dans 30 minutes", timedelta(minutes=30))],
)  # fmt: skip
def test_hours_and_minutes_count_from_now(language: str, text: str, ahead: timedelta) -> None:
    """They are a distance, not a time of day: “3 heures” is also three o'clock."""
    assert read_day(text, language) == ahead


@pytest.mark.parametrize("language", sorted(_WORDS))
def test_each_phrase_of_cldr_means_what_it_says(language: str) -> None:
    """Every language with words for days reads its own words, weekdays, and distances in days and weeks."""
    lexicon = other_languages.build_lexicon(language)
    for word, ahead in lexicon.days.items():
        assert read_day(word, language) == ahead
    for weekday in lexicon.weekdays:
        assert read_date_answer(f"{weekday} 19:00", language, WEDNESDAY).days
    for unit, phrase, count in other_languages._list_distances(locale_of(language), language):
        if count < 0:
            assert read_day(phrase, language) == "unclear"
        elif unit in ("day", "week"):
            assert read_day(phrase, language) == count * (7 if unit == "week" else 1)


def test_a_language_that_cldr_does_not_know_is_read_in_english() -> None:
    """Any language code gives an answer, without an exception."""
    assert read_day("friday 19:00", "xx") == 2
