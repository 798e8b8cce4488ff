"""An issue as a page for nobody: all that speaks of a reader is gone, and the footer leads to /subscribe alone."""

import re

import pytest

from email_out.templates.render import RenderError
from email_out.templates.web_view import render_web_view
from tests.support.mail_world import PUBLIC, SHIPPED
from tests.support.people import SHIPPED_CONFIG, TOPIC

PERSONAL = """{# uses voucher #}{# uses cups: count of cup.noted #}<mjml>
  <mj-head><mj-title>{{ first_name }} and tea</mj-title><mj-preview>{{ hi }}</mj-preview></mj-head>
  <mj-body><mj-section><mj-column>
    <mj-text css-class="title">{{ hi }}, {{ email }}</mj-text>
    <mj-text>{{ voucher }}{{ cups }} {{ city }} {{ confirmed_on }} {{ choices }} {{ code }}
      <a href="{{ unsubscribe_url }}">stop</a> <a class="x" href="{{ preferences_url }}">choose</a>
      <a href="{{ chat('letter') }}">chat</a>{% if first_name %}known{% else %}stranger{% endif %}</mj-text>
    <mj-button href="{{ website }}/book">Book</mj-button>
  </mj-column></mj-section></mj-body>
</mjml>"""
LINKS = re.compile(r'href="([^"]*)"')


def show(template: str, language: str = "en", **more: str) -> str:
    """Return the page of a mail."""
    return render_web_view({**SHIPPED, **more}, template, TOPIC, language, SHIPPED_CONFIG, PUBLIC)


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello, this week"), ("de", "Hallo")])
def test_the_shipped_issue_is_shown_to_nobody(language: str, greeting: str) -> None:
    """Greeted without a name; one link in the footer; no token and no address of ours but that."""
    html = show("winter_teas", language)
    assert greeting in html
    links = LINKS.findall(html)
    assert links == ["https://amseltea.example", "https://amseltea.example/book/note", "/subscribe"]
    assert PUBLIC not in html
    assert "{{" not in html
    assert "Amsel Tea GmbH, Speicherhof 7" in html
    assert html.count("<h1") == 1


def test_whatever_speaks_of_a_person_is_empty() -> None:
    """Values of nobody: fallbacks of fields, no address, no code; links without a target are words."""
    html = show("tea", **{"emails/tea.mjml": PERSONAL})
    assert LINKS.findall(html) == [
        "https://amseltea.example", "https://m.me/AmselTea?ref=letter", "https://amseltea.example/book", "/subscribe",
    ]  # fmt: skip
    words = " ".join(re.sub(r"<[^>]+>", " ", html.partition("<body")[2]).split())
    assert "Hello, 0 your city stop choose chat stranger Book" in words
    assert "@" not in words
    assert "known" not in words


def test_what_cannot_be_shown_says_so() -> None:
    """No such mail, or a filter that needs a value."""
    with pytest.raises(RenderError, match="no mail"):
        show("gone")
    with pytest.raises(RenderError, match="cannot be filled"):
        show("tea", **{"emails/tea.mjml": PERSONAL.replace("{{ voucher }}", "{{ voucher - 1 }}")})
