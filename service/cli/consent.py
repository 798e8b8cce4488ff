"""``doorstep consent prove`` and ``verify``: the evidence for one address, and the check of all hash chains."""

import asyncio
from typing import Annotated, Any

import msgspec
import typer
from email_validator import EmailNotValidError, validate_email
from rich.markup import escape

from domain import record as records
from domain.consent import address_registry, ledger
from domain.effects import LedgerEntry
from domain.ports import Store
from service.cli import output
from service.cli.open_store import open_existing_store

consent = typer.Typer(help="The consent ledger: evidence, and proof that nothing was changed.", no_args_is_help=True)


@consent.command("prove")
def prove_consent(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address in question.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the bundle as JSON.")] = False,
) -> None:
    """Print everything that proves (or disproves) consent for an address."""
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error)) from None
    bundle = asyncio.run(_collect_evidence(checked))
    if json:
        output.print_json(bundle)
    else:
        _print_bundle(bundle)
    if not bundle["holders"]:  # scripts ask by the exit code whether there is evidence
        raise typer.Exit(output.WRONG)


async def _collect_evidence(email: str) -> dict[str, Any]:
    async with open_existing_store() as (store, keys):
        name = keys.address_hash(email)  # the store knows addresses by their keyed hash only
        raw, _ = await store.load_address(name)
        state = address_registry.decode_state(raw)
        holders = [await _holder_evidence(store, subscriber, name) for subscriber in state.holders]
    return {
        "address": email,
        "owner": state.owner,
        "suppressions": [msgspec.structs.asdict(suppression) for suppression in state.suppressions],
        "holders": [holder for holder in holders if holder],
    }


async def _holder_evidence(store: Store, subscriber: str, name: str) -> dict[str, Any] | None:
    loaded = await store.load(subscriber)
    if loaded.record is None:
        return None
    record = records.decode(loaded.record)
    lines = await store.consent_ledger(subscriber)
    # A broken chain is printed with its entries: it is evidence, too.
    try:
        entries = ledger.verify_chain(lines, record.ledger_size, record.ledger_head)
        verdict = "whole"
    except ledger.BrokenChainError as error:
        entries, verdict = tuple(ledger.decode_entry(line) for line in lines), f"BROKEN: {error}"
    # Entries without an address are about the person: agreed or declined before an address was given.
    relevant = [entry for entry in entries if entry.address in ("", name)]
    return {
        "subscriber": subscriber,
        "messenger": {"page": record.identity.page, "psid": record.identity.psid},
        "chain": verdict,
        "consents": {
            topic: _consent_fields(given) for topic, given in record.consents.items() if given.address in ("", name)
        },
        "entries": [await _ledger_line(store, subscriber, entry) for entry in relevant],
    }


def _consent_fields(consent_now: records.Consent) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(consent_now).items() if value}


async def _ledger_line(store: Store, subscriber: str, entry: LedgerEntry) -> dict[str, Any]:
    line = {name: value for name, value in msgspec.structs.asdict(entry).items() if value}
    if entry.wording:
        # The ledger holds a hash of the wording; the text itself is stored once.
        line["text"] = await store.consent_wording(subscriber, entry.wording)
    return line


def _print_bundle(bundle: dict[str, Any]) -> None:
    out = output.out
    if not bundle["holders"]:
        out.print("Nobody gave this address.")
        return
    out.print(f"[bold]Consent evidence for {escape(bundle['address'])}[/]")
    for suppression in bundle["suppressions"]:
        since = f"{suppression['at']:%Y-%m-%d %H:%M:%S} UTC"
        out.print(f"suppressed: {suppression['reason']} since {since} {suppression['topic']}".rstrip())
    for holder in bundle["holders"]:
        owner = ", owner of the address" if holder["subscriber"] == bundle["owner"] else ""
        out.print(f"\n[bold]Subscriber {holder['subscriber']}[/]{owner}; ledger {holder['chain']}")
        for entry in holder["entries"]:
            _print_entry(entry)


def _print_entry(entry: dict[str, Any]) -> None:
    left_out = ("number", "previous", "at", "act", "text", "address")
    rest = ", ".join(f"{name} {value}" for name, value in entry.items() if name not in left_out)
    when = f"{entry['at']:%Y-%m-%d %H:%M:%S} UTC"
    output.out.print(f"{entry['number']:>3}  {when}  [bold]{entry['act']}[/]  {escape(rest)}", soft_wrap=True)
    if entry.get("text"):  # the wording that the person saw
        output.out.print(f"     [dim]“{escape(entry['text'])}”[/]", soft_wrap=True)


@consent.command("verify")
def verify_ledgers(*, json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Check the hash chain of every ledger."""
    counts, broken = asyncio.run(_verify_all_chains())
    if json:
        output.print_json({**counts, "broken": broken})
    else:
        output.out.print(f"{counts['subscribers']} ledgers with {counts['entries']} entries; {len(broken)} broken.")
        for subscriber, why in broken.items():
            output.out.print(f"[red]{subscriber}[/]: {why}")
    raise typer.Exit(output.WRONG if broken else output.GOOD)


async def _verify_all_chains() -> tuple[dict[str, int], dict[str, str]]:
    counts, broken = {"subscribers": 0, "entries": 0}, {}
    async with open_existing_store() as (store, _):
        for partition in range(store.partitions):
            for subscriber in await store.subscriber_names(partition):
                loaded = await store.load(subscriber)
                if loaded.record is None:  # erased since the names were read
                    continue
                record = records.decode(loaded.record)
                try:
                    entries = ledger.verify_chain(
                        await store.consent_ledger(subscriber), record.ledger_size, record.ledger_head
                    )
                    counts["entries"] += len(entries)
                except ledger.BrokenChainError as error:
                    broken[subscriber] = str(error)
                counts["subscribers"] += 1
    return counts, broken
