"""Spellings of one mailbox."""

import pytest

from domain.consent.mailboxes import name_mailbox


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Mia@Example.com", "mia@example.com"),
        ("m.i.a+tea@googlemail.com", "mia@gmail.com"),
        ("mia+tea@example.com", "mia@example.com"),
        ("m.ia@example.com", "m.ia@example.com"),
        ("mia-shop@yahoo.com", "mia@yahoo.com"),
        ("mia-shop@example.com", "mia-shop@example.com"),
        ("mia+1@me.com", "mia@icloud.com"),
        ("+tag@example.com", "+tag@example.com"),
        ("mia@bücher.example", "mia@bücher.example"),
    ],
)
def test_one_mailbox_has_one_name(email: str, mailbox: str) -> None:
    """Dots count where the provider counts them, a tag behind a plus nowhere."""
    assert name_mailbox(email) == mailbox
    assert name_mailbox(mailbox) == mailbox
