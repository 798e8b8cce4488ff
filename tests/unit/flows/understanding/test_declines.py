"""Refusals that name what is asked: “lieber keine Mail”, “I'd rather not give my number”."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.declines import is_decline, refuses_to_give


@pytest.mark.parametrize(
    "typed",
    [
        "nö, lieber keine Mail", "no email", "No mail, please.", "Keine E-Mail-Adresse!", "ohne Mail bitte",
        "I'd rather not give my email", "I don't want to share my email address", "I would prefer not to give my email",
        "Ich möchte meine Adresse nicht angeben", "meine Mail gebe ich nicht her", "ich habe keine E-Mail",
        "I don't have an email address", "sorry, I have no email", "I'd rather keep my email to myself",
        "you're not getting my email", "I never give my mail to strangers", "that's private", "geht euch nix an",
        "not gonna give you my email", "I don't feel comfortable sharing my address", "none of your business",
        "meine Adresse möchte ich nicht hergeben", "die geb ich nicht her", "meine mail kriegt ihr nicht",
        "ich geb doch nicht jedem meine mail", "meine mail bleibt privat", "keine lust meine mail anzugeben",
    ],
)  # fmt: skip
def test_who_keeps_an_address_back_declines(typed: str) -> None:
    """In both languages, politely or not."""
    assert refuses_to_give(normalize_text(typed), "email")


@pytest.mark.parametrize(
    "typed",
    [
        "no, my email is mia@example.com", "no mail arrived", "no email yet", "wrong address", "not my email",
        "keine Mails, bitte", "do you have an email address?", "no", "mail",
        "I never got your mail", "my email is mia at example dot com", "meine mail kommt nicht an",
        "is my email private?",
    ],
)  # fmt: skip
def test_what_only_sounds_so_declines_nothing(typed: str) -> None:
    """A correction, a mail that did not come, a wish to stop, a question."""
    assert not refuses_to_give(normalize_text(typed), "email")


def test_each_question_is_refused_by_its_own_thing() -> None:
    """A number is kept back at the question for a number, and at no question for a number of people."""
    assert refuses_to_give(normalize_text("lieber keine Telefonnummer"), "phone")
    assert refuses_to_give(normalize_text("I'd rather not share my number"), "phone")
    assert not refuses_to_give(normalize_text("no email"), "phone")
    assert not refuses_to_give(normalize_text("no number"), "number")


@pytest.mark.parametrize(
    "typed",
    ["ach ne doch nicht", "na doch nicht, sorry", "mag doch nicht mehr", "Oh wait, maybe not", "actually rather not"],
)
def test_who_has_second_thoughts_declines(typed: str) -> None:
    """A sigh before it changes nothing."""
    assert is_decline(normalize_text(typed))


@pytest.mark.parametrize(
    "typed", ["maybe not", "ach doch", "na doch", "doch nicht so oft", "ach doch nicht die Adresse", "why not", "not"]
)
def test_half_a_thought_declines_nothing(typed: str) -> None:
    """A doubt, the contrary, a condition, a correction."""
    assert not is_decline(normalize_text(typed))


@pytest.mark.parametrize(
    ("typed", "declines"),
    [("actually nah forget it", True), ("hm, never mind then", True), ("ach ne, vergiss es", True),
     ("lieber net", True), ("gar nicht", True), ("well", False), ("no sugar", False),
     ("don't forget it", False), ("ach so", False)],
)  # fmt: skip
def test_a_refusal_may_have_words_around_it(typed: str, *, declines: bool) -> None:
    """A sigh, a thank-you, an apology."""
    assert is_decline(normalize_text(typed)) is declines
