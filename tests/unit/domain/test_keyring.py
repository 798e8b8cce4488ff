"""Keys: names without personal data, codes, signed links, and their rotation."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.keyring import Keyring, ShortSecretError

OLD, NEW = "an old secret with enough bytes in it", "a new secret with enough bytes in it"


def test_links_of_an_older_key_still_work() -> None:
    """After rotation old links, codes and confirm links verify, and new ones are made with the new key."""
    before, after = Keyring(OLD), Keyring(NEW, older=[OLD])
    token = before.sign_link("unsubscribe", "sub", "address")
    assert after.read_link("unsubscribe", token) == ("sub", "address")
    assert after.sign_link("unsubscribe", "sub", "address") != token
    assert after.code_fits(before.confirmation_codes("s", "a", "n")[0], "s", "a", "n")
    assert after.confirm_fits(before.confirm_secrets("s", "a", "n")[0], "s", "a", "n")


def test_rotation_leaves_the_index_alone() -> None:
    """Names of records and addresses stay the same when links are rotated."""
    before, after = Keyring(OLD), Keyring(NEW, older=[OLD])
    assert before.address_hash("a@b.example") == after.address_hash("a@b.example")
    assert before.check_value == after.check_value
    assert before.check_value != Keyring(NEW).check_value


def test_a_token_is_good_for_one_purpose() -> None:
    """A token signed to unsubscribe opens nothing else."""
    keys = Keyring(OLD)
    assert keys.read_link("preferences", keys.sign_link("unsubscribe", "sub")) is None


def test_short_secrets_are_refused() -> None:
    """A secret that could be guessed is refused with the way to make a good one."""
    with pytest.raises(ShortSecretError, match="openssl rand"):
        Keyring("short")


def test_addresses_are_one_whatever_their_case() -> None:
    """Mailboxes are compared without case."""
    assert Keyring(OLD).address_hash("Mia@Example.com") == Keyring(OLD).address_hash("mia@example.com")


def test_sharp_s_and_double_s_are_two_mailboxes() -> None:
    """They can be registered by different people (IDNA 2008), so they are never taken for one."""
    assert Keyring(OLD).address_hash("mia@gießen.de") != Keyring(OLD).address_hash("mia@giessen.de")


@given(st.text(max_size=200))
def test_names_are_standard_codes(user: str) -> None:
    """A name is the beginning of an HMAC-SHA-256 under the index key, so any other program can find it too."""
    key = hashlib.sha256(b"doorstep.index\0" + OLD.encode()).digest()
    code = hmac.digest(key, f"user\0{user}".encode(), "sha256")
    assert Keyring(OLD).user_hash(user) == base64.urlsafe_b64encode(code[:12]).decode()


@given(st.text(max_size=200))
def test_a_strange_token_is_nobodys(token: str) -> None:
    """Whatever stands in a link, it is refused and never an error."""
    assert Keyring(OLD).read_link("unsubscribe", token) is None


@given(st.text(max_size=50))
def test_a_strange_code_does_not_fit(typed: str) -> None:
    """Whatever is typed, only the code fits."""
    keys = Keyring(OLD)
    assert keys.code_fits(typed, "s", "a", "n") == (typed == keys.confirmation_codes("s", "a", "n")[0])


def test_fractions_spread_evenly() -> None:
    """Splits by fraction come out near their weights."""
    keys = Keyring(OLD)
    low = sum(keys.stable_fraction(f"sub{number}", "split") < 0.5 for number in range(2000))
    assert 900 < low < 1100


def test_signed_parts_have_no_dots() -> None:
    """A dot inside a part would let two tokens mean the same."""
    with pytest.raises(ValueError, match="dot"):
        Keyring(OLD).sign_link("unsubscribe", "a.b")
