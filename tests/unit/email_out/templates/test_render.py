"""The shipped mails, filled in both languages, and what their variables say."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from domain.effects import Calendar, SendMail
from domain.record import Behaviour, Profile, Subscriber
from email_out.message.compose import address_letter
from email_out.message.mime import build
from email_out.templates.render import RenderError, compile_mails, render
from email_out.templates.variables import LONGEST
from tests.support.mail_world import ADDRESS, BOOK, PUBLIC, SHIPPED, reader, waiting, welcome
from tests.support.people import HOUSE, KEYS, MAIL, NOON, TOPIC

MARKETING = ("welcome", "come_back", "evaluate_order", "evaluate_invite")
PROVING = ("confirmation", "proof")
MAILS = sorted({(name, language) for name, _ in BOOK.mails for language in HOUSE.languages})
BUTTON = re.compile(r'<mj-button css-class="primary"[^>]*>([^<]+)</mj-button>')
CALENDAR = Calendar(uid="t", title="Tasting", starts=NOON, minutes=90, where="Speicherhof 7")


def button(name: str, language: str) -> str:
    """Return what stands on the button of a shipped mail."""
    [label] = BUTTON.findall(SHIPPED[f"emails/{name}.mjml" if language == "en" else f"emails/{name}.{language}.mjml"])
    return str(label)


class Page(HTMLParser):
    """What a mail's HTML holds."""

    def __init__(self, html: str) -> None:
        """Read it."""
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep links and everything that would be loaded."""
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("img", "link", "script", "iframe"):
            self.sources.append(tag)


def person() -> Subscriber:
    """Return Mia, who noted four cups."""
    cups = Behaviour(count=4, first=NOON, last=NOON)
    return replace(reader()[0], profile=Profile(first_name="Mia"), behaviour={"cup.noted": cups})


def mail_for(name: str, language: str) -> tuple[Subscriber, SendMail]:
    """Return somebody and one of the shipped mails to them."""
    if name in PROVING:
        record, mail = waiting()
        return replace(record, profile=Profile(first_name="Mia")), replace(mail, template=name, language=language)
    return person(), replace(welcome(name), language=language, calendar=CALENDAR, variables={"cards": "Assam"})


def test_the_shipped_mails_have_no_findings() -> None:
    """All mails in two languages compile without a word of complaint."""
    book, findings = compile_mails(SHIPPED, HOUSE)
    assert findings == []
    assert sorted(book.mails) == MAILS


@pytest.mark.parametrize(("name", "language"), MAILS)
def test_every_mail_is_whole(name: str, language: str) -> None:
    """One button, preheader, sender, address, privacy link, language, dark mode, nothing loaded, both parts filled."""
    record, mail = mail_for(name, language)
    content = render(BOOK, mail, record, HOUSE, KEYS, PUBLIC)
    page = Page(content.html)
    assert content.html.count(f">{button(name, language)}<") == 1
    assert f'lang="{language}"' in content.html
    assert 'name="color-scheme" content="light dark"' in content.html
    assert "prefers-color-scheme: dark" in content.html
    assert page.sources == []
    assert all(link.startswith("https://") for link in page.links)
    for part in (content.html, content.text):
        assert "Amsel Tea GmbH, Speicherhof 7, 20457 Hamburg" in part
        assert HOUSE.privacy_url in part
        assert not re.search(r"\{\{|\{%|\{#|None|Undefined", part)
    assert 0 < len(content.subject) <= 120
    assert not re.search(r"<[a-z]|&[a-z]+;|\n{3}", content.text)
    assert len(build(address_letter(mail, content, HOUSE))) < 40_000


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", MARKETING)
def test_marketing_has_its_ways_out(name: str, language: str) -> None:
    """The footer says why, and links to stop, choose, chat and privacy, in HTML and text alike."""
    record, mail = mail_for(name, language)
    content = render(BOOK, mail, record, HOUSE, KEYS, PUBLIC)
    why = {"en": f"confirmed {MAIL} on 23 November 2026", "de": f"{MAIL} am 23. November 2026 bestätigt"}[language]
    token = content.unsubscribe_url.removeprefix(f"{PUBLIC}/unsubscribe/")
    assert KEYS.unsign("unsubscribe", token) == (record.id, ADDRESS, TOPIC)
    for part in (content.html, content.text):
        assert why in part
        assert content.unsubscribe_url in part
        assert f"{PUBLIC}/preferences/{KEYS.sign('preferences', record.id, ADDRESS)}" in part
        assert "https://m.me/AmselTea" in part


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", PROVING)
def test_the_confirmation_carries_nothing_of_a_stranger(name: str, language: str) -> None:
    """No name and no address in it; the code, its link, and “not me”."""
    record, mail = mail_for(name, language)
    content = render(BOOK, mail, record, HOUSE, KEYS, PUBLIC)
    code = KEYS.codes(record.id, ADDRESS, mail.nonce)[0]
    secret = KEYS.confirm_secrets(record.id, ADDRESS, mail.nonce)[0]
    assert content.subject.startswith(code)
    assert content.unsubscribe_url == ""
    for part in (content.html, content.text):
        assert "Mia" not in part
        assert MAIL not in part
        assert f"{PUBLIC}/confirm/{record.id}.{secret}" in part
        assert f"{PUBLIC}/confirm/{KEYS.sign('not-me', record.id, ADDRESS)}" in part
    assert f">{code}</b>" in content.html


def test_rendering_is_repeatable() -> None:
    """The same mail renders alike."""
    record, mail = mail_for("welcome", "en")
    assert render(BOOK, mail, record, HOUSE, KEYS, PUBLIC) == render(BOOK, mail, record, HOUSE, KEYS, PUBLIC + "/")


@pytest.mark.parametrize(("name", "greeting"), [("Mia", "Hi Mia, glad"), ("", "Hello, glad")])
def test_the_greeting_works_without_a_name(name: str, greeting: str) -> None:
    """Nobody is greeted as nobody."""
    record = replace(person(), profile=Profile(first_name=name))
    assert greeting in render(BOOK, welcome(), record, HOUSE, KEYS, PUBLIC).text


def test_a_wicked_name_is_only_a_name() -> None:
    """Markup, Jinja2, line breaks and length in what a person typed do nothing."""
    wicked = "<b>{{ 7*7 }}</b>\r\nBcc: x" + "y" * 1000
    record = replace(person(), fields={"first_name": wicked})
    content = render(BOOK, welcome(), record, HOUSE, KEYS, PUBLIC)
    assert "Hi &lt;b&gt;{{ 7*7 }}&lt;/b&gt; Bcc: xyyy" in content.html
    assert "y" * LONGEST not in content.html
    build(address_letter(welcome(), content, HOUSE))


def test_counts_come_from_the_sequence_or_from_what_was_done() -> None:
    """What the sequence gave is kept; else the declared event is counted."""
    mail = welcome("evaluate_order")
    counted = render(BOOK, mail, person(), HOUSE, KEYS, PUBLIC)
    given = render(BOOK, replace(mail, variables={"cups": 3}), person(), HOUSE, KEYS, PUBLIC)
    assert (counted.subject, given.subject) == ("4 cups later: your four teas", "3 cups later: your four teas")


def test_an_untranslated_mail_comes_in_the_default_language() -> None:
    """A language nobody wrote falls back."""
    mail = replace(welcome(), language="fr")
    assert render(BOOK, mail, person(), HOUSE, KEYS, PUBLIC).subject == "Welcome. Put the kettle on."


@pytest.mark.parametrize(
    ("template", "address", "reason"),
    [
        ("gone", ADDRESS, "there is no mail “gone” in the workspace"),
        ("welcome", "elsewhere", "the address is no longer known"),
    ],
)
def test_what_cannot_be_rendered(template: str, address: str, reason: str) -> None:
    """The reason names what is missing and nothing personal."""
    mail = replace(welcome(), template=template, address=address)
    with pytest.raises(RenderError) as caught:
        render(BOOK, mail, person(), HOUSE, KEYS, PUBLIC)
    assert str(caught.value) == reason


def test_an_authored_text_part_wins() -> None:
    """``welcome.txt`` beside ``welcome.mjml`` is the text part, filled like it."""
    book, findings = compile_mails({**SHIPPED, "emails/welcome.txt": "{{ hi }}\n{{ unsubscribe_url }}\n"}, HOUSE)
    content = render(book, welcome(), person(), HOUSE, KEYS, PUBLIC)
    assert (findings, content.text) == ([], f"Hi Mia\n{content.unsubscribe_url}\n")


def test_the_date_is_the_readers() -> None:
    """Confirmed shortly before midnight UTC is the next day in Tokyo."""
    late = NOON + timedelta(hours=11)
    record = replace(person(), profile=Profile(timezone="Asia/Tokyo"))
    moved = {TOPIC: replace(record.consents[TOPIC], confirmed_at=late)}
    assert "on 24 November 2026" in render(BOOK, welcome(), replace(record, consents=moved), HOUSE, KEYS, PUBLIC).text
