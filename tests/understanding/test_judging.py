"""How outcomes are judged: what is right, what is missed, what is wrong."""

import pytest

from tests.understanding.corpus import Line, Situation
from tests.understanding.meaning import understand_line
from tests.understanding.run import Figures, Result, measure_results

IDLE = Situation(about="A confirmed subscriber types outside a conversation.", consents=["letter"])


def line_of(means: str, text: str = "…", situation: Situation = IDLE) -> Line:
    """Return an English line."""
    return Line(kind="stop", language="en", situation=situation, text=text, means=means, kept=False)


@pytest.mark.parametrize(
    ("means", "got", "verdict"),
    [
        ("stop", "stop", "right"),
        ("stop", "asked again", "missed"),
        ("stop", "hours", "wrong"),
        ("asked again", "small talk", "right"),
        ("asked again", "agree", "wrong"),
        ("asks whether to stop", "asks whether to stop", "right"),
        ("asks whether to stop", "asked again", "missed"),
        ("asks whether to stop", "hours", "wrong"),
        ("not agree", "asked again", "right"),
        ("not agree", "decline", "right"),
        ("not agree", "agree", "wrong"),
        ("12000 or asked again", "12000", "right"),
        ("12000 or asked again", "asked again", "right"),
        ("12000 or asked again", "12", "wrong"),
        ("hours, then asked again", "hours, then asked again", "right"),
        ("hours, then asked again", "hours", "missed"),
        ("hours, then asked again", "asked again", "missed"),
        ("hours, then asked again", "prices, then asked again", "wrong"),
        ("yes, asking hours", "yes", "right"),
        ("yes, asking hours", "hours, then asked again", "missed"),
        ("yes, asking hours", "prices, then asked again", "wrong"),
        ("hours, then asked again or asked again", "hours, then asked again", "right"),
        ("greeting", "[letter]", "right"),
        ("declines", "decline", "right"),
    ],
)
def test_an_outcome_is_judged_by_the_right_meaning(means: str, got: str, verdict: str) -> None:
    """What was taken instead of the meaning is wrong; to have asked again is missed, or right."""
    assert Result(line=line_of(means), got=got).verdict == verdict


def test_figures_leave_guards_out_of_the_share() -> None:
    """Lines from which nothing may be taken count in no share."""
    got = [("stop", "stop"), ("stop", "asked again"), ("not stop", "stop"), ("asks whether to stop", "asked again")]

    figures = measure_results(Result(line=line_of(means), got=found) for means, found in got)

    assert figures == Figures(lines=4, understood=1, asked=2, wrong=1, share=50.0, unoffered=1)


@pytest.mark.parametrize(
    ("situation", "text", "meaning"),
    [
        (IDLE, "stop", "stop"),
        (Situation(about="", opens="letter"), "yes", "agree"),
        (Situation(about="", opens="letter"), "no", "decline"),
        (Situation(about="", opens="letter", then=["yes"]), "mia@example.com", "mia@example.com"),
        (Situation(about="", opens="letter", then=["yes", "mia@example.com"]), "{{ code }}", "confirmed"),
        (Situation(about="", opens="letter", then=["yes", "mia@example.com"]), "{{ wrong_code }}", "wrong code"),
        (Situation(about="", opens="letter", then=["yes", "mia@example.com"]), "no mail yet", "no mail"),
        (Situation(about="", opens="letter", then=["yes", "mia@example.com"]), "change address", "[address]"),
        (Situation(about="", opens="repair"), "yes", "yes"),
        (Situation(about="", opens="city"), "Hamburg", "hamburg"),
        (Situation(about="", opens="city"), "repair", "[repair]"),
        (Situation(about="", opens="city"), "qwertz", "asked again"),
        (Situation(about="", opens="party"), "4", "4"),
        (Situation(about="", opens="day"), "24 December", "2026-12-24"),
        (Situation(about="", opens="visit"), "friday at 4 pm", "2026-11-27T16:00:00+01:00"),
        (Situation(about=""), "when is the shop open?", "hours"),
        (Situation(about=""), "person", "person"),
        (Situation(about=""), "qwertz", "asked again"),
    ],
)
def test_an_outcome_is_read_from_what_happened(situation: Situation, text: str, meaning: str) -> None:
    """The meaning is read from the record, from what was said, and from where the person stands."""
    assert understand_line(line_of(meaning, text, situation)) == meaning
