"""The envelope sender that names its mail, and what is not one of ours."""

from hypothesis import given
from hypothesis import strategies as st

from domain.keyring import Keyring
from email_out.feedback.return_path import ReturnPath, read_return_path, write_return_path
from tests.support.people import KEYS

PATH = ReturnPath(send_id=KEYS.send_id("mia", "welcome"), address=KEYS.address_hash("mia@example.com"))


def test_it_names_the_mail_and_nobody() -> None:
    """It fits into an address (RFC 5321 §4.5.3.1.1), holds no personal data, and survives a change of case."""
    written = write_return_path(PATH, "bounce.amseltea.example", KEYS)

    local, _, domain = written.partition("@")
    assert (local[:2], len(local), domain) == ("b+", 57, "bounce.amseltea.example")
    assert "mia" not in local
    assert read_return_path(written, KEYS) == PATH
    assert read_return_path(written.upper(), KEYS) == PATH


def test_one_letter_more_or_less_is_not_genuine() -> None:
    """Whatever letter is changed, nobody's address can be suppressed with it."""
    local = write_return_path(PATH, "b.example", KEYS).partition("@")[0]

    for at in range(2, len(local) - 1):
        changed = local[:at] + ("a" if local[at] != "a" else "b") + local[at + 1 :]
        assert read_return_path(changed, KEYS) is None
    assert read_return_path(local[:-1], KEYS) is None
    assert read_return_path(local[1:], KEYS) is None


def test_it_outlives_a_rotation_of_secrets() -> None:
    """What was sent before still comes back; what another installation made does not."""
    old, new, other = Keyring("o" * 32), Keyring("n" * 32, older=("o" * 32,)), Keyring("x" * 32)
    written = write_return_path(PATH, "b.example", old)

    assert read_return_path(written, new) == PATH
    assert read_return_path(written, other) is None


def test_a_name_of_another_kind_makes_none() -> None:
    """A mail to the team has no address to suppress."""
    assert write_return_path(ReturnPath(send_id="alarm", address=PATH.address), "b.example", KEYS) == ""
    assert write_return_path(ReturnPath(send_id=PATH.send_id, address=""), "b.example", KEYS) == ""


@given(st.text(max_size=80))
def test_anything_may_be_written_to_it(text: str) -> None:
    """Whoever writes to a made-up address is not believed, and breaks nothing."""
    assert read_return_path(text, KEYS) is None
    assert read_return_path(f"b+{text}", KEYS) is None
