"""Figures, the targets they are compared with, and the tables that are printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Figures = dict[str, float]
"""Measured values by name; rates are a second, latencies in milliseconds, all else as the name says."""


class NotMeasuredError(Exception):
    """A row could not be measured: the server did not do its job, so a rate would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row of the second table: a figure, alone or over another one, and its limit."""

    about: str
    """Description for the reader."""
    figure: str
    over: str = ""
    """Figure that it is divided by; empty if it is compared by itself."""
    at_least: float | None = None
    at_most: float | None = None

    def value_in(self, figures: Figures) -> float | None:
        """Return the value; None if something it needs was not measured."""
        if self.figure not in figures or (self.over and not figures.get(self.over)):
            return None
        return figures[self.figure] / figures[self.over] if self.over else figures[self.figure]

    def is_met(self, value: float) -> bool:
        """Return True if a value is within the limits."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def limit(self) -> str:
        """The limit as text."""
        if self.at_least is not None:
            return f"at least {self.at_least:,.4g}"
        return "told" if self.at_most is None else f"at most {self.at_most:,.4g}"


TARGETS = (
    Target(
        about="processor time of a webhook: service, µs", figure="webhook, 32 connections: service, µs", at_most=100
    ),
    Target(about="processor time of a webhook: store, µs", figure="webhook, 32 connections: store, µs", at_most=28),
    Target(
        about="a webhook's over a bare handler's",
        figure="webhook, 32 connections: service, µs",
        over="bare, 32 connections: service, µs",
    ),
    Target(about="webhook p99 at 128 connections, ms", figure="doorstep 128 p99", at_most=250),
    Target(about="webhook p99 at a paced 500 a second, ms", figure="doorstep 500/s p99", at_most=20),
    Target(about="the same while the platform hangs, ms", figure="while the platform hangs p99", at_most=250),
    Target(about="1,000 events of 1,000 people in one body, s", figure="batch of 1,000, s", at_most=1.5),
    Target(about="texts sent a second for one Page, set to 320", figure="texts a second", at_least=300),
    Target(about="its busiest second over what was set", figure="texts in busiest second", over="texts set", at_most=1),
    Target(about="one step of a flow of 100, µs", figure="step of 100, µs", at_most=60),
    Target(
        about="the same with 200 flows more", figure="step beside 200 flows, µs", over="step of 100, µs", at_most=1.3
    ),
    Target(about="10,000 lines of transcripts, s", figure="10,000 lines of transcripts, s", at_most=10),
    Target(
        about="an event beside 5 sequences, over 1",
        figure="event with 5 sequences running, µs",
        over="event with 1 sequence running, µs",
        at_most=2,
    ),
    Target(about="events of a back-test a second", figure="back-test, events a second", at_least=3000),
    Target(about="people looked at a second for a new start", figure="people walked a second", at_least=2000),
    Target(about="webhook p99 beside that, at 100 a second, ms", figure="webhooks beside the walk p99", at_most=250),
    Target(
        about="a back-test, over its decisions alone",
        figure="back-test, ms",
        over="its decisions in a bare loop, ms",
        at_most=1.05,
    ),
    Target(about="message answered, over Bottender", figure="doorstep reply", over="bottender reply", at_least=2.5),
    Target(
        about="processor time of a message answered, over Bottender",
        figure="doorstep reply: service, µs",
        over="bottender reply: service, µs",
    ),
    Target(about="message answered, over aiogram", figure="doorstep reply", over="aiogram reply", at_least=5),
    Target(about="mail sent, over smtplib", figure="doorstep mail", over="smtplib", at_least=0.25),
    Target(about="signed mail sent, over smtplib", figure="doorstep mail signed", over="smtplib", at_least=0.25),
    Target(about="signed mail over unsigned", figure="doorstep mail signed", over="doorstep mail", at_least=0.65),
    Target(
        about="a signed mail's processor time over an unsigned one's",
        figure="doorstep mail signed: service, µs",
        over="doorstep mail: service, µs",
    ),
    Target(about="signed mail over a plain loop", figure="doorstep mail signed", over="plain loop", at_least=2),
    Target(
        about="confirmation while an issue goes out: p99, ms", figure="confirmation beside an issue p99", at_most=1000
    ),
    Target(
        about="the same over one without an issue",
        figure="confirmation beside an issue p99",
        over="confirmation, quiet p99",
    ),
    Target(about="memory that an issue adds to the service, MB", figure="memory that an issue adds, MB", at_most=60),
    Target(
        about="mail by Mailjet, over a bare client",
        figure="doorstep by Mailjet",
        over="bare client to Mailjet",
        at_least=0.6,
    ),
    Target(
        about="events of Mailjet taken in, over a bare handler",
        figure="feedback, events",
        over="bare feedback, events",
        at_least=0.4,
    ),
    Target(
        about="the same by processor time of the service",
        figure="feedback: service, µs",
        over="bare feedback: service, µs",
    ),
    Target(
        about="events of the worst day, over a bare handler",
        figure="feedback of a worst day, events",
        over="bare feedback of a worst day, events",
    ),
    Target(about="due subscribers woken and decided a second", figure="due", at_least=2000),
    Target(about="what 1,000,000 waiting cost, % of a core", figure="waiting costs, % of a core", at_most=1),
    Target(about="nudge in chat late while 100,000 mails are due, s", figure="nudge late, s", at_most=2),
    Target(about="application with 100,000 subscribers, MB", figure="application memory, MB", at_most=80),
    Target(about="2,000 steps compiled and checked, s", figure="2,000 steps in 20 flows, s", at_most=3),
    Target(about="the same in one flow, s", figure="2,000 steps in one flow, s", at_most=3),
    Target(about="4,000 steps over 2,000", figure="4,000 steps, s", over="2,000 steps in 20 flows, s", at_most=2.6),
    Target(about="store a subscriber after confirmation, bytes", figure="bytes a subscriber", at_most=1400),
)


def print_tables(figures: Figures, console: Console) -> bool:
    """Print both tables; return True if every target that could be compared is met."""
    measured = Table("figure", "value", title="Measured (a second; p50, p99, max in ms)", title_justify="left")
    measured.columns[1].justify = "right"
    for name, value in figures.items():
        measured.add_row(name, f"{value:,.1f}")
    console.print(measured)
    return _print_comparison(TARGETS, figures, console)


def _print_comparison(targets: Sequence[Target], figures: Figures, console: Console) -> bool:
    judged = [(target, value) for target in targets if (value := target.value_in(figures)) is not None]
    table = Table("what", "value", "wanted", "", title="Compared within this run", title_justify="left")
    for target, value in judged:
        table.add_row(target.about, f"{value:,.3g}", target.limit, "yes" if target.is_met(value) else "NO")
    if judged:
        console.print(table)
    return all(target.is_met(value) for target, value in judged)
