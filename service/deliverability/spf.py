"""Reads SPF as receivers do: one record, and at most ten look-ups (RFC 7208 §4.6.4)."""

import re
from dataclasses import dataclass, field

from service.deliverability.dns import DnsAnswer, Resolver

MOST_LOOKUPS = 10
_DEEPEST = 10
_COSTS = ("include", "a", "mx", "ptr", "exists", "redirect")
"""Terms that ask DNS."""
_TERM = re.compile(r"[+?~-]?(?P<name>[a-z][a-z0-9]*)(?:[:=](?P<value>\S*))?(?:/\S*)?", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class SpfReading:
    """What SPF says of a domain."""

    record: str = ""
    """Its record; empty if there is none, or several."""
    records: int = 0
    lookups: int = 0
    ending: str = ""
    """What becomes of all other machines: ``-all``, ``~all``, ``?all``, ``+all``; empty if nothing is said."""
    known: bool = True
    """False if DNS did not answer."""
    missing: list[str] = field(default_factory=list)
    """Domains that are included and have no SPF."""


async def read_spf(resolver: Resolver, domain: str) -> SpfReading:
    """Return what SPF says of a domain, with the look-ups that it costs a receiver."""
    reading = SpfReading()
    answer = await resolver.find_texts(domain)
    found = _pick_records(answer)
    reading.known, reading.records = answer.known, len(found)
    if len(found) == 1:
        reading.record = found[0]
        await _count(resolver, found[0], reading, depth=0)
    return reading


def _pick_records(answer: DnsAnswer) -> list[str]:
    return [text for text in answer.values if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


async def _count(resolver: Resolver, record: str, reading: SpfReading, *, depth: int) -> None:
    for word in record.split()[1:]:
        term = _TERM.fullmatch(word)
        name = term["name"].lower() if term else ""
        if name == "all" and not depth:
            reading.ending = word.lower() if word[0] in "+-~?" else f"+{word.lower()}"
        # Two records that include each other would go round for ever; receivers give up after ten look-ups, too.
        if name not in _COSTS or reading.lookups > MOST_LOOKUPS:
            continue
        reading.lookups += 1
        target = term["value"] if term else ""
        if name in ("include", "redirect") and target and depth < _DEEPEST:
            below = _pick_records(answer := await resolver.find_texts(target))
            if len(below) == 1:
                # “redirect” is as if the other record stood here, its “all” included.
                await _count(resolver, below[0], reading, depth=depth if name == "redirect" else depth + 1)
            elif answer.known:
                reading.missing.append(target)
