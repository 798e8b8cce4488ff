"""Finds the mail that the part ``winner`` of the readers gets, or says that it is too early and takes ``else``."""

from datetime import datetime

from onboarding.issues.catalog import Issue


def choose_without_numbers(issue: Issue, now: datetime, first_at: datetime) -> tuple[str, str] | None:
    """Return the template and why it is that one; None before its time."""
    winner = issue.winner
    if winner is None or now < first_at + winner.after:
        return None
    measure = "the goal" if winner.by_goal else "human clicks"
    return winner.otherwise, f"too early: {measure} settled nothing, so {winner.otherwise} goes"
