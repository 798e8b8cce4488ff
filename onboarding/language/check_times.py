"""Checks the times of a sequence against the limits of doorstep.yaml: hours that never meet, and caps.  Pure."""

from collections.abc import Iterator
from datetime import timedelta
from heapq import heappop, heappush

from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError
from language.findings import Finding, suggest_declaration
from language.mail_times.field_moments import parse_field_moment
from language.mail_times.mail_caps import MailCap, read_mail_caps
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.catalog import MailSequence, Send, SequenceStep
from onboarding.language.parts.send_hours import SendHours, never_meet, share_no_minute
from onboarding.language.parts.waits import WaitCounted, WaitFor, WaitTime, WaitWhen
from onboarding.language.ways import next_steps

DATE_TYPES = ("date", "moment")
"""Types of fields that one can count from."""


def check_times(source: YamlSource, sequence: MailSequence, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for hours in which no mail can leave, and a warning for a way on which mails wait for room."""
    yield from _check_hours(source, sequence, config)
    for cap in read_mail_caps(config.limits):
        # A cap of one is the distance of any two mails: they come one after the other, as people expect.
        found = _find_crowded_way(sequence, cap) if cap.number > 1 else None
        if found:
            last, length = found
            within = f"{length.days} days" if length >= timedelta(days=2) else "a day or two"
            message = f"“{last}” can be mail {cap.number + 1} within {within}; “{cap.text}” makes it wait."
            hint = "Wait longer before it, or send fewer."
            yield source.finding_at(("steps", last), "beyond-cap", message, hint, severity="warning", key=True)


def check_field_date(source: YamlSource, path: YamlPath, text: str, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for a time that is counted from a field which is not declared, or holds no date."""
    try:
        name = parse_field_moment(text, config.timezone).field
    except UnclearTimeError:
        return  # the compiler tells what is wrong with it
    yield from check_counted_field(source, path, name, config)


def check_counted_field(source: YamlSource, path: YamlPath, name: str, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for a field that is not declared, or holds no date."""
    dates = [field for field, declared in config.fields.items() if declared.type in DATE_TYPES]
    if name not in config.fields:
        message = f"“{name}” is no field of doorstep.yaml."
        yield source.finding_at(path, "unknown-field", message, suggest_declaration("field", name, dates))
    elif name not in dates:
        message = f"“{name}” holds no date: its type is {config.fields[name].type}."
        yield source.finding_at(path, "no-date", message, "Count from a field of the type date or moment.")


def _check_hours(source: YamlSource, sequence: MailSequence, config: WorkspaceConfig) -> Iterator[Finding]:
    limits, hours = config.limits, sequence.hours
    quiet = f"{limits.quiet_from}:00 to {limits.quiet_until}:00"
    if hours and hours.opening and never_meet(hours.opening, limits.quiet_from, limits.quiet_until):
        message = f"“{hours.text}” lies in the quiet hours ({quiet}), so no mail could ever leave."
        yield source.finding_at(("hours",), "hours-never-meet", message, "Choose hours between them.")
        return
    for name, step in sequence.steps.items():
        moment = step.action.at if isinstance(step.action, Send) else None
        if moment is None or moment.opening is None:
            continue
        path = ("steps", name, "at")
        if never_meet(moment.opening, limits.quiet_from, limits.quiet_until):
            message = f"“{moment.text}” lies in the quiet hours ({quiet}), so the mail could never leave."
            yield source.finding_at(path, "hours-never-meet", message, "Choose a time between them.")
        elif _are_apart(hours, moment):
            message = f"“{moment.text}” lies outside of the hours of the sequence, so the mail could never leave."
            yield source.finding_at(path, "hours-never-meet", message, "Choose a time in its hours.")


def _are_apart(hours: SendHours | None, moment: SendHours) -> bool:
    return bool(hours and hours.opening and moment.opening and share_no_minute(hours.opening, moment.opening))


def _least_time(step: SequenceStep, *, runs_out: bool) -> timedelta:
    """Return the least time that a step takes if its ``else`` is taken, or is not."""
    match step.action:
        case WaitFor(at_most=length) | WaitWhen(at_most=length) if runs_out:
            return length
        case WaitTime(length=length):
            return length
        case WaitCounted(wait=wait):
            return wait.length + timedelta(days=wait.workdays)
        case _:
            return timedelta(0)


def _find_crowded_way(sequence: MailSequence, cap: MailCap) -> tuple[str, timedelta] | None:
    """Return the mail that can be one too many for a cap, and within which time; None if there is none.

    The shortest time first (Dijkstra) over pairs of a step and the number of mails on the way to it.
    """
    # A send in a loop goes out once only; it is left out, since the way round would count it again and again.
    counted = {name for name, step in sequence.steps.items() if sequence.sends_marketing(step)} - _find_loops(sequence)
    for start in sequence.steps:
        if start not in counted:
            continue
        heap: list[tuple[timedelta, int, str]] = [(timedelta(0), 0, start)]
        seen: set[tuple[int, str]] = set()
        while heap:
            length, number, name = heappop(heap)
            if (number, name) in seen or length >= cap.window:
                continue
            seen.add((number, name))
            mails = number + (name in counted)
            if mails > cap.number:
                return name, length
            step = sequence.steps[name]
            for at, following in enumerate(next_steps(step)):
                if following in sequence.steps:
                    heappush(heap, (length + _least_time(step, runs_out=at == 1), mails, following))
    return None


def _find_loops(sequence: MailSequence) -> set[str]:
    """Return the steps from which a way leads back to them."""
    looping: set[str] = set()
    for start in sequence.steps:
        reached: set[str] = set()
        open_ends = list(next_steps(sequence.steps[start]))
        while open_ends:
            name = open_ends.pop()
            if name in sequence.steps and name not in reached:
                reached.add(name)
                open_ends += next_steps(sequence.steps[name])
        if start in reached:
            looping.add(start)
    return looping
