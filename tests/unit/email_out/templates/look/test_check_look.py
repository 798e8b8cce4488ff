"""What ``doorstep check`` says of how mails look: letters that are hard to read, mails that get clipped."""

import pytest

from email_out.templates.look.check_look import check_look
from email_out.templates.look.colors import contrast, read_color, write_color
from email_out.templates.look.painted_text import paint_texts
from email_out.templates.look.stylesheet import ElementName, read_stylesheet
from service.workspace.edition import shipped_files
from tests.support.people import SHIPPED_CONFIG

FILES = {name: shipped_files()[name] for name in ("emails/_layout.mjml", "emails/welcome.mjml")}


def told(old: str, new: str, file: str = "emails/welcome.mjml") -> list[str]:
    """Return what is told of the shipped mail with one change."""
    assert old in FILES[file]
    return [str(one) for one in check_look({**FILES, file: FILES[file].replace(old, new)}, SHIPPED_CONFIG)]


def test_the_shipped_mails_are_read_in_light_and_dark() -> None:
    """All of them, in all languages."""
    assert list(check_look(shipped_files(), SHIPPED_CONFIG)) == []


def test_a_colour_of_ones_own_is_judged_in_both_schemes() -> None:
    """Where it stands, which colours meet, and how far that is from what is needed."""
    [one] = told('<mj-text css-class="ink">{{ hi }}', '<mj-text color="#c9c2b8">{{ hi }}')
    assert one == (
        "emails/welcome.mjml:10:34: warning [low-contrast] “{{ hi }}, glad you are here. We are {{ b” is hard to read "
        "in light: #c9c2b8 on #fffdf8 is 1.7, and 4.5 is needed. Give it a css-class of the layout, or colours for "
        "both schemes."
    )


def test_ink_without_a_class_vanishes_in_the_dark() -> None:
    """The layout turns the paper dark, and these letters stay dark."""
    [one] = told('<mj-text css-class="ink">{{ hi }}', "<mj-text>{{ hi }}")
    assert "is hard to read in dark: #2f2a24 on #211e1a is 1.2" in one


def test_a_fault_of_the_layout_is_told_once_and_there() -> None:
    """Each of its mails has it; the file to mend is one."""
    [one] = told(
        ".quiet div, .fine div { color: #b5aa9a", ".quiet div, .fine div { color: #4a4a4a", "emails/_layout.mjml"
    )[:1]
    assert "in dark: #4a4a4a" in one


def test_a_mail_that_gmail_cuts_off_is_told() -> None:
    """With its size."""
    long = "We are a small house with a simple idea. " * 2700
    [one] = told("Your Tasting Book sees to that.", long)
    assert one.startswith("emails/welcome.mjml:1:1: warning [clipped-mail] The HTML has 1")


@pytest.mark.parametrize(
    ("written", "read"),
    [("#fff", "#ffffff"), ("#1F5C4A url(x)", "#1f5c4a"), ("rgb(1, 2,300)", "#0102ff"), ("navy", "#000080")],
)
def test_colours_are_read(written: str, read: str) -> None:
    """In the forms that mails use."""
    color = read_color(written)
    assert color
    assert write_color(color) == read


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21; a variable is no colour."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert read_color("{{ color }}") is None


def test_rules_hold_by_weight_and_order() -> None:
    """What this reader does not know matches nothing."""
    sheet = (
        ".a b { color: red } b { color: blue } [x] b, b:hover, a > b { color: lime } "
        "@media (max-width: 9px) { b { color: white } }"
    )
    path = [ElementName("p", frozenset({"a"})), ElementName("b", frozenset())]
    assert [one.declarations[0].value for one in read_stylesheet(sheet) if one.fits(path)] == ["red", "blue"]
    html = (
        f"<style>{sheet} /* b {{}} */</style><p class=a><b>x</b></p><p style='display:none'>no</p>{{% if x %}}<i>y</i>"
    )
    texts = {one.text: write_color(one.paint.ink) for one in paint_texts(html, "dark")}
    assert texts == {"x": "#ff0000", "y": "#000000"}


def test_dark_paper_only_for_mails_that_can_do_dark() -> None:
    """A mail that says nothing stays white."""
    can = '<meta name="color-scheme" content="light dark">'
    assert [[write_color(one.paint.paper) for one in paint_texts(f"{head}<p>x", "dark")] for head in ("", can)] == [
        ["#ffffff"],
        ["#121212"],
    ]
