"""Whether a part of a split has won by now, from the numbers of the sequence.  Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from domain.house_values import ChosenPart
from onboarding.engine.comparisons.winners import find_chosen_part
from onboarding.language.catalog import MailSequence, Send, SequenceStep
from onboarding.measure.choose_winner import PartResult, WinnerVerdict, choose_winner
from service.reports.sequences.tally import SequenceTally


def list_sought(sequence: MailSequence) -> Iterator[SequenceStep]:
    """Yield the steps of a sequence for which a winner is looked for."""
    yield from (step for step in sequence.steps.values() if isinstance(step.action, Send) and step.action.winner)


def shares_of(send: Send) -> dict[str, int]:
    """Return the parts of a split that somebody gets, in percent."""
    return {template: percent for template, percent in send.split if percent}


def find_chosen(tally: SequenceTally, step: SequenceStep) -> ChosenPart | None:
    """Return what was chosen for those who begin now; None if nothing was."""
    if not isinstance(step.action, Send):
        return None
    return find_chosen_part(step.action, f"{tally.sequence.name}/{step.name}", tally.house)


def judge_split(tally: SequenceTally, step: SequenceStep) -> WinnerVerdict:
    """Return the part of a split that wins now, or why none does."""
    send, comparison = step.action, tally.comparisons.get(step.name)
    winner = send.winner if isinstance(send, Send) else None
    if not isinstance(send, Send) or winner is None or comparison is None or comparison.first_day is None:
        return WinnerVerdict(why="nobody was mailed yet")
    # Days are kept, not moments; the first second of the day makes it a few hours early at most.
    begins = datetime.combine(comparison.first_day, time(), UTC)
    if tally.now < begins + winner.after:
        return WinnerVerdict(why=f"it is compared until {begins + winner.after:%d %b %Y} at least")
    parts = {
        part: PartResult(percent=percent, exposed=comparison.count_exposed(part), rate=comparison.rate_of(part))
        for part, percent in shares_of(send).items()
    }
    return choose_winner(parts, otherwise=winner.otherwise)
