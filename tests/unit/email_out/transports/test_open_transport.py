"""The one place that opens transports: which URLs it takes, and what it says of the others."""

import pytest

from email_out.transports.base import MailSettingsError
from email_out.transports.open_transport import OPENERS, check_mail_url, open_transport


@pytest.mark.parametrize(
    ("url", "server_name"),
    [
        ("smtp://pip:secret@mail.example.com", "mail.example.com:587"),
        ("smtps://pip:secret@mail.example.com", "mail.example.com:465"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525"),
    ],
)
def test_a_mail_url_opens_its_transport(url: str, server_name: str) -> None:
    """The transport names its server for people, without user and password."""
    assert open_transport(url).server_name == server_name
    check_mail_url(url)


@pytest.mark.parametrize("url", ["", "mail.example.com", "http://mail.example.com", "mailjet://key:secret@api"])
def test_an_unknown_scheme_names_the_known_ones(url: str) -> None:
    """The message lists every scheme that has an opener, and never repeats the URL."""
    with pytest.raises(MailSettingsError) as caught:
        check_mail_url(url)
    assert str(caught.value) == "the mail URL must begin with smtp:// or smtps://"
    assert list(OPENERS) == ["smtp", "smtps"]
