"""``doorstep simulate --did`` and ``--with``: what the person does, and what is known of them."""

import pytest
from typer.testing import CliRunner, Result

from service.cli.main import cli
from tests.support.paths import ROOT

PROGRAMMES = str(ROOT / "tests" / "good" / "programmes")


def simulate(*words: str) -> Result:
    """Call the command on the public programmes, from a Monday on."""
    called = ["simulate", *words, "--workspace", PROGRAMMES, "--at", "2026-11-30 10:00"]
    return CliRunner().invoke(cli, called, env={"COLUMNS": "200", "TERM": "dumb"})


def test_a_field_begins_a_sequence_of_dates() -> None:
    """The date is known from the start."""
    told = simulate("trial", "--with", "field trial_ends is 2026-12-14").stdout

    assert "Mon 7 Dec 00:00  ▶ trial starts: it is 7 days before trial_ends." in told
    assert "3 mails, 14 days." in told


def test_an_order_is_named_or_made_up() -> None:
    """Where each order has a pass, the event that begins it tells one; ``--did`` can name another."""
    assert "3 mails" in simulate("after_order", "--did", "order.delivered order=1 after 3 days").stdout
    named = simulate("after_order", "--did", "order.placed order=A7", "--did", "order.delivered order=A7 after 2 days")
    assert "3 mails" in named.stdout
    assert named.stdout.count("★ ordered") == 1


def test_a_sequence_that_never_began_says_what_it_waits_for() -> None:
    """A date that is not known, a condition that does not come to hold; and by which option to say it."""
    date, condition = simulate("trial").stdout, simulate("stuck").stdout

    assert "trial never began: it begins 7 days before trial_ends, which is empty." in date
    assert "stuck never began: it begins when “in sent_no_invoice” comes to hold" in condition
    assert "by --with" in date
    assert "never began" not in simulate("trial", "--with", "field trial_ends is 2026-12-14").stdout


def test_an_answer_is_given_to_the_mail_that_asks() -> None:
    """It is told as what the person did; one that no mail offers is refused with the nearest."""
    told = simulate("sunset", "--answers", "still=Take me off after 9 days").stdout
    refused = simulate("sunset", "--answers", "still=Take me of").output

    assert "✉ still_there asks" in told
    assert told.index("★ still: Take me off") < told.index("The person is taken off tips.")
    assert "Did you mean “Take me off”" in " ".join(refused.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--with", "plan is pro"), "is not understood"),
        (("--with", "field plann is pro"), "Did you mean “plan”"),
        (("--with", "tag is vip"), "there is no tag “vip”"),
        (("--with", "field trial_ends is soon"), "is no date"),
        (("--did", "order.placed totl=4"), "Did you mean “total”"),
        (("--did", "order.placd total=4"), "Did you mean “order.placed”"),
        (("--did", "order.placed total=4 2 days"), "is not understood"),
    ],
)
def test_what_is_wrong_is_told_with_the_nearest_word(words: tuple[str, str], told: str) -> None:
    """A usage error that names what was meant."""
    result = simulate("after_order", *words)

    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())
