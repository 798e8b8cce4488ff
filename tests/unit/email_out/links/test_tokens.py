"""Tokens of counted links: they lead where they were made to lead, and nobody else can make one."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.keyring import Keyring
from email_out.links.tokens import LONGEST_TOKEN, LONGEST_URL, CountedLink, is_countable, read_token, write_token
from tests.support.people import KEYS

LINK = CountedLink(
    subscriber=KEYS.subscriber_id("1", "2"), send=KEYS.send_id("run", "welcome"), link=1, links=3, topic="friday_leaf",
    mail="welcome", url="https://amseltea.example/book/note?from=mail#top",
)  # fmt: skip
OTHER = replace(LINK, send=KEYS.send_id("run", "other"), url="https://amseltea.example/other")
names = st.binary(min_size=12, max_size=12).map(lambda raw: base64.urlsafe_b64encode(raw).decode())


@given(
    st.builds(
        CountedLink,
        subscriber=names,
        send=names,
        link=st.integers(-1, 250),
        links=st.integers(0, 250),
        topic=st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
        mail=st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
        url=st.from_regex(r"https://[!-~]{1,80}", fullmatch=True),
    )
)
def test_a_token_says_what_was_written(link: CountedLink) -> None:
    """Also after the secret was changed, as long as the old one is in the ring."""
    token = write_token(link, KEYS)
    assert read_token(token, KEYS) == link
    old, new = Keyring("a" * 32), Keyring("b" * 32, older=("a" * 32,))
    assert read_token(write_token(link, old), new) == link
    assert read_token(write_token(link, new), old) is None


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_token_is_ours(place: int, change: int) -> None:
    """One bit anywhere, and it leads nowhere."""
    raw = bytearray(base64.urlsafe_b64decode(write_token(LINK, KEYS) + "=="))
    raw[place % len(raw)] ^= change
    assert read_token(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), KEYS) is None


@pytest.mark.parametrize(
    "wrong", ["", "x", "ä", "A" * 40, "A" * 4000, "../../etc", "%00", "\0", "===", "A" * LONGEST_TOKEN]
)
def test_nonsense_is_no_token(wrong: str) -> None:
    """Whatever is asked for, nothing but None comes back."""
    assert read_token(wrong, KEYS) is None


def test_pieces_of_two_mails_make_no_link() -> None:
    """The head of one mail and the target of another do not fit together in any cut, nor does another page's token."""
    one, other = write_token(LINK, KEYS), write_token(OTHER, KEYS)
    cuts = range(1, min(len(one), len(other)))
    mixed = {one[:cut] + other[cut:] for cut in cuts} - {one, other}
    assert not any(read_token(token, KEYS) for token in mixed)
    assert read_token(KEYS.sign_link("unsubscribe", LINK.subscriber, "x"), KEYS) is None


def test_a_token_is_short_and_holds_no_person() -> None:
    """Random-looking names and the target, and not longer than a path may be."""
    longest = replace(LINK, url="https://" + "x" * LONGEST_URL)
    assert is_countable(longest.url)
    assert len(write_token(longest, KEYS)) <= LONGEST_TOKEN
    assert read_token(write_token(longest, KEYS), KEYS) == longest
    assert write_token(replace(LINK, subscriber="send-test"), KEYS) == ""
    assert write_token(replace(LINK, links=251), KEYS) == ""


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "https://", "https://a b", "https://tee.example/\r\nX: y",
            "mailto:a@b.c",
            "https://bücher.example", "ftp://x.example", "https://" + "x" * (LONGEST_URL + 1), " https://x.example"],
)  # fmt: skip
def test_what_cannot_stand_in_a_header_is_not_counted(url: str) -> None:
    """Only plain web addresses are redirected to."""
    assert not is_countable(url)
