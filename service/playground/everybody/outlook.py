"""Says who gets what by tomorrow night, by the real deciding, as if nothing happened before."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.decision import Context
from domain.record import Subscriber
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import mails_ahead
from service.playground.everybody.views import AheadView, CrowdPersonView
from service.playground.labels import replace_names
from service.playground.player import Player
from service.playground.stored_person import plain_name
from service.playground.views import KnowledgeView, SentenceView
from service.reports.sequences.explain_person import list_basis


def end_of_tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the midnight after tomorrow in a zone."""
    # By the calendar there: a day of the summer-time change has 23 hours, or 25.
    day = now.astimezone(zone).date() + timedelta(days=2)
    return datetime.combine(day, time.min, zone)


def list_ahead(
    catalog: SequenceCatalog, record: Subscriber, player: Player, context: Context, until: datetime
) -> Iterator[AheadView]:
    """Yield the mails of one person up to a moment, each with what it rests on."""
    # The deciding that runs live, with all sequences of the person together: caps and quiet hours hold here too.
    for mail in mails_ahead(catalog, record, context, until):
        sequence = catalog.sequences.get(mail.sequence)
        # A file can be saved between deciding and reading; its mail is then shown without what it rests on.
        step = sequence.steps.get(mail.step) if sequence else None
        basis = ", ".join(list_basis(sequence, step)) if sequence and step else ""
        yield AheadView(
            at=mail.queued_at, psid=player.psid, name=player.name, mail=plain_name(mail.template),
            sequence=plain_name(mail.sequence), rests_on=replace_names(basis, context.config),
        )  # fmt: skip


def describe_in_crowd(player: Player, knows: KnowledgeView) -> CrowdPersonView:
    """Return where a person stands, and which of their mails did not go."""
    # An ended pass is told with when it ended, a running one with when it goes on.
    places = tuple(
        SentenceView(
            text=f"{plain_name(run.sequence)}: at “{plain_name(run.step)}”" if run.status == "running"
            else f"{plain_name(run.sequence)}: {run.status}",
            tone="wait" if run.status == "running" else "plain",
            at=run.due if run.status == "running" else run.since,
        )
        for run in knows.runs
    )  # fmt: skip
    return CrowdPersonView(
        psid=player.psid,
        name=player.name,
        started=bool(player.language),
        subscribed=any(consent.status == "confirmed" for consent in knows.consents),
        places=places,
        not_sent=tuple(sentence for sentence in knows.mails if sentence.tone == "stop"),
    )
