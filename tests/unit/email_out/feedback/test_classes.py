"""What refusals mean: the table, and the words of servers that give no status."""

import pytest

from email_out.feedback.classes import STATUS_TABLE, FeedbackClass, classify_refusal, classify_status


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("5.1.1", "hard"),
        ("5.1.10", "hard"),
        ("5.1.100", "unclear"),
        ("5.2.2", "soft"),
        ("4.2.2", "soft"),
        ("4.4.1", "deferred"),
        ("5.7.0", "policy"),
        ("5.7.1", "block"),
        ("5.7.26", "policy"),
        ("5.7.515", "policy"),
        ("5.9.9", "unclear"),
        ("", "unclear"),
    ],
)
def test_the_longest_row_counts(status: str, meaning: FeedbackClass) -> None:
    """5.7.1 is not 5.7.1x, and a status without a row is nobody's fault."""
    assert classify_status(status) == meaning


def test_every_row_has_its_source() -> None:
    """Each status stands once, with a document that says so."""
    assert len({row.status for row in STATUS_TABLE}) == len(STATUS_TABLE)
    assert all(row.source.startswith(("RFC ", "https://")) for row in STATUS_TABLE)


@pytest.mark.parametrize(
    "text",
    [
        "User unknown",
        "<mia@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
        "Requested action not taken: no such user here",
        "sorry, no mailbox here by that name. (#5.1.1)",
        "unrouteable address",
        "Unknown local part mia in <mia@example.com>",
        "This user doesn't have a yahoo.example account (mia@yahoo.example)",
        "The email account that you tried to reach does not exist",
        "Account mia@example.com is disabled",
        "Invalid recipient",
    ],
)
def test_words_of_a_dead_mailbox(text: str) -> None:
    """Servers without enhanced codes say it in words of their own."""
    assert classify_refusal(550, "", text) == "hard"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "Sender address rejected: user unknown",
        "relay access denied: recipient unknown",
        "blocked; invalid recipient rate too high",
        "Requested action not taken: mailbox unavailable",
        "message contains an unknown attachment",
        "a" * 100_000 + "user unknown",
    ],
)
def test_words_that_condemn_nobody(text: str) -> None:
    """What may be about us, or about nothing in particular, suppresses no address."""
    assert classify_refusal(550, "", text) == "unclear"
