"""The shipped mails, filled in both languages, and what their variables say."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from domain.deeds import make_deed
from domain.effects import Calendar, SendMail
from domain.record import Profile, Subscriber
from email_out.message.compose import compose_mail
from email_out.message.mime import build_mime
from email_out.templates.compile import compile_mails
from email_out.templates.render import RenderError, render
from email_out.templates.variables import LONGEST_VALUE
from tests.support.mail_world import (
    ADDRESS,
    CATALOG,
    PUBLIC,
    SHIPPED,
    confirmed_reader,
    unconfirmed_person,
    welcome_mail,
)
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG, TOPIC

MARKETING = ("welcome", "come_back", "evaluate_order", "evaluate_invite")
PROVING = ("confirmation", "proof")
MAILS = sorted({(name, language) for name, _ in CATALOG.templates for language in SHIPPED_CONFIG.languages})
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
    cups = make_deed(count=4, first=NOON, last=NOON)
    return replace(confirmed_reader()[0], profile=Profile(first_name="Mia"), behaviour={"cup.noted": cups})


def mail_for(name: str, language: str) -> tuple[Subscriber, SendMail]:
    """Return somebody and one of the shipped mails to them."""
    if name in PROVING:
        record, mail = unconfirmed_person()
        return replace(record, profile=Profile(first_name="Mia")), replace(mail, template=name, language=language)
    return person(), replace(welcome_mail(name), language=language, calendar=CALENDAR, variables={"cards": "Assam"})


def test_the_shipped_mails_have_no_findings() -> None:
    """All mails in two languages compile without a word of complaint."""
    catalog, findings = compile_mails(SHIPPED, SHIPPED_CONFIG)
    assert findings == []
    assert sorted(catalog.templates) == MAILS


@pytest.mark.parametrize(("name", "language"), MAILS)
def test_every_mail_is_whole(name: str, language: str) -> None:
    """One button, preheader, sender, address, privacy link, language, dark mode, nothing loaded, both parts filled."""
    record, mail = mail_for(name, language)
    content = render(CATALOG, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC)
    page = Page(content.html)
    assert content.html.count(f">{button(name, language)}<") == 1
    assert f'lang="{language}"' in content.html
    assert 'name="color-scheme" content="light dark"' in content.html
    assert "prefers-color-scheme: dark" in content.html
    assert page.sources == []
    assert all(link.startswith("https://") for link in page.links)
    for part in (content.html, content.text):
        assert "Amsel Tea GmbH, Speicherhof 7, 20457 Hamburg" in part
        assert SHIPPED_CONFIG.privacy_url in part
        assert not re.search(r"\{\{|\{%|\{#|None|Undefined", part)
    assert 0 < len(content.subject) <= 120
    assert not re.search(r"<[a-z]|&[a-z]+;|\n{3}", content.text)
    assert len(build_mime(compose_mail(mail, content, SHIPPED_CONFIG))) < 40_000


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", MARKETING)
def test_marketing_has_its_ways_out(name: str, language: str) -> None:
    """The footer says why, and links to stop, choose, chat and privacy, in HTML and text alike."""
    record, mail = mail_for(name, language)
    content = render(CATALOG, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC)
    why = {"en": f"confirmed {MAIL} on 23 November 2026", "de": f"{MAIL} am 23. November 2026 bestätigt"}[language]
    token = content.unsubscribe_url.removeprefix(f"{PUBLIC}/unsubscribe/")
    assert KEYS.read_link("unsubscribe", token) == (record.id, ADDRESS, TOPIC)
    for part in (content.html, content.text):
        assert why in part
        assert content.unsubscribe_url in part
        assert f"{PUBLIC}/preferences/{KEYS.sign_link('preferences', record.id, ADDRESS)}" in part
        assert "https://m.me/AmselTea" in part


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", PROVING)
def test_the_confirmation_carries_nothing_of_a_stranger(name: str, language: str) -> None:
    """No name and no address in it; the code, its link, and “not me”."""
    record, mail = mail_for(name, language)
    content = render(CATALOG, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC)
    code = KEYS.confirmation_codes(record.id, ADDRESS, mail.nonce)[0]
    secret = KEYS.confirm_secrets(record.id, ADDRESS, mail.nonce)[0]
    assert content.subject.startswith(code)
    assert content.unsubscribe_url == ""
    for part in (content.html, content.text):
        assert "Mia" not in part
        assert MAIL not in part
        assert f"{PUBLIC}/confirm/{record.id}.{secret}" in part
        assert f"{PUBLIC}/confirm/{KEYS.sign_link('not-me', record.id, ADDRESS, mail.id)}" in part
    assert f">{code}</b>" in content.html


def test_rendering_is_repeatable() -> None:
    """The same mail renders alike."""
    record, mail = mail_for("welcome", "en")
    assert render(CATALOG, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC) == render(
        CATALOG, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC + "/"
    )


@pytest.mark.parametrize("name", ["Mia\x07", "\u202eMia", "M\u200bia\r\n", "\x1bMia\u2066"])
def test_no_name_keeps_a_mail_from_going(name: str) -> None:
    """What harms a header or turns a line round is taken out of a name; the mail is greeted and written."""
    record = replace(person(), profile=Profile(first_name=name))
    files = {
        **SHIPPED,
        "emails/hello.mjml": SHIPPED["emails/welcome.mjml"].replace("<mj-title>", "<mj-title>{{ hi }}, ", 1),
    }
    catalog, _ = compile_mails(files, SHIPPED_CONFIG)
    mail = replace(welcome_mail("hello"), calendar=replace(CALENDAR, title=f"Tasting with {name}"))
    content = render(catalog, mail, record, SHIPPED_CONFIG, KEYS, PUBLIC)
    assert content.subject.startswith("Hi Mia, ")
    written = compose_mail(mail, content, SHIPPED_CONFIG)
    assert b"SUMMARY:Tasting with Mia\r\n" in written.calendar
    assert build_mime(written)


@pytest.mark.parametrize(
    ("name", "greeting"), [("Mia", "Hi Mia, glad"), ("\u3164", "Hello, glad"), ("", "Hello, glad")]
)
def test_the_greeting_works_without_a_name(name: str, greeting: str) -> None:
    """Nobody is greeted as nobody."""
    record = replace(person(), profile=Profile(first_name=name))
    assert greeting in render(CATALOG, welcome_mail(), record, SHIPPED_CONFIG, KEYS, PUBLIC).text


def test_a_wicked_name_is_only_a_name() -> None:
    """Markup, Jinja2, line breaks and length in what a person typed do nothing."""
    wicked = "<b>{{ 7*7 }}</b>\r\nBcc: x" + "y" * 1000
    record = replace(person(), fields={"first_name": wicked})
    content = render(CATALOG, welcome_mail(), record, SHIPPED_CONFIG, KEYS, PUBLIC)
    assert "Hi &lt;b&gt;{{ 7*7 }}&lt;/b&gt; Bcc: xyyy" in content.html
    assert "y" * LONGEST_VALUE not in content.html
    build_mime(compose_mail(welcome_mail(), content, SHIPPED_CONFIG))


def test_counts_come_from_the_sequence_or_from_what_was_done() -> None:
    """What the sequence gave is kept; else the declared event is counted."""
    mail = welcome_mail("evaluate_order")
    counted = render(CATALOG, mail, person(), SHIPPED_CONFIG, KEYS, PUBLIC)
    given = render(CATALOG, replace(mail, variables={"cups": 3}), person(), SHIPPED_CONFIG, KEYS, PUBLIC)
    assert (counted.subject, given.subject) == ("4 cups later: your four teas", "3 cups later: your four teas")


def test_an_untranslated_mail_comes_in_the_default_language() -> None:
    """A language nobody wrote falls back."""
    mail = replace(welcome_mail(), language="fr")
    assert render(CATALOG, mail, person(), SHIPPED_CONFIG, KEYS, PUBLIC).subject == "Welcome. Put the kettle on."


@pytest.mark.parametrize(
    ("template", "address", "reason"),
    [
        ("gone", ADDRESS, "there is no mail “gone” in the workspace"),
        ("welcome", "elsewhere", "the address is no longer known"),
    ],
)
def test_what_cannot_be_rendered(template: str, address: str, reason: str) -> None:
    """The reason names what is missing and nothing personal."""
    mail = replace(welcome_mail(), template=template, address=address)
    with pytest.raises(RenderError) as caught:
        render(CATALOG, mail, person(), SHIPPED_CONFIG, KEYS, PUBLIC)
    assert str(caught.value) == reason


def test_an_authored_text_part_wins() -> None:
    """``welcome.txt`` beside ``welcome.mjml`` is the text part, filled like it."""
    catalog, findings = compile_mails(
        {**SHIPPED, "emails/welcome.txt": "{{ hi }}\n{{ unsubscribe_url }}\n"}, SHIPPED_CONFIG
    )
    content = render(catalog, welcome_mail(), person(), SHIPPED_CONFIG, KEYS, PUBLIC)
    assert (findings, content.text) == ([], f"Hi Mia\n{content.unsubscribe_url}\n")


def test_the_date_is_the_readers() -> None:
    """Confirmed shortly before midnight UTC is the next day in Tokyo."""
    late = NOON + timedelta(hours=11)
    record = replace(person(), profile=Profile(timezone="Asia/Tokyo"))
    moved = {TOPIC: replace(record.consents[TOPIC], confirmed_at=late)}
    assert (
        "on 24 November 2026"
        in render(CATALOG, welcome_mail(), replace(record, consents=moved), SHIPPED_CONFIG, KEYS, PUBLIC).text
    )


def test_a_button_leads_into_a_flow_of_the_chat() -> None:
    """By its name; empty where doorstep.yaml names no Page."""
    files = {**SHIPPED, "emails/welcome.mjml": SHIPPED["emails/welcome.mjml"].replace(
        "{{ website }}/book/note", "{{ chat('finder') }}"
    )}  # fmt: skip
    record, mail = confirmed_reader()
    for page, link in (("AmselTea", "https://m.me/AmselTea?ref=finder"), ("", "")):
        config = SHIPPED_CONFIG.model_copy(update={"page_username": page})
        catalog, found = compile_mails(files, config)
        assert [one for one in found if one.severity == "error"] == []
        rendered = render(catalog, mail, record, config, KEYS, PUBLIC)
        assert (link in Page(rendered.html).links) is True
        assert (link in rendered.text) is True
