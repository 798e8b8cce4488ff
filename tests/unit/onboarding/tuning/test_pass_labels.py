"""Sentences of several passes at once are told apart, those of one alone are not burdened."""

from domain.decision import Reason
from onboarding.tuning.pass_labels import label_passes, tell_reason
from tests.unit.onboarding.engine.test_passes import DELIVERED, compile_it


def test_two_orders_are_named_and_one_is_not() -> None:
    """By the property of which each value has a pass."""
    catalog = compile_it(DELIVERED)
    one, other, alone = (
        Reason(room="onboarding", text="welcome goes out.", about=about) for about in ("s/4711", "s/4712", "x/1")
    )

    assert [tell_reason(each, label_passes((one, other, alone), catalog)) for each in (one, alone)] == [
        "welcome goes out (order 4711).", "welcome goes out.",
    ]  # fmt: skip
    assert tell_reason(one, label_passes((one, one), catalog)) == "welcome goes out."
