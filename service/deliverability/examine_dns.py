"""Examines what DNS holds for a sender's domain, and says for each what to put there.

Facts: RFC 7208 (SPF), 6376 (DKIM), 7489 (DMARC), 7505 (null MX), and what Gmail, Yahoo and Microsoft ask of senders.
"""

import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass

from email_out.dkim.signing_keys import SigningKey, write_zone_line
from service.deliverability.dns import Resolver
from service.deliverability.spf import MOST_LOOKUPS, read_spf
from service.messenger.doctor import Diagnosis, failed_check, passed_check

_DMARC_EXAMPLE = "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedSender:
    """A domain from which mail goes out."""

    domain: str
    """Of ``From``, in ASCII."""
    bounces: str = ""
    """Domain of the envelope sender; empty if it is that of ``From``."""
    keys: tuple[SigningKey, ...] = ()
    """Those that sign; empty if somebody else signs."""
    waiting: tuple[SigningKey, ...] = ()
    """Those that wait to sign."""


def not_looked_at(what: str, put: str = "") -> Diagnosis:
    """Return that DNS did not answer, with what belongs there."""
    return Diagnosis(what=what, good=True, says="DNS did not answer, so this was not looked at.", remedy=put)


async def examine_sender(sender: ExaminedSender, resolver: Resolver) -> AsyncIterator[Diagnosis]:
    """Yield what DNS says of a domain, in the order in which a receiver asks."""
    # SPF is asked of the envelope sender, not of From (RFC 7208 §2.4).
    yield await _examine_spf(sender.bounces or sender.domain, resolver)
    async for diagnosis in _examine_keys(sender, resolver):
        yield diagnosis
    yield await _examine_dmarc(sender, resolver)
    yield await _examine_mailbox(sender.domain, "answers", resolver)
    if sender.bounces:
        yield await _examine_mailbox(sender.bounces, "bounces", resolver)


async def _examine_spf(domain: str, resolver: Resolver) -> Diagnosis:
    what = f"SPF of {domain}"
    example = write_zone_line(domain, "v=spf1 include:<your provider> -all")
    spf = await read_spf(resolver, domain)
    if not spf.known:
        return not_looked_at(what, example)
    if spf.records != 1:
        says = "There is none." if not spf.records else f"There are {spf.records}, and receivers take none then."
        return failed_check(what, says, f"Put one into DNS: {example}")
    if spf.lookups > MOST_LOOKUPS:
        says = f"It asks DNS more than {MOST_LOOKUPS} times, and receivers give up then."
        return failed_check(what, says, "Take includes out that send no mail of yours.")
    if spf.missing:
        return failed_check(what, f"It includes {', '.join(spf.missing)}, which has none.", "Take it out.")
    if spf.ending in ("", "+all", "?all"):
        says = (
            "It lets every machine of the world send." if spf.ending == "+all" else "It does not say who must not send."
        )
        return failed_check(what, says, "Let it end with ~all, and with -all when all your mail passes.")
    return passed_check(what, f"One record, {spf.lookups} of {MOST_LOOKUPS} look-ups, {spf.ending}.")


async def _examine_keys(sender: ExaminedSender, resolver: Resolver) -> AsyncIterator[Diagnosis]:
    if not sender.keys:
        says = "No key here signs for it; your provider must, with d= of this domain."
        remedy = f"Or sign yourself: DOORSTEP_DKIM_KEYS and doorstep mail keys make {sender.domain}"
        yield Diagnosis(what=f"DKIM of {sender.domain}", good=True, says=says, remedy=remedy)
    for key in (*sender.keys, *sender.waiting):
        what, line = f"DKIM key {key.selector}", write_zone_line(key.record_name, key.record)
        answer = await resolver.find_texts(key.record_name)
        if not answer.known:
            yield not_looked_at(what, line)
        # People fold long records anew when they paste them, so blanks do not count.
        elif "".join(key.record.split()) in ("".join(text.split()) for text in answer.values):
            yield passed_check(what, "DNS has the key that is here.")
        else:
            says = "DNS has another key." if answer.values else "DNS has no key."
            yield failed_check(what, says, f"Put it there: {line}")


async def find_dmarc(domain: str, resolver: Resolver) -> tuple[str, str, bool]:
    """Return the domain whose DMARC record holds for this one, the record, and False if DNS did not answer."""
    labels, known = domain.split("."), True
    # Up to the organisation's domain (RFC 9091): the first record on the way holds.
    for name in (".".join(labels[at:]) for at in range(max(1, len(labels) - 1))):
        answer = await resolver.find_texts(f"_dmarc.{name}")
        known = known and answer.known
        records = [text for text in answer.values if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(records) == 1:
            return name, records[0], True
    return "", "", known


def read_tags(record: str) -> dict[str, str]:
    """Return the tags of a DMARC record."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


async def _examine_dmarc(sender: ExaminedSender, resolver: Resolver) -> Diagnosis:
    what = f"DMARC of {sender.domain}"
    example = write_zone_line(f"_dmarc.{sender.domain}", _DMARC_EXAMPLE.format(domain=sender.domain))
    organisation, record, known = await find_dmarc(sender.domain, resolver)
    if not record:
        return (
            failed_check(what, "There is none; Gmail and Yahoo refuse bulk mail then.", f"Put one into DNS: {example}")
            if known
            else not_looked_at(what, example)
        )
    # One of the two must be aligned (RFC 7489 §3.1).
    tags = read_tags(record)
    aligned = [
        name
        for name, domain, mode in (
            ("envelope sender", sender.bounces or sender.domain, tags.get("aspf", "r")),
            *((("DKIM", sender.keys[0].domain, tags.get("adkim", "r")),) if sender.keys else ()),
        )
        if is_aligned(sender.domain, domain, organisation, mode)
    ]
    if not aligned:
        says = (
            f"The envelope sender {sender.bounces} belongs to another organisation than From, and no key of ours signs."
        )
        return failed_check(
            what, says, f"Let bounces be a domain below {organisation}, or sign with a key of this domain."
        )
    return passed_check(what, f"p={tags.get('p', 'none')} at {organisation}; aligned: {' and '.join(aligned)}.")


def is_aligned(sender: str, other: str, organisation: str, mode: str) -> bool:
    """Return True if a domain counts as that of ``From``: strictly the same (s), or of one organisation (r)."""
    if mode == "s":
        return sender == other
    return other == organisation or other.endswith(f".{organisation}")


async def _examine_mailbox(domain: str, whose: str, resolver: Resolver) -> Diagnosis:
    what = f"mail to {domain}"
    answer = await resolver.find(domain, "MX")
    if not answer.known:
        return not_looked_at(what)
    # “10 mail.example.com” → mail.example.com
    servers = [value.split()[-1].rstrip(".") for value in answer.values]
    if servers in ([""], ["."]):
        return failed_check(what, f"It takes no mail (null MX), so {whose} are lost.", "Name a mail server in its MX.")
    if not servers and not (await resolver.find(domain, "A")).values:
        return failed_check(
            what, f"It has no mail server, so {whose} are lost.", f"{domain}. IN MX 10 <your mail server>."
        )
    return passed_check(what, f"It is taken by {', '.join(servers) or domain}.")


async def examine_machine(name: str, resolver: Resolver) -> Diagnosis:
    """Examine the name with which this machine greets: its address should lead back to it (Gmail asks for it)."""
    what = f"greeting as {name}"
    answer = await resolver.find(name, "A")
    other = await resolver.find(name, "AAAA")
    if not answer.known and not other.known:
        return not_looked_at(what)
    addresses = (*answer.values, *other.values)
    if not addresses:
        return failed_check(what, "The name has no address.", "Greet with a name of this machine: DOORSTEP_PUBLIC_URL.")
    if all(ipaddress.ip_address(address).is_private for address in addresses):
        return passed_check(what, "It is a name inside your network; a relay greets the world for us.")
    # One address that leads back is enough: mail goes out by any of them.
    for address in addresses:
        if name in (await resolver.find_host_names(address)).values:
            return passed_check(what, f"{address} leads back to it.")
    return failed_check(
        what, f"{addresses[0]} does not lead back to it (PTR).", "Ask your hoster; needless if a relay sends for you."
    )
