"""``doorstep report reputation``: what each mailbox provider thinks of our mail, blocklists, and what helps."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer
from rich.markup import escape

from domain import record as records
from domain.consent.mail_providers import domain_of, is_asked_of_dns
from domain.ports import RecordStore
from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.deliverability.blocklists import ask_blocklists
from service.deliverability.dns import Resolver
from service.engine.clock import system_now
from service.mail_pace.providers import ProviderBook
from service.messenger.doctor import Diagnosis
from service.reports.mail import read_mails
from service.reports.reputation import Standing, advise_sender, judge_provider
from service.runtime.settings import read_settings

MOST_DOMAINS = 500
DNS_SECONDS = 5.0
"""How long DNS is waited for in all, for providers and again for lists."""


def report_reputation(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back, today included (UTC).")] = 30,
    dns: Annotated[bool, typer.Option("--dns/--no-dns", help="Ask DNS for providers and blocklists.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what each mailbox provider thinks of our mail, what blocklists say, and what helps."""
    standings, advice, lists = asyncio.run(_read(days, dns=dns))
    if json:
        told = {"providers": [msgspec.to_builtins(one) for one in standings], "advice": advice}
        output.print_json({**told, "blocklists": [msgspec.to_builtins(one) for one in lists]})
        return
    for one in standings:
        output.out.print(
            f"[bold]{escape(one.provider)}[/]: {one.standing}. {one.says}", soft_wrap=True, highlight=False
        )
        if one.remedy:
            output.out.print(f"  → {one.remedy}", soft_wrap=True)
    if not standings:
        output.out.print(f"No mail in {days} days.")
    for found in lists:
        output.out.print(f"{'✓' if found.good else '✗'} {found.what}: {found.says}", soft_wrap=True, highlight=False)
        if found.remedy and not found.good:
            output.out.print(f"  → {found.remedy}", soft_wrap=True)
    for text in advice:
        output.out.print(text, soft_wrap=True, highlight=False)


async def _read(days: int, *, dns: bool) -> tuple[list[Standing], list[str], list[Diagnosis]]:
    today = system_now().date()
    since = datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=days - 1)
    async with open_existing_store() as (store, keys):
        senders = (await open_engine(store, keys)).editions.current.config.senders
        found = (await find_providers(store))[0] if dns else {}
        rows = await read_mails(store, keys, since, "provider", providers=found)
    # What only waits, or was refused by ourselves, no provider has seen.
    seen = [row for row in rows if row.accepted or row.failed]
    standings = [judge_provider(row) for row in sorted(seen, key=lambda row: -row.accepted)]
    ours = [domain_of(sender.email) for sender in (senders.transactional, senders.marketing)]
    return standings, advise_sender(standings, days, *ours), await _ask_lists(ours) if dns else []


async def find_providers(store: RecordStore) -> tuple[dict[str, str], str]:
    """Return by domain who keeps its mailboxes, as DNS names their servers, and what DNS left open, as a sentence."""
    book = ProviderBook()
    found = await book.find_all(await _list_domains(store), DNS_SECONDS)
    if not book.unanswered:
        return found, ""
    return found, "DNS did not answer for some domains; their mailboxes count as “other”."


async def _list_domains(store: RecordStore) -> list[str]:
    """Return the most frequent domains of which only DNS knows the provider."""
    counts: Counter[str] = Counter()
    async for _, raw in store.all_subscribers():
        counts.update({domain_of(held.email) for held in records.decode(raw).addresses.values()})
    return [domain for domain, _ in counts.most_common() if is_asked_of_dns(domain)][:MOST_DOMAINS]


async def _ask_lists(domains: list[str]) -> list[Diagnosis]:
    machine = urlsplit(read_settings(needed=False).public_url).hostname or ""
    lists: list[Diagnosis] = []
    try:
        # Names that exist nowhere, as in the demo, are on no list.
        asked = [domain for domain in domains if is_asked_of_dns(domain)]
        async with asyncio.timeout(DNS_SECONDS):
            async for found in ask_blocklists(asked, machine if is_asked_of_dns(machine) else "", Resolver()):
                lists.append(found)  # noqa: PERF401  what was told before DNS fell silent is kept
    except TimeoutError:
        lists.append(Diagnosis(what="blocklists", good=True, says="DNS did not answer in time.", remedy=""))
    return lists
