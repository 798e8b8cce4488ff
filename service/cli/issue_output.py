"""What ``doorstep issue`` prints, for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.markup import escape

from domain.record import Subscriber
from email_out.pages.masked_address import mask_email
from language.findings import Finding
from service.cli import output
from service.issues.count_readers import FAILED, LEFT_OUT, SENT, UNDER_WAY, UNKNOWN, WAITING
from service.issues.plan import IssuePlan
from service.issues.read_readers import Reader
from service.issues.status import IssueStatus
from service.mail_pace.share_keeper import tell_used_up
from service.mail_pace.shares import TOGETHER

LONGEST_REASON = 200
"""Characters of a reason."""
MOST_SHOWN = 6
"""Rows of a count that are shown on the terminal; the rest is added up."""
SHOWN_EDITION = 8
"""Characters of an edition's hash."""


def plan_as_json(plan: IssuePlan) -> dict[str, Any]:
    """Return a plan as JSON."""
    told: dict[str, Any] = msgspec.to_builtins(plan)
    return {**told, "expected_unsubscribes": plan.expected_unsubscribes}


def print_plan(plan: IssuePlan, samples: Sequence[str], findings: Sequence[Finding]) -> None:
    """Print a plan for people."""
    readers = f"{plan.readers:,} reader{'' if plan.readers == 1 else 's'}"
    output.out.print(f"[bold]{plan.issue}[/] would go to {readers} of {plan.topic}.", soft_wrap=True)
    if told := tell_audience(plan):
        _print_row("for", told)
    for label, counts in (
        ("language", plan.languages), ("mail", plan.mails), ("time zone", plan.zones), ("mailbox", plan.providers),
    ):  # fmt: skip
        if counts:
            _print_row(label, _join_counts(counts))
    if plan.begins and plan.ends:
        span = f"{plan.begins:%Y-%m-%d %H:%M}" + (f" to {plan.ends:%Y-%m-%d %H:%M}" if plan.ends > plan.begins else "")
        _print_row("begins", f"{span} UTC")
    _print_days(plan)
    out = sum(plan.left_out.values())
    _print_row("left out", f"{out:,}{': ' if out else ''}{_join_counts(plan.left_out)}")
    _print_comparison(plan)
    for sample in samples:
        _print_row("sample", sample)
    _print_row("check", f"{output.count_noun(len(findings), 'finding')}{':' if findings else ''}")
    output.print_findings(findings)
    output.out.print(
        f"Nothing was sent. Send it: doorstep issue send {plan.issue}   "
        f'Who is left out: doorstep issue plan {plan.issue} --people "REASON"',
        soft_wrap=True,
    )


def tell_audience(plan: IssuePlan) -> str:
    """Return whom the issue picks among those who confirmed its topic; empty if it names no condition."""
    everybody = f"{plan.confirmed:,} who confirmed {plan.topic}"
    if not plan.confirmed:
        return f"nobody: nobody has confirmed {plan.topic} yet"
    if not plan.condition:
        return ""
    if not plan.not_meant:
        return f"everybody: “{plan.condition}” holds of all {everybody}, so it tells nobody apart"
    if plan.not_meant == plan.confirmed:
        return f"nobody: “{plan.condition}” holds of none of the {everybody}"
    return f"“{plan.condition}”: {plan.confirmed - plan.not_meant:,} of the {everybody}"


def _print_days(plan: IssuePlan) -> None:
    if not plan.days:
        return
    days = max(plan.days.values())
    by = "" if list(plan.days) == [TOGETHER] or days == 1 else f": {_join_counts(plan.days)}"
    _print_row("takes", f"{days:,} day{'' if days == 1 else 's'} under the ramp-up{by}")
    if plan.too_late:
        _print_row("", f"{plan.too_late:,} of them would be too late by then: it has late: {plan.late}")


def _print_comparison(plan: IssuePlan) -> None:
    if not plan.past:
        return
    past = ", ".join(f"{one.name} {one.sent:,} ({one.unsubscribed:,} unsubscribed)" for one in plan.past)
    _print_row("before it", past)
    expected = plan.expected_unsubscribes
    if expected is not None:
        _print_row("expected", f"about {expected:,.0f} will unsubscribe within a week")


def print_status(status: IssueStatus) -> None:
    """Print what became of an issue, in one sentence and its parts."""
    why = f" ({status.why})" if status.why else ""
    output.out.print(
        f"[bold]{status.issue}[/] is {status.state}{escape(why)} since {status.since:%Y-%m-%d %H:%M} UTC.",
        soft_wrap=True,
    )
    output.out.print(escape(_tell_outcomes(status)), soft_wrap=True)
    if status.not_meant:
        output.out.print(
            escape(
                f"not meant {status.not_meant:,} who confirmed the topic: “{status.condition}” does not hold of them"
            ),
            soft_wrap=True,
        )
    if len(status.editions) > 1:  # only of an issue that was corrected on its way is it worth a line
        by = ", ".join(f"{name[:SHOWN_EDITION]} {count:,}" for name, count in status.editions.items())
        output.out.print(f"by edition: {by}", soft_wrap=True)
    if status.measured:
        output.out.print(
            f"clicked {status.clicked:,} of {status.measured:,} whose clicks are counted "
            f"({status.clicked / status.measured:.1%}); people only",
            soft_wrap=True,
        )
    if status.verdict:
        output.out.print(escape(status.verdict), soft_wrap=True)
    output.out.print(
        f'Who they are: doorstep issue status {status.issue} --people "left out" (or sent, waiting, unknown)',
        soft_wrap=True,
    )


def _tell_outcomes(status: IssueStatus) -> str:
    """Return how many mails of an issue had which outcome, and why."""
    counts = status.outcomes
    left_out = {name.removeprefix(LEFT_OUT): count for name, count in counts.items() if name.startswith(LEFT_OUT)}
    failed = {name.removeprefix(FAILED): count for name, count in counts.items() if name.startswith(FAILED)}
    parts = [f"sent {counts.get(SENT, 0):,}"]
    used_up = f" ({' and '.join(map(tell_used_up, status.used_up))})" if status.used_up else ""
    parts += [f"{UNDER_WAY} {counts[UNDER_WAY]:,}"] if counts.get(UNDER_WAY) else []
    parts += [f"{WAITING} {counts[WAITING]:,}{used_up}"] if counts.get(WAITING) else []
    parts += [f"left out {sum(left_out.values()):,}: {_join_counts(left_out)}"] if left_out else []
    # An answer of a server ends in a number of its own, so the count stands before it.
    parts += [f"failed {sum(failed.values()):,}: {_join_counts(failed, count_first=True)}"] if failed else []
    return "; ".join([*parts, f"unknown {counts.get(UNKNOWN, 0):,}"])


def print_people(people: Sequence[Reader], *, show: bool) -> None:
    """Print the people behind a number, one a line."""
    for reader in people:
        what = f"  {reader.line.status} {reader.line.note}" if reader.line else ""
        output.out.print(escape(f"{reader.record.id}  {_find_email(reader.record, show=show)}{what}"), soft_wrap=True)
    if not people:
        output.out.print("Nobody.")


def person_as_json(reader: Reader, *, show: bool) -> dict[str, str]:
    """Return a person behind a number as JSON."""
    line = reader.line
    return {
        "person": reader.record.id, "address": _find_email(reader.record, show=show),
        "status": line.status if line else "", "note": line.note if line else "",
    }  # fmt: skip


def _find_email(record: Subscriber, *, show: bool) -> str:
    # Masked unless somebody asks: a list of people is soon pasted somewhere.
    email = next((address.email for address in record.addresses.values()), "")
    return email if show or not email else mask_email(email)


def _join_counts(counts: Mapping[str, int], *, count_first: bool = False) -> str:
    # The counts come with the most frequent first, so what is added up are the small ones.
    shown = list(counts.items())[:MOST_SHOWN]
    rest = sum(counts.values()) - sum(count for _, count in shown)
    parts = [f"{count:,} {name}" if count_first else f"{name} {count:,}" for name, count in shown]
    return ", ".join([*parts, f"others {rest:,}"] if rest else parts)


def _print_row(label: str, text: str) -> None:
    output.out.print(f"  {label:<10} {escape(text)}", soft_wrap=True)
