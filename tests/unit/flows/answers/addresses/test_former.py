"""Addresses of the past are never taken; what only resembles the right domain denies nothing."""

import pytest

from flows.answers.addresses.pick_by_name import pick_by_name
from flows.answers.addresses.read_addresses import read_addresses
from flows.answers.addresses.result import NoAddress, OneAddress, SuggestedAddress

MIA = "mia@example.com"
FORMER = (
    "my old one mia@example.com doesn't work any more", "mia@example.com was my work mail, I left there",
    "i used to have mia@example.com", "mia@example.com no longer exists", "I lost access to mia@example.com",
    "mia@example.com got deactivated", "I had mia@example.com at my former job", "formerly mia@example.com",
    "i forgot the password of mia@example.com", "mia@example.com. That one is dead though", "ex mail: mia@example.com",
    "mia@example.com ran out", "I closed mia@example.com", "mia@example.com till last year",
    "mia@example.com gibts nicht mehr", "an mia@example.com komm ich nimmer ran", "früher mia@example.com",
    "mia@example.com war meine arbeitsmail, da bin ich weg", "hab keinen zugriff mehr auf mia@example.com",
    "mia@example.com ist abgelaufen", "damals hatte ich mia@example.com", "meine ex-adresse mia@example.com",
    "bei mia@example.com hab ich das passwort vergessen", "mia@example.com empfängt nix mehr",
)  # fmt: skip
CURRENT = (
    "my old one was leo@example.com, my new one is mia@example.com", "leo@example.com is dead, mia@example.com works",
    "leo@example.com doesn't work any more, use mia@example.com please",
    "instead of leo@example.com use mia@example.com",
    "new: mia@example.com, old: leo@example.com", "switched from leo@example.com to mia@example.com",
    "leo@example.com (old) mia@example.com (new)", "mia@example.com, the old one is full of spam",
    "my work mail expired. mia@example.com please", "my good old mia@example.com", "i have mia@example.com",
    "mia@example.com but please don't spam me", "leo@example.com gibts nimmer, jetzt mia@example.com",
    "früher leo@example.com, jetzt mia@example.com", "mia@example.com, nicht mehr leo@example.com",
    "von leo@example.com auf mia@example.com gewechselt", "alte mail geht nicht mehr, bitte mia@example.com",
    "mia@example.com (leo@example.com gibts nimmer)", "mia@example.com - nicht weitergeben bitte",
    "jaaaa klaaar, mia@example.com", "yesss! mia@example.com",
)  # fmt: skip
DOUBTED = (
    "it was mia@example.com", "that's my husband's: mia@example.com", "mia@example.com gehört meinem mann",
    "mia@example.com but that mailbox is full", "mia@example.com is wrong", "nicht an mia@example.com",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMER)
def test_an_address_of_the_past_is_never_taken(text: str) -> None:
    """The person is asked for the present one."""
    assert read_addresses(text) == NoAddress(problem="former")


@pytest.mark.parametrize("text", CURRENT)
def test_the_present_one_of_two_is_taken(text: str) -> None:
    """Words about the other address, or about how to treat it, take nothing away."""
    reading = read_addresses(text)
    assert isinstance(reading, OneAddress)
    assert reading.email == MIA


@pytest.mark.parametrize("text", DOUBTED)
def test_what_only_the_person_knows_is_asked(text: str) -> None:
    """An address in the past tense, or of somebody else, may be the right one."""
    assert read_addresses(text) == SuggestedAddress(email=MIA, reason="denied")


@pytest.mark.parametrize(
    "text",
    [
        "not gmial, gmail: mia@gmail.com", "no, gmail not gmial. mia@gmail.com", "mia@gmail.com, not gmial.com",
        "nicht gmial sondern gmail: mia@gmail.com", "falsch, gmail nicht gmial: mia@gmail.com",
    ],
)  # fmt: skip
def test_a_denied_slip_denies_no_address(text: str) -> None:
    """Who names the wrong and the right domain corrects themselves."""
    reading = read_addresses(text)
    assert isinstance(reading, OneAddress)
    assert reading.email == "mia@gmail.com"


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("gmail of course", "mia@gmail.com"), ("not gmial, gmail", "mia@gmail.com"), ("ja gmail", "mia@gmail.com"),
        ("gmial!", "mia@gmial.com"), ("mia", ""), ("gmail or gmial", ""), ("gmail is nosy", ""), ("no", ""),
    ],
)  # fmt: skip
def test_one_of_two_is_named_by_its_domain(text: str, email: str) -> None:
    """As long as nothing else is said, and only one fits."""
    assert pick_by_name(text, ("mia@gmail.com", "mia@gmial.com")) == email
