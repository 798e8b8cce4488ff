"""Who keeps a mailbox is told by domain, else by DNS, and nobody waits for it while sending."""

import asyncio

import pytest

from domain.consent.mail_providers import OTHER, PROVIDERS, is_asked_of_dns, name_by_servers
from service.deliverability.dns import DnsAnswer
from service.mail_pace import providers
from service.mail_pace.providers import FAILURES, MOST_QUESTIONS, REST_SECONDS, ProviderBook


@pytest.mark.parametrize(
    ("answers", "provider"),
    [
        (("10 alt1.aspmx.l.google.com", "1 aspmx.l.google.com"), "Gmail"),
        (("1 SMTP.GOOGLE.COM.",), "Gmail"),
        (("0 amsel-tea.mail.protection.outlook.com",), "Microsoft"),
        (("0 amsel-tea.q-v1.mx.microsoft",), "Microsoft"),
        (("1 mta5.am0.yahoodns.net",), "Yahoo"),
        (("10 mx01.mail.icloud.com", "10 mx02.mail.icloud.com"), "Apple"),
        (("10 mx00.gmx.net",), "GMX and web.de"),
        (("10 mx00.t-online.de",), "T-Online"),
        # the most preferred one decides: a back-up at Google is not where the mail lies
        (("20 aspmx.l.google.com", "5 mail.amsel.example"), OTHER),
        (("10 notgoogle.com",), OTHER),
        (("0 .",), OTHER),
        ((), OTHER),
    ],
)
def test_mail_servers_tell_the_provider(answers: tuple[str, ...], provider: str) -> None:
    """By the end of the name of the most preferred server."""
    assert name_by_servers(answers) == provider


def test_dns_is_asked_only_where_it_can_tell() -> None:
    """Not for a domain that the table has, nor for names that exist nowhere."""
    assert not any(map(is_asked_of_dns, (*PROVIDERS, "amsel.example", "example.com", "localhost", "")))
    assert is_asked_of_dns("amsel-tee.de")


class Dns:
    """DNS that answers when it is told to."""

    def __init__(self, *, known: bool = True) -> None:
        """Answer nothing yet."""
        self.known, self.asked = known, list[str]()
        self.opened = asyncio.Event()
        self.now = 0.0

    async def find(self, domain: str) -> DnsAnswer:
        """Answer once opened."""
        self.asked.append(domain)
        await self.opened.wait()
        return DnsAnswer(values=("1 aspmx.l.google.com",) if self.known else (), known=self.known)

    def book(self) -> ProviderBook:
        """Return a book that asks here."""
        return ProviderBook(find_servers=self.find, seconds=lambda: self.now)


async def test_nobody_waits_while_dns_is_asked() -> None:
    """A question goes on beside; the next who asks gets its answer, and it is asked once."""
    dns = Dns()
    book = dns.book()
    assert [book.name_now("a@amsel-tee.de"), book.name_now("b@AMSEL-TEE.de"), book.name_now("c@gmail.com")] == [
        "", "", "Gmail",
    ]  # fmt: skip
    dns.opened.set()
    assert await book.find("a@amsel-tee.de") == "Gmail"
    assert (book.name_now("b@amsel-tee.de"), dns.asked) == ("Gmail", ["amsel-tee.de"])


async def test_without_dns_domains_count_as_other_and_it_is_left_alone() -> None:
    """After some questions without an answer none is asked for ten minutes."""
    dns = Dns(known=False)
    dns.opened.set()
    book = dns.book()
    for number in range(FAILURES):
        assert await book.find(f"a@amsel{number}.de") == OTHER
    assert (book.name_now("a@another.de"), len(dns.asked), book.unanswered) == (OTHER, FAILURES, FAILURES)
    dns.now += REST_SECONDS
    assert book.name_now("a@another.de") == ""


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The domain that was asked for longest ago is forgotten, and only so many questions are under way."""
    monkeypatch.setattr(providers, "MOST_DOMAINS", 3)
    dns = Dns()
    book = dns.book()
    for number in range(MOST_QUESTIONS + 10):
        assert book.name_now(f"a@amsel{number}.de") == ""
    await asyncio.sleep(0)
    assert len(dns.asked) == MOST_QUESTIONS
    dns.opened.set()
    assert await book.find_all([f"amsel{number}.de" for number in range(9)], within=5) == {
        f"amsel{number}.de": "Gmail" for number in range(9)
    }
    assert len(book._known) == 3


async def test_a_plan_waits_for_dns_only_so_long() -> None:
    """What is not answered by then counts as other."""
    book = Dns().book()
    assert await book.find_all(["amsel-tee.de"], within=0.01) == {"amsel-tee.de": OTHER}
    assert book.unanswered == 1
