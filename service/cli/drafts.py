"""``doorstep drafts``: the mails of draft sequences that wait for approval; read some, send or drop them."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.decision import Context
from domain.event_types.team import DraftsSettled
from domain.keyring import Keyring
from domain.ports import RecordStore
from domain.record import Subscriber
from email_out.pages.masked_address import mask_email
from email_out.templates.render import RenderError, render
from language.conditions.sequence_tests import sequence_of
from language.findings import suggest_name
from onboarding.engine.drafts import list_drafts
from onboarding.engine.make_messages import make_mail
from onboarding.engine.passes import find_pass, put_in_front
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import MailSequence, Send
from service.cli import output
from service.cli.open_engine import CommandEngine, open_engine
from service.cli.open_store import open_existing_store, read_store_settings
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_chosen
from service.workspace.edition import Edition

drafts = typer.Typer(help="Mails of draft sequences that wait for approval.", no_args_is_help=True)

LOCAL = "http://127.0.0.1:8080"
PlaceArgument = Annotated[str, typer.Argument(metavar="SEQUENCE[/STEP]", help="Such as winback or winback/nudge.")]
NEARLY_ALL_LINES = 40
"""Lines of a mail that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDraft:
    """One mail that waits for approval."""

    record: Subscriber
    sequence: MailSequence
    step: str
    template: str
    since: datetime
    number: int
    """Number of the pass."""


@drafts.command("list")
def list_waiting_drafts(
    place: Annotated[str, typer.Argument(metavar="[SEQUENCE[/STEP]]", help="Only those.")] = "",
    *,
    sample: Annotated[int, typer.Option(min=0, max=50, help="Show so many; their links open nothing.")] = 0,
    show: Annotated[bool, typer.Option("--show", help="Show addresses, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List mails that wait for approval: how many, since when, and some of them in full."""
    waiting, samples = asyncio.run(_read_drafts(place, sample, show=show))
    if json:
        output.print_json([
            {"person": one.record.id, "sequence": one.sequence.name, "step": one.step, "mail": one.template,
             "since": one.since} for one in waiting
        ])  # fmt: skip
        return
    if not waiting:
        output.out.print("No mail waits for approval.")
        return
    output.print_whole_table(_build_table(waiting))
    for text in samples:
        output.out.print(escape(text), soft_wrap=True)
    first = waiting[0].sequence.name
    output.out.print(f"Send them: doorstep drafts send {first}   Drop them: doorstep drafts drop {first}")


@drafts.command("send")
def send_drafts(place: PlaceArgument) -> None:
    """Send mails that wait for approval; each passes every rule again, and what cannot go now goes when it may."""
    counts = asyncio.run(_settle(place, send=True))
    parts = [
        f"{counts[word]:,} {word}"
        for word in (
            "on their way",
            "not wanted any more",
            "go by themselves when it is morning there or there is room",
        )
        if counts[word]
    ]
    output.out.print(f"{', '.join(parts) or 'No mail waits for approval'}.")


@drafts.command("drop")
def drop_drafts(place: PlaceArgument) -> None:
    """Drop mails that wait for approval; nobody gets them, and everybody goes on."""
    counts = asyncio.run(_settle(place, send=False))
    output.out.print(f"{counts.total():,} dropped." if counts else "No mail waits for approval.")


async def _read_drafts(place: str, sample: int, *, show: bool) -> tuple[list[WaitingDraft], list[str]]:
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        context = Context(
            now=engine.clock(), entropy=fresh_entropy(), keys=keys, config=engine.editions.current_config(),
            house=await load_chosen(store),
        )  # fmt: skip
        waiting = await _find_drafts(store, engine.editions.current, place, context)
        public_url = read_store_settings().public_url or LOCAL
        texts = [_show_mail(one, engine.editions.current, context, public_url, show=show) for one in waiting[:sample]]
        return waiting, texts


async def _find_drafts(store: RecordStore, edition: Edition, place: str, context: Context) -> list[WaitingDraft]:
    """Return what waits, the oldest first; raises :class:`typer.BadParameter` for a place that is not there."""
    name, _, step = place.partition("/")
    sequences = edition.rules.sequences.sequences
    if name and name not in sequences:
        message = f"there is no sequence “{name}”. {suggest_name(name, sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    if step and step not in sequences[name].steps:
        message = f"“{step}” is no step of {name}. {suggest_name(step, sequences[name].steps)}"
        raise typer.BadParameter(message, param_hint="STEP")
    waiting = [
        draft
        async for _, raw in store.all_subscribers()
        for draft in _drafts_of(records.decode(raw), sequences, context)
        if name in ("", draft.sequence.name) and step in ("", draft.step)
    ]
    return sorted(waiting, key=lambda one: (one.since, one.record.id))


def _drafts_of(whole: Subscriber, sequences: Mapping[str, MailSequence], context: Context) -> Iterator[WaitingDraft]:
    for name, run in whole.runs.items():
        if not run.drafts or sequence_of(name) not in sequences:
            continue
        # Templates, texts and ids are those of the pass in front.
        sequence, record = sequences[sequence_of(name)], put_in_front(whole, name)
        for written, since in list_drafts(run, context.now):
            step = sequence.steps.get(sequence.current_name(written))
            if step and isinstance(step.action, Send):
                template, _ = choose_template(sequence, step.name, step.action, record, context)
                yield WaitingDraft(
                    record=record, sequence=sequence, step=step.name, template=template, since=since, number=run.number
                )


def _show_mail(draft: WaitingDraft, edition: Edition, context: Context, public_url: str, *, show: bool) -> str:
    record, sequence = draft.record, draft.sequence
    action = sequence.steps[draft.step].action
    topic = action.topic if isinstance(action, Send) else ""
    mail = make_mail(sequence, draft.step, draft.template, record, context, topic=topic)
    email = record.addresses[mail.address].email if mail.address in record.addresses else ""
    person = f"{record.id} <{email}>" if show and email else record.id
    # Signed with other keys: a link that is pressed here must not unsubscribe the person.
    keys = Keyring(fresh_entropy().hex())
    try:
        rendered = render(edition.mails, mail, record, edition.config, keys, public_url)
    except RenderError as error:
        return f"\n── {draft.template} to {person}: cannot be written: {error}"
    text = rendered.text if show or not email else rendered.text.replace(email, mask_email(email))
    lines = text.strip().splitlines()[:NEARLY_ALL_LINES]
    return "\n".join([f"\n── {draft.template} to {person}", f"Subject: {rendered.subject}", "", *lines, ""])


def _build_table(waiting: list[WaitingDraft]) -> Table:
    table = Table("sequence", "step", "mail", box=None, pad_edge=False)
    for heading in ("waiting", "since (UTC)"):
        table.add_column(heading, justify="right")
    groups = Counter((one.sequence.name, one.step, one.template) for one in waiting)
    oldest = {
        key: min(one.since for one in waiting if (one.sequence.name, one.step, one.template) == key) for key in groups
    }
    for (sequence, step, template), number in groups.items():
        since = f"{oldest[sequence, step, template]:%Y-%m-%d %H:%M}"
        table.add_row(escape(sequence), escape(step), escape(template), f"{number:,}", since)
    return table


async def _settle(place: str, *, send: bool) -> Counter[str]:
    """Send or drop what waits; return how many mails went which way."""
    name, _, step = place.partition("/")
    counts: Counter[str] = Counter()
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        context = Context(
            now=engine.clock(), entropy=fresh_entropy(), keys=keys, config=engine.editions.current_config(),
            house=await load_chosen(store),
        )  # fmt: skip
        waiting = await _find_drafts(store, engine.editions.current, place, context)
        for person in dict.fromkeys(one.record.id for one in waiting):
            theirs = [one for one in waiting if one.record.id == person]
            counts += await _settle_person(engine, theirs, DraftsSettled(
                id=f"drafts-{fresh_entropy().hex()}", at=engine.clock(), sequence=name, step=step, send=send
            ))  # fmt: skip
            await store.publish_hint(store.partition_of(person))
    return counts


async def _settle_person(engine: CommandEngine, theirs: list[WaitingDraft], event: DraftsSettled) -> Counter[str]:
    record = (await engine.transact(theirs[0].record.id, (event,))).record
    counts: Counter[str] = Counter()
    for one in theirs if record else ():
        run = record.runs.get(find_pass(record, one.sequence.name, one.number)) if record else None
        if run and one.step in run.sent:
            counts["on their way"] += 1
        elif run and run.drafts.get(one.step):
            counts["go by themselves when it is morning there or there is room"] += 1
        else:
            counts["not wanted any more"] += 1
    return counts
