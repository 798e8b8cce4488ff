"""Notes by template and pass which mails a person followed a link of (``clicked welcome``).  Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context
from domain.deeds import second_of
from domain.link_evidence.hits import REMEMBERED_CLICKS, ClickedMail, LinkRecord
from domain.record import Subscriber, Value
from language.conditions.sequence_tests import sequence_of
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog


def note_clicked_mail(
    catalog: SequenceCatalog, record: Subscriber, said: Mapping[str, Value], at: datetime, context: Context
) -> Subscriber:
    """Return the record with a click of the person, noted for the pass whose mail it was."""
    mail, send = said.get("mail"), said.get("send")
    if not isinstance(mail, str):
        return record
    found = next(_find_passes(catalog, record, mail, str(send or ""), context), ("", 0))
    clicked = ClickedMail(mail=mail, sequence=found[0], run=found[1], at=second_of(min(at, context.now)))
    known = record.links or LinkRecord()
    others = [one for one in known.mails if (one.mail, one.sequence, one.run) != (mail, *found)]
    return replace(record, links=replace(known, mails=(*others, clicked)[-REMEMBERED_CLICKS:]))


def _find_passes(
    catalog: SequenceCatalog, record: Subscriber, mail: str, send: str, context: Context
) -> Iterator[tuple[str, int]]:
    """Yield sequence and number of each pass that sent a mail, the latest first."""
    for name, run in sorted(record.runs.items(), key=lambda one: one[1].started_at, reverse=True):
        sequence = catalog.sequences.get(sequence_of(name))
        if sequence is None:
            continue
        for step in run.sent:
            # A click that was played or told, and not counted by a link, names no send: then the latest pass has it.
            made = context.keys.send_id(record.id, sequence.name, str(run.number), step)
            if made == send or (not send and mail in _templates_of(sequence, step)):
                yield sequence.name, run.number


def _templates_of(sequence: MailSequence, name: str) -> tuple[str, ...]:
    step = sequence.steps.get(name)
    return step.action.templates if step and isinstance(step.action, Send) else ()
