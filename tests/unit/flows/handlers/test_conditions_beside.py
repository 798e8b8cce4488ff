"""Who gives an address or a code on a condition gives it; nothing is withdrawn and nothing is asked."""

import pytest

from tests.understanding.corpus import Line, Situation
from tests.understanding.meaning import understand_line

_ASKED_ADDRESS = Situation(about="An address is asked for.", opens="letter", then=["yes"])
_ASKED_CODE = Situation(about="A code is asked for.", opens="letter", then=["yes", "mia@example.com"])


def _understand(situation: Situation, text: str) -> str:
    return understand_line(Line(kind="address", language="en", situation=situation, text=text, means="", kept=False))


@pytest.mark.parametrize("wish", [" but please don't spam me", ", aber nicht zu oft bitte", " but never sell it"])
def test_an_address_given_on_a_condition_is_taken(wish: str) -> None:
    """An address given on a condition is taken."""
    assert _understand(_ASKED_ADDRESS, f"mia@example.com{wish}") == "mia@example.com"


@pytest.mark.parametrize("wish", [" but don't spam me", ", aber nicht zu oft bitte", " and never sell my address"])
def test_a_code_given_on_a_condition_is_taken(wish: str) -> None:
    """A code given on a condition is taken."""
    assert _understand(_ASKED_CODE, f"{{{{ code }}}}{wish}") == "confirmed"


@pytest.mark.parametrize("text", ["mia@example.com unsubscribe", "never mail mia@example.com", "please don't spam me"])
def test_neither_an_end_nor_a_wish_alone_takes_or_withdraws_anything(text: str) -> None:
    """Neither an end nor a wish alone takes or withdraws anything."""
    assert _understand(_ASKED_ADDRESS, text) in ("asked again", "small talk")
