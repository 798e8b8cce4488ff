"""Checks of how much marketing mail doorstep.yaml lets a person get, and on which days nobody works."""

from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError, parse_duration
from language.findings import Finding
from language.mail_times.mail_caps import MailCap, UnclearCapError, parse_mail_cap
from language.opening_hours import CLOSED, UnclearHoursError, read_opening_hours
from language.shares import UnclearShareError, parse_holdout
from language.yaml_source import YamlSource


def check_mail_limits(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each cap of ``limits.mails`` that cannot be read, or that another makes needless."""
    caps: list[MailCap] = []
    for number, text in enumerate(config.limits.mails):
        path = ("limits", "mails", number)
        try:
            cap = parse_mail_cap(text)
        except UnclearCapError as error:
            yield source.finding_at(path, "unclear-cap", f"{error}.", error.hint)
            continue
        for other in caps:
            looser, tighter = (cap, other) if cap.number >= other.number else (other, cap)
            # “5 in 1 day” beside “3 in 7 days” is never reached.
            if looser.window <= tighter.window:
                message = f"“{looser.text}” is never reached: “{tighter.text}” is full before."
                yield source.finding_at(path, "needless-cap", message, "Take it out.", severity="warning")
        caps.append(cap)


def check_ask_every(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding if ``limits.ask_every`` is no length of time."""
    try:
        parse_duration(config.limits.ask_every)
    except UnclearTimeError as error:
        yield source.finding_at(("limits", "ask_every"), "unclear-time", f"{error}.", error.hint)


def check_holdout(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding if ``limits.holdout`` is no share of the people."""
    try:
        parse_holdout(config.limits.holdout)
    except UnclearShareError as error:
        yield source.finding_at(("limits", "holdout"), "unclear-share", f"{error}.", error.hint)


def check_holidays(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each day of ``holidays`` that is none."""
    for number, day in enumerate(config.holidays):
        try:
            read_opening_hours({CLOSED: day})
        except UnclearHoursError as error:
            yield source.finding_at(("holidays", number), "bad-hours", str(error), error.hint)
