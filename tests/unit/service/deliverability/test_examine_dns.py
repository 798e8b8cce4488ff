"""The doctor of mail, asked by real DNS over UDP of a server in the test: what is wrong, and the line to put there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from email_out.dkim.signing_keys import SigningKey, load_keys, make_keys
from service.deliverability.dns import DnsAnswer, Resolver
from service.deliverability.examine_dns import ExaminedSender, examine_machine, examine_sender, is_aligned
from service.deliverability.spf import read_spf
from service.messenger.doctor import Diagnosis

DOMAIN, BOUNCES = "leaf.tea.example", "bounce.leaf.tea.example"
Zone = dict[tuple[str, str], list[str]]


class NameServer(asyncio.DatagramProtocol):
    """Answers from a zone: (name, type) → records as a zone file writes them."""

    def __init__(self, zone: Mapping[tuple[str, str], list[str]]) -> None:
        """Serve this zone; names have no last dot."""
        self.zone = zone
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        question = dns.message.from_wire(data)
        [asked] = question.question
        name, kind = asked.name.to_text().removesuffix(".").lower(), dns.rdatatype.to_text(asked.rdtype)
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if records := self.zone.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *records))
        elif not any(name == known for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        assert self.transport
        self.transport.sendto(reply.to_wire(), addr)


@pytest.fixture(name="zone")
def _zone() -> Zone:
    return {}


@pytest.fixture(name="resolver")
async def _resolver(zone: Zone) -> AsyncIterator[Resolver]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(zone), local_addr=("127.0.0.1", 0)
    )
    yield Resolver(servers=(("127.0.0.1", transport.get_extra_info("sockname")[1]),))
    transport.close()


@pytest.fixture(name="keys", scope="module")
def _keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, ...]:
    folder: Path = tmp_path_factory.mktemp("dkim")
    return load_keys(folder, DOMAIN, make_keys(folder, DOMAIN))


async def examine(sender: ExaminedSender, resolver: Resolver) -> dict[str, Diagnosis]:
    """Return what is said, by what it is about."""
    return {one.what: one async for one in examine_sender(sender, resolver)}


async def test_a_domain_that_has_everything_is_well(
    zone: Zone, resolver: Resolver, keys: tuple[SigningKey, ...]
) -> None:
    """Keys in several strings, DMARC of the organisation, an envelope sender below the same."""
    zone[BOUNCES, "TXT"] = ['"v=spf1 include:_spf.relay.example ~all"']
    zone["_spf.relay.example", "TXT"] = ['"v=spf1 a mx ip4:192.0.2.0/24 -all"']
    for key in keys:
        zone[key.record_name, "TXT"] = [f'"{key.record[:200]}" "{key.record[200:]}"']
    zone["_dmarc.tea.example", "TXT"] = ['"v=DMARC1; p=quarantine"']
    zone[DOMAIN, "MX"] = zone[BOUNCES, "MX"] = ["10 mail.tea.example."]
    told = await examine(ExaminedSender(domain=DOMAIN, bounces=BOUNCES, keys=keys), resolver)
    assert {one.what: one.says for one in told.values() if one.good} == {
        f"SPF of {BOUNCES}": "One record, 3 of 10 look-ups, ~all.",
        "DKIM key doorstep1": "DNS has the key that is here.",
        "DKIM key doorstep1e": "DNS has the key that is here.",
        f"DMARC of {DOMAIN}": "p=quarantine at tea.example; aligned: envelope sender and DKIM.",
        f"mail to {DOMAIN}": "It is taken by mail.tea.example.",
        f"mail to {BOUNCES}": "It is taken by mail.tea.example.",
    }
    assert all(one.good for one in told.values())


async def test_each_thing_that_is_missing_comes_with_its_line(
    zone: Zone, resolver: Resolver, keys: tuple[SigningKey, ...]
) -> None:
    """To be copied into DNS; the key of somebody else is not ours."""
    zone["doorstep1._domainkey.leaf.tea.example", "TXT"] = ['"v=DKIM1; k=rsa; p=AAAA"']
    zone[DOMAIN, "MX"] = ["0 ."]
    told = await examine(ExaminedSender(domain=DOMAIN, bounces="elsewhere.example", keys=keys), resolver)
    assert not any(one.good for one in told.values())
    assert told["SPF of elsewhere.example"].remedy == (
        'Put one into DNS: elsewhere.example. IN TXT "v=spf1 include:<your provider> -all"'
    )
    assert told["DKIM key doorstep1"].says == "DNS has another key."
    assert told["DKIM key doorstep1e"].remedy.startswith(f"Put it there: doorstep1e._domainkey.{DOMAIN}. IN TXT ")
    assert told[f"DMARC of {DOMAIN}"].remedy.endswith('"v=DMARC1; p=none; rua=mailto:dmarc@leaf.tea.example"')
    assert told[f"mail to {DOMAIN}"].says == "It takes no mail (null MX), so answers are lost."


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (['"v=spf1 -all"', '"v=spf1 ~all"'], "There are 2, and receivers take none then."),
        (['"v=spf1 include:loop.example -all"'], "It asks DNS more than 10 times, and receivers give up then."),
        (['"v=spf1 include:gone.example -all"'], "It includes gone.example, which has none."),
        (['"v=spf1 +all"'], "It lets every machine of the world send."),
        (['"v=spf1 ip4:192.0.2.1"'], "It does not say who must not send."),
        (['"v=spf1 redirect=whole.example"'], "One record, 1 of 10 look-ups, -all."),
    ],
)
async def test_spf_is_read_as_receivers_do(zone: Zone, resolver: Resolver, record: list[str], says: str) -> None:
    """Its number, its look-ups, its end; circles end."""
    zone[DOMAIN, "TXT"] = record
    zone["loop.example", "TXT"] = ['"v=spf1 include:loop.example include:loop.example -all"']
    zone["whole.example", "TXT"] = ['"v=spf1 ip4:192.0.2.1 -all"']
    told = await examine(ExaminedSender(domain=DOMAIN), resolver)
    assert told[f"SPF of {DOMAIN}"].says == says


async def test_an_envelope_sender_of_others_needs_a_signature(zone: Zone, resolver: Resolver) -> None:
    """DMARC asks for one of the two."""
    zone["_dmarc.leaf.tea.example", "TXT"] = ['"v=DMARC1; p=reject; aspf=s"']
    told = await examine(ExaminedSender(domain=DOMAIN, bounces="bounce.provider.example"), resolver)
    assert "belongs to another organisation than From, and no key of ours signs" in told[f"DMARC of {DOMAIN}"].says
    assert is_aligned("a.tea.example", "a.tea.example", "tea.example", "s")
    assert not is_aligned("a.tea.example", "tea.example", "tea.example", "s")
    assert not is_aligned("a.tea.example", "xtea.example", "tea.example", "r")


async def test_without_dns_it_says_so_and_checks_the_rest(keys: tuple[SigningKey, ...]) -> None:
    """Nothing is called wrong that nobody could look at; what belongs there is told all the same."""

    class Silent(Resolver):
        async def _ask(self, name: str, kind: object) -> DnsAnswer:  # noqa: ARG002  as its parent's
            return DnsAnswer(known=False)

    told = await examine(ExaminedSender(domain=DOMAIN, keys=keys), Silent())
    assert {one.says for one in told.values()} == {"DNS did not answer, so this was not looked at."}
    assert all(one.good for one in told.values())
    assert "p=" in told["DKIM key doorstep1"].remedy
    assert not (await read_spf(Silent(), DOMAIN)).known
    assert (await Resolver(servers=(("127.0.0.1", 1),)).find("a..b", "A")).known is False


@pytest.mark.parametrize(
    ("address", "names", "good"),
    [("192.0.2.7", [], True), ("8.8.4.4", [], False), ("8.8.4.4", ["mail.tea.example."], True), ("", [], False)],
)
async def test_the_greeting_leads_back(
    zone: Zone, resolver: Resolver, address: str, names: list[str], *, good: bool
) -> None:
    """A name inside the network greets a relay only."""
    if address:
        zone["mail.tea.example", "A"] = [address]
    if names:
        zone["4.4.8.8.in-addr.arpa", "PTR"] = names
    assert (await examine_machine("mail.tea.example", resolver)).good is good
