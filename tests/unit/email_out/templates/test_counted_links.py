"""Counted links in mails: for whom, which of them, and that everybody else's mail is as if they did not exist."""

import re

from msgspec.structs import replace

from domain.effects import SendMail
from domain.link_evidence.hits import HIDDEN, PIXEL
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.links.tokens import CountedLink, read_token
from email_out.templates.catalog import MailCatalog
from email_out.templates.compile import compile_mails
from email_out.templates.render import RenderedMail, render
from tests.support.mail_world import PUBLIC, SHIPPED, confirmed_reader
from tests.support.people import KEYS, SHIPPED_CONFIG, TOPIC

MAIL = """{# uses voucher #}<mjml>
  <mj-head><mj-title>Tea</mj-title><mj-preview>Tea</mj-preview></mj-head>
  <mj-body><mj-section><mj-column>
    <mj-text css-class="title">Tea</mj-text>
    <mj-text>
      <a href="https://tea.example/one?a=1&amp;b=2">one</a> <a class="x" href='https://tea.example/two'>quoted</a>
      <a href="{{ website }}/book">book</a> <a href="https://tea.example/{{ voucher }}">yours</a>
      <a href="{{ chat('letter') }}">chat</a> <a href="https://m.me/AmselTea">chat</a>
      <a href="mailto:a@b.example">mail</a>
      <a href="https://tea.example/one?a=1&amp;b=2">one again</a> <a href="https://tee.example/grün">grün</a>
      {% if voucher == "x" %}<a href="https://tea.example/if">if</a>{% endif %}
    </mj-text>
    <mj-button href="{{ website }}/book">Book</mj-button>
  </mj-column></mj-section></mj-body>
</mjml>"""
TARGET = re.compile(r'href="([^"]*)"')


def declare(*measures: str, opens: bool = False) -> WorkspaceConfig:
    """Return the shipped declarations with a wording that announces this."""
    told = SHIPPED_CONFIG.model_dump(by_alias=True, mode="json")
    told["topics"][TOPIC]["measures"] = list(measures)
    if opens:
        told["topics"]["openings"] = {**told["topics"][TOPIC], "measures": ["opens"]}
    return WorkspaceConfig.model_validate(told)


COUNTING = declare("clicks")
FILES = {**{name: text for name, text in SHIPPED.items() if "_layout" in name}, "emails/tea.mjml": MAIL}


def compile_with(config: WorkspaceConfig) -> MailCatalog:
    """Compile the mails of a workspace."""
    return compile_mails(FILES, config)[0]


def reader(*measures: str) -> tuple[Subscriber, SendMail]:
    """Return a reader whose wording announced this, and a mail to them."""
    record, mail = confirmed_reader()
    consent = replace(record.consents[TOPIC], measures=measures)
    return replace(record, consents={**record.consents, TOPIC: consent}), replace(
        mail, template="tea", variables={"voucher": "LEAF"}
    )  # fmt: skip


def fill(record: Subscriber, mail: SendMail, config: WorkspaceConfig = COUNTING) -> RenderedMail:
    """Fill the mail."""
    return render(compile_with(config), mail, record, config, KEYS, PUBLIC)


def read_links(rendered: RenderedMail) -> list[CountedLink]:
    """Return what the tokens of a mail say."""
    tokens = re.findall(rf'"{PUBLIC}/[ro]/([^"]+)"', rendered.html)
    links = [read_token(token, KEYS) for token in tokens]
    assert all(links)
    return [link for link in links if link]


def test_only_plain_links_of_who_was_told_are_counted() -> None:
    """Addresses that the marketer wrote; nothing personal, nothing of ours, no chat, no mail; the hidden one last."""
    record, mail = reader("clicks")
    rendered = fill(record, mail)
    links = read_links(rendered)
    assert [(link.link, link.url) for link in links] == [
        (1, "https://amseltea.example"), (2, "https://tea.example/one?a=1&b=2"), (3, "https://tea.example/two"),
        (4, "https://amseltea.example/book"), (2, "https://tea.example/one?a=1&b=2"),
        (4, "https://amseltea.example/book"), (HIDDEN, "https://amseltea.example"),
    ]  # fmt: skip
    assert {(link.subscriber, link.send, link.links, link.topic, link.mail) for link in links} == {
        (record.id, mail.id, 4, TOPIC, "tea")
    }
    left = {url for url in TARGET.findall(rendered.html) if not url.startswith(f"{PUBLIC}/r/")}
    assert {url.split("/")[3] if url.startswith(PUBLIC) else url for url in left} == {
        "https://tea.example/LEAF", "https://m.me/AmselTea?ref=letter", "https://m.me/AmselTea", "mailto:a@b.example",
        "https://tee.example/grün", "unsubscribe", "preferences", "https://amseltea.example/privacy",
    }  # fmt: skip
    assert rendered.counted == {"clicks"}
    assert "data-counted" not in rendered.html
    assert "display:none" in rendered.html.rpartition("<a ")[0][-80:]


def test_everybody_elses_mail_is_as_if_nothing_were_counted() -> None:
    """To the byte, beside a reader of the new wording: an older wording, a mail of an order, and no wording at all."""
    record, mail = reader()
    plain = render(compile_with(SHIPPED_CONFIG), mail, record, SHIPPED_CONFIG, KEYS, PUBLIC)
    assert fill(record, mail) == plain
    counted, _ = reader("clicks")
    assert fill(counted, mail, SHIPPED_CONFIG) == plain
    order = replace(mail, lane="transactional", topic="boxes")
    assert fill(counted, order).counted == frozenset()
    assert "/r/" not in fill(counted, order).html
    assert fill(counted, mail).text == plain.text
    assert fill(counted, mail) != plain


def test_the_same_mail_is_written_the_same_again() -> None:
    """A retry gives the same bytes."""
    assert fill(*reader("clicks")) == fill(*reader("clicks"))


def test_the_picture_needs_a_yes_of_its_own() -> None:
    """With it there is one picture; clicks do not bring it along, and a mail without counted links can have it."""
    config = declare("clicks", opens=True)
    record, mail = reader("clicks")
    assert "<img" not in fill(record, mail, config).html
    yes = replace(record.consents[TOPIC], measures=("opens",))
    both = fill(replace(record, consents={**record.consents, "openings": yes}), mail, config)
    assert both.counted == {"clicks", "opens"}
    assert [link.url for link in read_links(both) if link.link == PIXEL] == [""]
    assert both.html.count("<img") == 1
    quiet, _ = reader()
    opens = fill(replace(quiet, consents={**quiet.consents, "openings": yes}), mail, config)
    assert (opens.counted, "/r/" in opens.html) == (frozenset({"opens"}), False)


def test_a_sample_mail_has_plain_links() -> None:
    """Nobody is behind it, so there is nothing to count."""
    record, mail = reader("clicks")
    sample = fill(replace(record, id="send-test"), mail)
    assert (sample.counted, "/r/" in sample.html, "data-counted" in sample.html) == (frozenset(), False, False)
