"""Plays the corpus and prints, by kind, how much was understood: ``make understanding``.

| column | what |
|---|---|
| lines | typed answers |
| understood | were understood as what they mean |
| asked again | the bot took nothing and asked again, where it should and where it need not have |
| wrong | the bot took something else than what was meant, or took something where it had to ask |
| share | understood, of those that a person would understand |

Of the lines of which a careful bot asks whether to stop all mails, ``not offered`` counts those where it did not.

``-v`` adds the lines of the open files that were not right.  Those of the kept third are told only with
``--show-kept``, which nobody uses who tunes the matching.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.understanding.corpus import KINDS, Line, read_corpus
from tests.understanding.meaning import (
    ASKED,
    ASKING,
    ASKS_STOP,
    BEGINNING,
    GREETING,
    OR_ASKED,
    SMALL_TALK,
    THEN_ASKED,
    UNHEARD,
    understand_line,
)

Verdict = Literal["right", "missed", "wrong"]
"""``missed``: the bot asked again, or was at a loss, where a person would have understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a line was understood."""

    line: Line
    got: str
    """The meaning that the engine found."""

    @property
    def is_to_be_taken(self) -> bool:
        """Return True if a person would understand this; False if a careful bot takes nothing from it."""
        return self.line.means not in {ASKED, ASKS_STOP} and not self.line.means.startswith("not ")

    @property
    def verdict(self) -> Verdict:
        """Return how good this was."""
        means, got = self.line.means, self.got
        if is_right(got, means):
            return "right"
        # The right answer was given, only the open question was not asked again; or only the question was answered.
        is_missed = got in UNHEARD or got + THEN_ASKED == means or got == f"{means.rpartition(ASKING)[2]}{THEN_ASKED}"
        return "missed" if is_missed else "wrong"


ALSO_RIGHT: Mapping[str, frozenset[str]] = {
    # A consent that lacks its address may be taken back where the address is not given.
    "declines": frozenset({"decline"}),
    GREETING: frozenset({SMALL_TALK, BEGINNING}),
    ASKED: UNHEARD,
}
"""By right meaning: others that are as good."""


def is_right(got: str, means: str) -> bool:
    """Return True if this outcome is right for a line of this meaning."""
    if means.startswith("not "):
        return got != means.removeprefix("not ")
    meaning, either, _ = means.partition(ASKING)[0].partition(OR_ASKED)
    return got in {meaning, *ALSO_RIGHT.get(meaning, ())} or (bool(either) and got in UNHEARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one kind."""

    lines: int
    understood: int
    asked: int
    """Where the bot took nothing: it asked again, or was at a loss."""
    wrong: int
    share: float
    """Percentage understood of the lines that a person would understand."""
    unoffered: int
    """Where it had to offer to stop all mails, and did not."""


def measure_results(results: Iterable[Result]) -> Figures:
    """Return the figures of these results."""
    found = tuple(results)
    to_understand = [result for result in found if result.is_to_be_taken]
    understood = sum(result.verdict == "right" for result in to_understand)
    wrong = sum(result.verdict == "wrong" for result in found)
    return Figures(
        lines=len(found),
        understood=understood,
        asked=len(found) - understood - wrong,
        wrong=wrong,
        share=100 * understood / len(to_understand) if to_understand else 100.0,
        unoffered=sum(result.line.means == ASKS_STOP and result.verdict == "missed" for result in found),
    )


def play_corpus(*, kept: bool, kinds: Sequence[str] = KINDS) -> tuple[Result, ...]:
    """Play the lines of the open files, or of the kept third."""
    return tuple(Result(line=line, got=understand_line(line)) for line in read_corpus(kept=kept) if line.kind in kinds)


def main(arguments: Sequence[str]) -> int:
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.understanding", description="Understanding, measured.")
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)}; without any: all")
    parser.add_argument("-v", "--verbose", action="store_true", help="add the lines that were not right")
    parser.add_argument("--show-kept", action="store_true", help="also those of the kept third")
    chosen = parser.parse_args(arguments)
    kinds = tuple(chosen.kinds) or KINDS
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"unknown kind: {', '.join(sorted(unknown))}")
    for kept in (False, True):
        results = play_corpus(kept=kept, kinds=kinds)
        _print_table("kept by another hand" if kept else "open", results)
        if chosen.show_kept or (chosen.verbose and not kept):
            _print_failures(results)
    return 0


def _print_table(title: str, results: Sequence[Result]) -> None:
    print(f"{title:<22}{'lines':>7}{'understood':>12}{'asked again':>13}{'wrong':>7}{'share':>9}")  # noqa: T201  this command prints a table
    for kind in (*KINDS, "all"):
        found = [result for result in results if kind in ("all", result.line.kind)]
        if found:
            figures = measure_results(found)
            print(  # noqa: T201  this command prints a table
                f"{kind:<22}{figures.lines:>7}{figures.understood:>12}{figures.asked:>13}{figures.wrong:>7}"
                f"{figures.share:>8.1f}%" + (f"  not offered: {figures.unoffered}" if figures.unoffered else "")
            )
    print()  # noqa: T201  between two tables


def _print_failures(results: Iterable[Result]) -> None:
    place = ""
    for result in results:
        if result.verdict == "right":
            continue
        line = result.line
        here = f"{'kept/' if line.kept else ''}{line.kind}.{line.language}: {line.situation.about}"
        if here != place:
            print(f"\n{here}")  # noqa: T201  this command prints what failed
            place = here
        print(f"  {result.verdict:<6}  {line.text!r}: {line.means}; got: {result.got}")  # noqa: T201  same
    print()  # noqa: T201  between two tables
