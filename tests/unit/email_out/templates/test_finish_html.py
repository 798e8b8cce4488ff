"""What mails have besides what mrml writes: a heading, a landmark, an honest preview line, and short lines."""

import re

import pytest

from email_out.templates.compile import compile_pages
from email_out.templates.finish_html import LONGEST_LINE, fold_long_lines
from service.workspace.edition import shipped_files
from tests.support.people import SHIPPED_CONFIG

PAGES = {page.document.file: page.html for page in compile_pages(shipped_files(), SHIPPED_CONFIG)}


def test_every_shipped_mail_has_one_heading_and_one_main_landmark() -> None:
    """The title is the heading; where there is none, the name in the letterhead is."""
    assert {html.count("<h1") for html in PAGES.values()} == {1}
    assert {html.count('role="main"') for html in PAGES.values()} == {1}
    assert re.search(r"<h1[^>]*>Welcome\. Put the kettle on\.</h1>", PAGES["emails/welcome.mjml"])
    assert re.search(r"<h1[^>]*><a href=[^>]*><b>\{\{ brand \}\}</b></a></h1>", PAGES["emails/confirmation.mjml"])


def test_the_preview_line_has_the_colour_of_the_ink() -> None:
    """White letters that nobody sees look like spam to filters."""
    assert all("color:#ffffff;line-height:1px" not in html for html in PAGES.values())
    assert all("color:#2f2a24;line-height:1px" in html for html in PAGES.values())


def test_a_heading_that_somebody_wrote_is_left_alone() -> None:
    """Nor is a text with blocks in it made a heading."""
    files = shipped_files()
    title = "Welcome. Put the kettle on.</mj-text>"
    for written, headings in ((f"<h1>{title}".replace("</mj", "</h1></mj"), 1), (f"<p>Hi</p>{title}", 1)):
        changed = files["emails/welcome.mjml"].replace(title, written)
        pages = compile_pages({**files, "emails/welcome.mjml": changed}, SHIPPED_CONFIG)
        [html] = [page.html for page in pages if page.document.file == "emails/welcome.mjml"]
        assert html.count("<h1") == headings


@pytest.mark.parametrize("text", ["word " * 1000, "ж " * 3000, "<b>a b</b> " * 500, f"{'x' * 700} {'y' * 700}"])
def test_long_lines_are_broken_at_spaces(text: str) -> None:
    """And nothing else is changed."""
    folded = fold_long_lines(f"<p>{text}</p>")
    assert max(len(line.encode()) for line in folded.split("\n")) <= LONGEST_LINE
    assert folded.replace("\n", " ") == f"<p>{text}</p>"


def test_comments_and_tags_are_never_broken() -> None:
    """Outlook reads a conditional comment only as it was written; short lines are not touched at all."""
    comment = "<!--[if mso | IE]><td style='a: b'><![endif]-->"
    assert comment in fold_long_lines(f"{'word ' * 198}{comment} {'word ' * 300}")
    assert fold_long_lines("a b\n" * 2000) == "a b\n" * 2000
    assert fold_long_lines("x" * 5000) == "x" * 5000
