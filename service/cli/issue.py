"""``doorstep issue``: a newsletter issue from its plan to its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from domain.keyring import Keyring
from domain.ports import Store
from language.durations import UnclearTimeError
from language.findings import Finding
from onboarding.issues.catalog import Issue
from onboarding.issues.moment import IssueMoment, parse_issue_moment
from onboarding.issues.offers import Release
from service.cli import issue_output, output
from service.cli.issue_findings import list_findings, require_live
from service.cli.issue_mails import write_sample_mails
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.issues import change_issue
from service.issues.change_issue import IssueRefusedError
from service.issues.index_readers import index_readers, is_indexed
from service.issues.plan import IssuePlan, IssuePlanner, pick_same_topic
from service.issues.read_readers import Reader
from service.issues.releases import read_release
from service.issues.states import NOW, IssueState, load_states
from service.issues.status import IssueStatus, StatusReader
from service.mail_pace.providers import ProviderBook
from service.workspace.edition import Edition

issue = typer.Typer(help="Newsletter issues: planned, sent, paused, stopped, counted.", no_args_is_help=True)

Answer = TypeVar("Answer")
HOLDS_AFTER_SECONDS = 1.0
"""All processes have seen a pause by then; the command returns when it holds."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="An issue of the live workspace, such as winter_teas.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Now = Annotated[bool, typer.Option("--now", help="Begin at once, whatever its file says.")]
At = Annotated[str, typer.Option("--at", help="When, if its file does not say: “Friday 09:00 their time”.")]
Corrected = Annotated[bool, typer.Option("--corrected", help="Write what did not begin by the live edition.")]
People = Annotated[str, typer.Option("--people", help="List who stands behind a number, such as “left out”.")]
Show = Annotated[bool, typer.Option("--show", help="With --people: show addresses.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every command works on."""

    store: Store
    keys: Keyring
    edition: Edition
    now: datetime
    states: dict[str, IssueState]
    find_edition: Callable[[str], Awaitable[Edition | None]]
    """Returns the edition of this hash."""
    release: Release
    """As it was released; of a draft, as it would be now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _MadePlan:
    """A plan, and what was asked for beside it."""

    plan: IssuePlan
    listed: list[Reader]
    samples: list[str]
    findings: list[Finding]
    """What check says of the issue and its mails."""


@issue.command("plan")
def plan_issue(
    name: Name,
    *,
    now: Now = False,
    at: At = "",
    mails: Annotated[Path | None, typer.Option("--mails", help="Write its mails for three people into DIR.")] = None,
    people: People = "",
    show: Show = False,
    json: Json = False,
) -> None:
    """Say who would get an issue, who is left out and why; nothing is sent."""
    made = _run(_plan(name, NOW if now else at, mails, people))
    if json:
        told = issue_output.plan_as_json(made.plan)
        output.print_json({**told, "mails_written": made.samples, "findings": made.findings})
    elif people:
        issue_output.print_people(made.listed, show=show)
    else:
        issue_output.print_plan(made.plan, made.samples, made.findings)
    if _has_error(made.findings):
        raise typer.Exit(output.WRONG)


@issue.command("send")
def send_issue(
    name: Name,
    *,
    now: Now = False,
    at: At = "",
    readers: Annotated[int | None, typer.Option("--readers", help="The number of readers, in place of typing.")] = None,
    json: Json = False,
) -> None:
    """Release an issue to those who have confirmed by now; the number of readers has to be typed."""
    number, state = _run(_send(name, NOW if now else at, readers))
    if json:
        output.print_json({"issue": name, "readers": number, "state": state.state, "edition": state.edition})
        return
    output.out.print(f"{name} is released to {number:,} readers. Follow it: doorstep issue status {name}")


@issue.command("pause")
def pause_issue(
    name: Name, *, reason: Annotated[str, typer.Option("--reason", help="Why; everybody who asks reads it.")] = ""
) -> None:
    """Hold every mail of an issue that did not begin; returns when it holds in all processes."""
    _run(_change(name, "pause", reason))
    output.out.print(f"{name} is paused. Let it go on: doorstep issue resume {name}")


@issue.command("resume")
def resume_issue(
    name: Name,
    *,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Write what did not begin by the live edition.")
    ] = False,
) -> None:
    """Let a paused issue go on, as it was or corrected."""
    _run(_change(name, "correct" if corrected else "resume"))
    by = " with the mail of the live edition" if corrected else ""
    output.out.print(f"{name} goes on{by}.")


@issue.command("stop")
def stop_issue(
    name: Name, *, reason: Annotated[str, typer.Option("--reason", help="Why; everybody who asks reads it.")] = ""
) -> None:
    """End an issue for good: no further mail of it begins; returns when it holds in all processes."""
    _run(_change(name, "stop", reason))
    output.out.print(f"{name} is stopped for good. Who has it: doorstep issue status {name}")


@issue.command("status")
def show_status(name: Name, *, people: People = "", show: Show = False, json: Json = False) -> None:
    """Say what became of an issue so far; every reader is counted once."""
    status, listed = _run(_read_status(name, people))
    if people and json:
        output.print_json([issue_output.person_as_json(reader, show=show) for reader in listed])
    elif people:
        issue_output.print_people(listed, show=show)
    elif json:
        output.print_json(status)
    else:
        issue_output.print_status(status)


def _run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a command's work; what an issue's state or number forbids ends it with the sentence that says so."""
    try:
        return asyncio.run(work)
    except IssueRefusedError as error:
        raise output.print_error(str(error)) from None


@asynccontextmanager
async def _open_desk(name: str, moment: str = "") -> AsyncIterator[_Desk]:
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        # A store that was made before there was an index, and no worker has walked over it yet.
        if not await is_indexed(store):
            await index_readers(store)
        states, now = await load_states(store), engine.clock()
        state, edition = states.get(name), engine.editions.current
        release = None
        if state and state.released_at:
            edition = await engine.editions.find_edition(state.edition) or edition
            release = read_release(name, state, edition)
        release = release or _draft_release(name, edition, moment, now)
        yield _Desk(
            store=store, keys=keys, edition=edition, now=now, states=states, release=release,
            find_edition=engine.editions.find_edition,
        )  # fmt: skip


def _draft_release(name: str, edition: Edition, moment: str, now: datetime) -> Release:
    found = require_live(name, edition)
    leaves = found.moment if not moment else _read_moment(moment)
    return Release(issue=found, edition=edition.hash, released_at=now, moment=leaves)


def _read_moment(text: str) -> IssueMoment | None:
    try:
        return None if text == NOW else parse_issue_moment(text)
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint="--at") from None


async def _plan(name: str, moment: str, mails: Path | None, people: str) -> _MadePlan:
    async with _open_desk(name, moment) as desk:
        planner = _make_planner(desk)
        past = await pick_same_topic(desk.states, desk.release.issue.topic, desk.edition, desk.find_edition)
        plan = await planner.make_plan(past)
        listed = await planner.list_people(people.removeprefix("left out: ")) if people else []
        await change_issue.note_plan(desk.store, name, plan.readers, desk.edition.hash, desk.now)
        samples = await asyncio.to_thread(write_sample_mails, desk.edition, desk.release.issue, mails, desk.now)
        findings = await asyncio.to_thread(list_findings, desk.edition, desk.release.issue)
        return _MadePlan(plan=plan, listed=listed, samples=samples, findings=findings)


def _make_planner(desk: _Desk) -> IssuePlanner:
    return IssuePlanner(
        store=desk.store, keys=desk.keys, config=desk.edition.config, release=desk.release, now=desk.now,
        providers=ProviderBook(),
    )  # fmt: skip


async def _send(name: str, moment: str, typed: int | None) -> tuple[int, IssueState]:
    async with _open_desk(name, moment) as desk:
        _require_moment(desk.release.issue, desk.release.moment, moment, desk)
        if _has_error(await asyncio.to_thread(list_findings, desk.edition, desk.release.issue)):
            message = f"check finds errors in {name}. Read them: doorstep issue plan {name}"
            raise IssueRefusedError(message)
        readers = (await _make_planner(desk).make_plan({})).readers
        change_issue.check_release(name, desk.states.get(name), readers, desk.edition.hash)
        # Whoever releases must know how many they write to: a wrong list shows by its number.
        if typed is None:
            typed = int(typer.prompt("How many readers will get it? Type the number", type=int))
        if change_issue.is_off(typed, readers):
            message = f"{typed:,} is not the number of readers. Nothing was sent."
            raise IssueRefusedError(message)
        return readers, await change_issue.release_issue(desk.store, name, desk.edition.hash, moment, desk.now)


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _require_moment(found: Issue, leaves: IssueMoment | None, said: str, desk: _Desk) -> None:
    if not said and leaves is None:
        message = f"{found.file} does not say when. Say --now, or --at “Friday 09:00 their time”."
        raise typer.BadParameter(message, param_hint="--now")
    if leaves and leaves.is_past(desk.now, ZoneInfo(desk.edition.config.timezone), found.late):
        message = f"“{leaves.text}” is past. Say --now, or mend “send” in {found.file}."
        raise IssueRefusedError(message)


async def _change(name: str, how: str, reason: str = "") -> None:
    async with _open_desk(name) as desk:
        why = " ".join(reason.split())[: issue_output.LONGEST_REASON]
        if how == "pause":
            await change_issue.pause_issue(desk.store, name, why, desk.now)
        elif how == "stop":
            await change_issue.stop_issue(desk.store, name, why, desk.now)
        else:
            edition = await _find_correction(desk, name) if how == "correct" else ""
            await change_issue.resume_issue(desk.store, name, edition, desk.now)
        # Whoever reads “is paused” may rely on it.
        if how in ("pause", "stop"):
            await asyncio.sleep(HOLDS_AFTER_SECONDS)


async def _find_correction(desk: _Desk, name: str) -> str:
    live = (await open_engine(desk.store, desk.keys)).editions.current
    corrected = live.issues.issues.get(name)
    if corrected is None or corrected.topic != desk.release.issue.topic:
        message = f"The live workspace has no issue {name} of the topic {desk.release.issue.topic}."
        raise IssueRefusedError(message)
    return live.hash


async def _read_status(name: str, people: str) -> tuple[IssueStatus, list[Reader]]:
    async with _open_desk(name) as desk:
        state = desk.states.get(name)
        if state is None or state.released_at is None:
            message = f"{name} was not released. See what it would do: doorstep issue plan {name}"
            raise IssueRefusedError(message)
        reader = StatusReader(
            store=desk.store, keys=desk.keys, config=desk.edition.config, release=desk.release, state=state,
            now=desk.now,
        )  # fmt: skip
        return await reader.count(), await reader.list_people(people) if people else []
