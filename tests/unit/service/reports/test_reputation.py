"""What a provider thinks of our mail is told by limits, and blocklists by what they answer."""

import asyncio

import pytest

from service.deliverability.blocklists import ask_blocklists
from service.deliverability.dns import DnsAnswer, RecordType, Resolver
from service.reports.mail import MailRow
from service.reports.reputation import Standing, advise_sender, judge_provider


def row(accepted: int, *, complaints: int = 0, failed: int = 0, **bounced: int) -> MailRow:
    """Return the row of Gmail."""
    return MailRow(
        group="Gmail", accepted=accepted, refused=0, failed=failed, unknown=0, under_way=0, bounced=bounced,
        complaints=complaints, stopped=0, stop_reasons={}, p50_seconds=None, p99_seconds=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mails", "standing", "says"),
    [
        (row(99, complaints=99), "unknown", "99 mails are too few to tell."),
        (row(2000, complaints=1), "good", "2,000 mails, nothing against us."),
        (row(2000, complaints=2), "at risk", "2 of 2,000 mails were reported as spam."),
        (row(2000, complaints=6), "bad", "6 of 2,000 mails were reported as spam."),
        (row(980, failed=20, hard=20), "at risk", "20 of 1,000 mails were sent to mailboxes that do not exist."),
        (row(950, failed=50, block=30, policy=20), "bad", "50 of 1,000 mails were refused as spam, or for our set-up."),
    ],
)
def test_a_provider_is_judged_by_limits(mails: MailRow, standing: str, says: str) -> None:
    """At each limit and below it; what was refused at once counts as tried."""
    found = judge_provider(mails)
    assert (found.standing, found.says, bool(found.remedy)) == (standing, says, standing in ("at risk", "bad"))


@pytest.mark.parametrize(
    ("mails", "words"), [(1_000, "a shared one"), (60_000, "may pay"), (200_000, "a machine of your own pays")]
)
def test_advice_on_a_sender_of_ones_own_goes_by_volume(mails: int, words: str) -> None:
    """And says whether codes and newsletters share a domain."""
    standing = Standing(provider="Gmail", mails=mails, standing="good", says="")
    volume, domains = advise_sender([standing], 30, "post.amsel.example", "leaf.amsel.example")
    assert words in volume
    assert "neither hurts the other" in domains
    assert "subdomain of its own" in advise_sender([standing], 30, "amsel.example", "amsel.example")[1]


class Lists(Resolver):
    """DNS of the lists."""

    async def find(self, name: str, kind: RecordType) -> DnsAnswer:
        """Answer from a table."""
        assert kind == "A"
        table: dict[str, DnsAnswer] = {
            "mail.amsel-tee.de": DnsAnswer(values=("9.9.9.9", "10.0.0.1")),
            "amsel-tee.de.dbl.spamhaus.org": DnsAnswer(values=("127.0.1.2",)),
            "9.9.9.9.zen.spamhaus.org": DnsAnswer(values=("127.255.255.254",)),
        }
        return table.get(name, DnsAnswer())


def test_lists_are_asked_for_domains_and_the_public_machine() -> None:
    """A listing says where to go; a list that does not serve our resolver says nothing; private ones are left."""

    async def ask() -> list[tuple[str, bool, str]]:
        found = ask_blocklists(["amsel-tee.de", "amsel-tee.de"], "mail.amsel-tee.de", Lists())
        return [(one.what, one.good, one.says) async for one in found]

    assert asyncio.run(ask()) == [
        ("amsel-tee.de at dbl.spamhaus.org", False, "It is listed."),
        ("9.9.9.9 at zen.spamhaus.org", True, "It did not answer, so this was not looked at."),
        ("9.9.9.9 at bl.spamcop.net", True, "Not listed."),
    ]
