"""Wishes about how mails shall be are conditions on giving: the address or the code beside them is taken."""

import pytest

from flows.understanding.stop_words import collect_stop_words
from flows.understanding.stopping.mail_wishes import holds_only_wishes, strip_wishes
from flows.understanding.stopping.stop_requests import hear_stop

_WORDS = collect_stop_words()


@pytest.mark.parametrize(
    "wish",
    [
        " but please don't spam me", " but not too many mails pls", ", aber nicht zu oft bitte", " but never sell it",
        ", keinen Spam bitte", " (no spam!!)", " nur einmal im Monat", ", don't share it with anyone",
        " don't phone me", " - no calls please", " but stop asking for my phone", " und ruft mich nicht an",
        ", wehe ihr spammt", " aber bitte nicht täglich", " and please keep it short, and don't sell my data",
        " if you promise not to spam", ", ich bekomm schon genug mails", " but I get too many mails already",
        " bitte nicht an dritte weitergeben", " aber hört auf nach meiner nummer zu fragen", ", once a month max",
    ],
)  # fmt: skip
def test_a_condition_beside_an_address_leaves_the_address(wish: str) -> None:
    """A condition beside an address leaves the address."""
    assert strip_wishes(f"mia@example.com{wish}") == "mia@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "don't write to mia@example.com", "not my address: mia@example.com", "mia@example.com unsubscribe",
        "mia@example.com aber stopp damit", "never mail mia@example.com", "please don't call mia@example.com",
        "mia@example.com abmelden",
    ],
)  # fmt: skip
def test_an_end_or_a_refusal_is_no_condition(text: str) -> None:
    """An end or a refusal is no condition."""
    assert strip_wishes(text) == text


@pytest.mark.parametrize("text", ["please don't spam me", "no spam please", "bitte kein spam", "spammt mich nicht zu"])
def test_no_spam_alone_is_asked_about(text: str) -> None:
    """No spam alone is asked about."""
    assert holds_only_wishes(text)
    assert hear_stop(text, _WORDS) == "ask"


@pytest.mark.parametrize("text", ["don't mail me", "don't mail me any more", "stop spamming me", "unsubscribe"])
def test_no_mails_at_all_end_them(text: str) -> None:
    """No mails at all end them."""
    assert not holds_only_wishes(text)
    assert hear_stop(text, _WORDS) == "stop"
