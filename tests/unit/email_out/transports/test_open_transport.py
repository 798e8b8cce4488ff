"""The one place that opens transports: which URLs it takes, and what it says of the others."""

import pytest

from email_out.transports.base import MailSettingsError
from email_out.transports.mailjet_api import parse_mailjet_url
from email_out.transports.open_transport import OPENERS, check_mail_url, open_transport


@pytest.mark.parametrize(
    ("url", "server_name"),
    [
        ("smtp://pip:secret@mail.example.com", "mail.example.com:587"),
        ("smtps://pip:secret@mail.example.com", "mail.example.com:465"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525"),
        ("mailjet://key:secret@api.mailjet.com", "api.mailjet.com"),
        ("mailjet://key:secret@127.0.0.1:8025", "127.0.0.1:8025"),
        ("mailjet://key:secret@api.mailjet.com smtp://127.0.0.1:2525", "api.mailjet.com"),
    ],
)
def test_a_mail_url_opens_its_transport(url: str, server_name: str) -> None:
    """The transport names its server for people, without user and password."""
    assert open_transport(url).server_name == server_name
    check_mail_url(url)


@pytest.mark.parametrize("url", ["", "mail.example.com", "http://mail.example.com", "mailgun://key:secret@api"])
def test_an_unknown_scheme_names_the_known_ones(url: str) -> None:
    """The message lists every scheme that has an opener, and never repeats the URL."""
    with pytest.raises(MailSettingsError) as caught:
        check_mail_url(url)
    assert str(caught.value) == "the mail URL must begin with smtp://, smtps:// or mailjet://"
    assert list(OPENERS) == ["smtp", "smtps", "mailjet"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mailjet://api.mailjet.com", "both key and secret"),
        ("mailjet://key@api.mailjet.com", "both key and secret"),
        ("mailjet://key:secret@api.mailjet.com/v3.1", "and nothing more"),
        ("mailjet://key:secret@api.mailjet.com:x", "and nothing more"),
        ("mailjet://key:secret@", "and nothing more"),
        ("smtp://a.example smtp://b.example smtp://c.example", "one other"),
    ],
)
def test_a_url_that_cannot_work_says_why(url: str, says: str) -> None:
    """And never repeats the key."""
    with pytest.raises(MailSettingsError) as caught:
        check_mail_url(url)
    assert says in str(caught.value)
    assert "secret@" not in str(caught.value).replace("mailjet://key:secret@api.mailjet.com", "")


def test_a_key_travels_in_the_clear_to_this_machine_only() -> None:
    """By number: a name can be made to lead elsewhere."""
    assert parse_mailjet_url("mailjet://k:s@127.0.0.1:8025").base == "http://127.0.0.1:8025"
    assert parse_mailjet_url("mailjet://k:s@localhost").base == "https://localhost"
    assert parse_mailjet_url("mailjet://k:s%40@api.mailjet.com").base == "https://api.mailjet.com"
    assert "s@" not in repr(parse_mailjet_url("mailjet://k:s%40@api.mailjet.com"))
