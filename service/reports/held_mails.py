"""Mails of one person that were decided and have not left: since when, and what keeps them."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from domain.consent.decisions import HOLD_ROOM
from domain.event_types.holds import MailHeld
from domain.keyring import Keyring
from domain.ports import MARKETING, TRANSACTIONAL, Store
from domain.record import Subscriber
from onboarding.issues.decide import issue_send_id
from onboarding.language.catalog import SequenceCatalog
from service.engine.build_commit import HistoryLine
from service.reports.mail import find_places, list_sends
from service.reports.sequences.explain_person import HeldMail

_HELD = str(MailHeld.__struct_config__.tag)
ISSUE = "issue "
"""Begins the place of a mail of an issue."""
_SECOND = 1000


class Pauses(Struct, frozen=True, kw_only=True):
    """What is held for everybody."""

    lanes: Mapping[str, str]
    """Why each lane that is paused is, as half a sentence."""
    issues: Mapping[str, str]
    """By issue that was released, why it is paused; empty if it is not."""
    halted: Container[str] = ()
    """``SEQUENCE/STEP`` of what sends nothing."""


async def read_held_mails(
    store: Store, keys: Keyring, record: Subscriber, history: Sequence[HistoryLine],
    *, catalog: SequenceCatalog, pauses: Pauses,
) -> tuple[HeldMail, ...]:  # fmt: skip
    """Return the mails of a person that wait to leave, the oldest first."""
    queued = [line for line in await store.sends_of(record.id) if line.status == "queued"]
    if not queued:
        return ()
    lanes = [lane for lane in (MARKETING, TRANSACTIONAL) if await store.count_waiting(lane, record.id)]
    decided = {name: (line.at, template) for line in history for name, template in list_sends(line)}
    noted = dict(_list_holds(history))
    places = find_places(record, keys) | {
        issue_send_id(keys, issue, address): f"{ISSUE}{issue}"
        for issue in pauses.issues
        for address in record.addresses
    }
    found = []
    for line in queued:
        at, template = decided.get(line.id, (datetime.fromtimestamp(line.at_ms / _SECOND, UTC), "a mail"))
        place = places.get(line.id, "")
        why = (
            pauses.lanes.get(_find_lane(place, catalog, lanes))
            or (f"{place} is halted" if place in pauses.halted else "")
            or pauses.issues.get(place.removeprefix(ISSUE))
            or noted.get(line.id, "")
        )
        found.append(HeldMail(template=template, place=place, since=at, why=why))
    return tuple(sorted(found, key=lambda mail: mail.since))


def _list_holds(history: Sequence[HistoryLine]) -> Iterator[tuple[str, str]]:
    """Yield the id of each mail that was held, and why; the newest last."""
    for line in history:
        ids = [label.partition(" ")[2] for label in line.events if label.partition(" ")[0] == _HELD]
        said = [reason.text for reason in line.reasons if reason.room == HOLD_ROOM]
        # Each such event says one sentence, and they are decided in their order.
        yield from ((name, text.partition(": ")[2]) for name, text in zip(ids, said, strict=False))


def _find_lane(place: str, catalog: SequenceCatalog, lanes: Sequence[str]) -> str:
    """Return the lane of a mail; of one of a flow the lane in which something waits, empty if that is not sure."""
    if place.startswith(ISSUE):
        return MARKETING
    name, _, step_name = place.partition("/")
    sequence = catalog.sequences.get(name)
    step = sequence.steps.get(sequence.current_name(step_name)) if sequence else None
    if sequence and step:
        return MARKETING if sequence.sends_marketing(step) else TRANSACTIONAL
    return lanes[0] if len(lanes) == 1 else ""
