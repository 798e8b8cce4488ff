"""What ``send-test`` sends: every shipped mail, as a flow or sequence would send it."""

import pytest

from email_out.templates.render import render
from service.cli.sample_mail import make_sample
from service.workspace.edition import compile_edition, onboarding_files
from tests.support.people import KEYS, MAIL, NOON
from tests.support.shipped_workspace import shipped_edition

NAMES = sorted(shipped_edition().mails.template_names)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("template", NAMES)
def test_every_mail_has_all_its_values(template: str, language: str) -> None:
    """Nothing is missing; what is advertising can be stopped, and what was asked for needs no stop link."""
    edition, address = shipped_edition(), KEYS.address_hash(MAIL)
    record, mail = make_sample(edition, template, MAIL, language, "Mia", address, NOON, "nonce")
    content = render(edition.mails, mail, record, edition.config, KEYS, "https://doorstep.example.com")
    assert (mail.lane == "marketing") == bool(content.unsubscribe_url)
    assert mail.lane == "transactional" or mail.topic


def test_a_mail_of_a_contract_says_so() -> None:
    """It belongs to an order, cannot be stopped, and speaks of no subscription."""
    edition = shipped_edition()
    record, mail = make_sample(edition, "box_sent", MAIL, "en", "Mia", KEYS.address_hash(MAIL), NOON, "nonce")
    content = render(edition.mails, mail, record, edition.config, KEYS, "https://doorstep.example.com")
    assert (mail.lane, mail.topic, content.unsubscribe_url) == ("transactional", "boxes", "")
    assert "belongs to your order" in content.html


def test_a_mail_that_asks_shows_its_answers() -> None:
    """Each in the reader's language; a press on one opens nothing, as every link of a sample."""
    edition = compile_edition({name: text for name, text in onboarding_files().items() if "tests/" not in name})[0]
    assert edition
    record, mail = make_sample(edition, "shall_we_call", MAIL, "de", "Mia", KEYS.address_hash(MAIL), NOON, "nonce")
    content = render(edition.mails, mail, record, edition.config, KEYS, "https://doorstep.example.com")
    assert ">Ja, ruft mich an</a>" in content.html
    assert ">Nein, danke</a>" in content.html


def test_a_mail_is_sampled_as_its_flow_sends_it() -> None:
    """The ticket of an evening is no advertising, and brings its appointment."""
    _, mail = make_sample(shipped_edition(), "evening_ticket", MAIL, "en", "Mia", "address", NOON, "nonce")
    assert (mail.lane, mail.topic) == ("transactional", "")
    assert mail.calendar is not None
    assert mail.calendar.starts > NOON
