"""The web view of an issue: what was sent, of the edition that was sent, once its first reader was asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from email_out.templates.render import RenderError
from email_out.templates.web_view import render_web_view
from onboarding.issues.catalog import Issue
from service.issues.states import IssueState, StateName
from service.workspace.edition import Edition

log = structlog.get_logger("doorstep.issues")

SHOWN: tuple[StateName, ...] = ("sending", "paused", "done")
"""What nobody got yet is not shown; nor is what was stopped, for whoever stops an issue has a reason."""
MOST_KEPT = 50
"""Pages that a process keeps; each is some 20 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueViews:
    """Writes the pages, each once for its edition, mail and language."""

    find_edition: Callable[[str], Awaitable[Edition | None]]
    states: Callable[[], Mapping[str, IssueState]]
    public_url: str
    _pages: dict[tuple[str, str, str], str | None] = field(default_factory=dict)

    async def show(self, name: str, language: str) -> str | None:
        """Return the page of an issue in this language; None if there is none to show."""
        state = self.states().get(name)
        edition = await self.find_edition(state.edition) if state and state.state in SHOWN else None
        issue = edition.issues.issues.get(name) if edition else None
        if state is None or edition is None or issue is None:
            return None
        template = _choose_template(issue, state)
        place = (edition.hash, template, language)
        if place not in self._pages:
            if len(self._pages) >= MOST_KEPT:  # the oldest one, so that a crawler cannot fill the memory
                self._pages.pop(next(iter(self._pages)))
            self._pages[place] = self._write(edition, template, issue.topic, language)
        return self._pages[place]

    def _write(self, edition: Edition, template: str, topic: str, language: str) -> str | None:
        try:
            return render_web_view(edition.files, template, topic, language, edition.config, self.public_url)
        except RenderError as error:
            log.warning("issue_page_not_written", template=template, error=str(error))
            return None


def _choose_template(issue: Issue, state: IssueState) -> str:
    """Return the mail that is shown: what won, else the first."""
    return state.winner or issue.templates[0]
