"""Figures, how they should stand to each other, and the table that says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Figures = dict[str, float]
"""Measured values by name; rates are a second, latencies in milliseconds, all else as the name says."""


class NotMeasuredError(Exception):
    """A row could not be measured: what runs does not do its job, so a rate would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One row of the second table: a figure, alone or over another one, and its limit."""

    about: str
    """What a reader learns."""
    figure: str
    over: str = ""
    """Figure it is divided by; empty: it stands alone."""
    at_least: float | None = None
    at_most: float | None = None

    def value(self, figures: Figures) -> float | None:
        """Return the value; None if something it needs was not measured."""
        if self.figure not in figures or (self.over and not figures.get(self.over)):
            return None
        return figures[self.figure] / figures[self.over] if self.over else figures[self.figure]

    def holds(self, value: float) -> bool:
        """Tell whether a value is within the limits."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def limit(self) -> str:
        """The limit in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:,.4g}"
        return "" if self.at_most is None else f"at most {self.at_most:,.4g}"


WISHES = (
    Wish(about="webhook, 32 connections, over bare aiohttp", figure="doorstep 32", over="bare 32", at_least=0.45),
    Wish(about="webhook, 128 connections, over bare aiohttp", figure="doorstep 128", over="bare 128", at_least=0.45),
    Wish(about="webhook p99 at 128 connections, ms", figure="doorstep 128 p99", at_most=250),
    Wish(about="webhook p99 at a paced 500 a second, ms", figure="doorstep 500/s p99", at_most=20),
    Wish(about="the same while the platform hangs, ms", figure="while the platform hangs p99", at_most=250),
    Wish(about="1,000 events of 1,000 people in one body, s", figure="batch of 1,000, s", at_most=1.5),
    Wish(about="texts sent a second for one Page, set to 320", figure="texts a second", at_least=300),
    Wish(about="its busiest second over what was set", figure="texts in busiest second", over="texts set", at_most=1),
    Wish(about="one step of a flow of 100, µs", figure="step of 100, µs", at_most=60),
    Wish(about="the same with 200 flows more", figure="step beside 200 flows, µs", over="step of 100, µs", at_most=1.3),
    Wish(about="10,000 lines of transcripts, s", figure="10,000 lines of transcripts, s", at_most=10),
    Wish(about="message answered, over Bottender", figure="doorstep reply", over="bottender reply", at_least=1.5),
    Wish(about="message answered, over aiogram", figure="doorstep reply", over="aiogram reply", at_least=3),
    Wish(about="mail sent, over smtplib", figure="doorstep mail", over="smtplib", at_least=0.25),
    Wish(about="due subscribers woken and decided a second", figure="due", at_least=2000),
    Wish(about="what 1,000,000 waiting cost, % of a core", figure="waiting costs, % of a core", at_most=1),
    Wish(about="nudge in chat late while 100,000 mails are due, s", figure="nudge late, s", at_most=2),
    Wish(about="application with 100,000 subscribers, MB", figure="application memory, MB", at_most=100),
    Wish(about="2,000 steps compiled and checked, s", figure="2,000 steps in 20 flows, s", at_most=3),
    Wish(about="the same in one flow, s", figure="2,000 steps in one flow, s", at_most=3),
    Wish(about="4,000 steps over 2,000", figure="4,000 steps, s", over="2,000 steps in 20 flows, s", at_most=2.6),
    Wish(about="store a subscriber after confirmation, bytes", figure="bytes a subscriber", at_most=2500),
)


def show(figures: Figures, console: Console) -> bool:
    """Print both tables; tell whether every wish that could be judged holds."""
    measured = Table("figure", "value", title="Measured (a second; p50, p99, max in ms)", title_justify="left")
    measured.columns[1].justify = "right"
    for name, value in figures.items():
        measured.add_row(name, f"{value:,.1f}")
    console.print(measured)
    return _judge(WISHES, figures, console)


def _judge(wishes: Sequence[Wish], figures: Figures, console: Console) -> bool:
    judged = [(wish, value) for wish in wishes if (value := wish.value(figures)) is not None]
    table = Table("what", "value", "wanted", "", title="Compared within this run", title_justify="left")
    for wish, value in judged:
        table.add_row(wish.about, f"{value:,.3g}", wish.limit, "yes" if wish.holds(value) else "NO")
    if judged:
        console.print(table)
    return all(wish.holds(value) for wish, value in judged)
