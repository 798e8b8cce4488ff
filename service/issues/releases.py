"""Reads what was released from an issue's state and its edition.  Pure."""

from language.durations import UnclearTimeError
from onboarding.issues.moment import IssueMoment, parse_issue_moment
from onboarding.issues.offers import Release
from service.issues.states import NOW, IssueState
from service.workspace.edition import Edition


def read_release(name: str, state: IssueState, edition: Edition | None) -> Release | None:
    """Return the release of an issue; None if its edition is gone or lacks it, or if it was not released."""
    issue = edition.issues.issues.get(name) if edition else None
    if issue is None or state.released_at is None:
        return None
    # What was said on release counts more than the file, which may be a draft of last week.
    return Release(
        issue=issue,
        edition=state.edition,
        released_at=state.released_at,
        moment=read_moment(state.moment) if state.moment else issue.moment,
        winner=state.winner,
    )


def read_moment(text: str) -> IssueMoment | None:
    """Return the moment that was said on release; None for “now”."""
    try:
        return None if text == NOW else parse_issue_moment(text)
    except UnclearTimeError:  # a newer Doorstep may say moments that this one does not know
        return None
