"""What a released issue is to one reader: which mail, from when, and until when it may begin.  Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.effects import SendMail
from domain.event_types.issues import IssueCame
from domain.keyring import Keyring
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.zones import zone_of_person
from onboarding.issues.catalog import Issue
from onboarding.issues.decide import event_id, make_issue_mail
from onboarding.issues.judge import Judgement, judge_mail
from onboarding.issues.model import WINNER
from onboarding.issues.moment import IssueMoment


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An issue as it was released."""

    issue: Issue
    edition: str
    released_at: datetime
    moment: IssueMoment | None
    """None if it leaves at once."""
    winner: str = ""
    """Template of the part ``winner``; empty while that is open."""

    def find_start(self, record: Subscriber, config: WorkspaceConfig, now: datetime) -> datetime:
        """Return when the mail of a reader may begin by the issue's own moment; may be past."""
        if self.moment is None:
            return self.released_at
        zone = zone_of_person(record, config.timezone, now)
        return self.moment.find_start(self.released_at, ZoneInfo(config.timezone), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a look at one reader has shown."""

    mail: SendMail
    """The mail that they would get; without a template while the winner is open."""
    at: datetime
    """When they may be asked; never before now."""
    judgement: Judgement
    """As it would be then."""
    event: IssueCame | None = None
    """What to tell their record now; None if it has to wait."""


def draw_part(issue: Issue, keys: Keyring, subscriber: str) -> str:
    """Return the template that a reader's share has, or ``winner``; always the same for a reader."""
    # By a keyed number, so that nothing is stored and two issues divide people differently.
    fraction = keys.stable_fraction(subscriber, f"issue {issue.name}") * 100
    reached = 0
    for name, percent in issue.parts:
        reached += percent
        if fraction < reached:
            return name
    return issue.parts[-1][0]  # the shares make 100, so only rounding leads here


def look_at_reader(
    release: Release, record: Subscriber, keys: Keyring, config: WorkspaceConfig, now: datetime
) -> Offer:
    """Return whether a reader is asked now; one who is left out is told of it, so that the reason is kept."""
    event = _make_event(release, record, keys, config, now)
    mail = make_issue_mail(record, event, keys, config.default_language)
    # Judged for the moment at which it would go: the night of today says nothing about Friday.
    start = max(now, event.begin_by - release.issue.late)
    judgement = judge_mail(record, mail, release.released_at, config, start)
    # Who is left out is told so at their time, not before: until then they may come back.
    if start > now or (judgement.waits_for and not judgement.left_out):
        return Offer(mail=mail, at=max(start, judgement.at), judgement=judgement)
    # Who is left out need not wait for the winner to hear so.
    is_open = not event.template and not judgement.left_out
    return Offer(mail=mail, at=now, judgement=judgement, event=None if is_open else event)


def _make_event(
    release: Release, record: Subscriber, keys: Keyring, config: WorkspaceConfig, now: datetime
) -> IssueCame:
    part = draw_part(release.issue, keys, record.id)
    return IssueCame(
        id=event_id(release.issue.name, record.id),
        at=now,
        issue=release.issue.name,
        topic=release.issue.topic,
        template=release.winner if part == WINNER else part,
        edition=release.edition,
        released_at=release.released_at,
        begin_by=release.find_start(record, config, now) + release.issue.late,
    )
