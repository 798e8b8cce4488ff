"""The report on mails: by template, issue, sequence, variant, language, provider or day, what became of them.

One mail is one line of the send ledger.  The history says of it when it was decided and from what it was made, and
later whether it came back, was reported as spam, or was the last one before its reader stopped.
"""

import asyncio
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from domain import counters
from domain import record as records
from domain.consent.mail_providers import domain_of, name_provider
from domain.consent.tell_withdrawal import is_own_stop
from domain.events import MailRefused, StopReasonGiven
from domain.keyring import Keyring
from domain.links.read_clicks import is_clicked, is_counted
from domain.ports import SendLine, Store
from domain.record import Subscriber
from email_out.feedback.classes import classify_refusal
from language.conditions.sequence_tests import sequence_of
from onboarding.issues.decide import issue_send_id
from service.engine.build_commit import COMPLAINT, HistoryLine, decode_line

Grouping = Literal["template", "issue", "sequence", "variant", "language", "provider", "day"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

HISTORY_LINES = 10_000
"""More than a history keeps."""
TOGETHER = 50
"""People read at once."""
MOST_PASSES = 50
"""Passes of one person through one sequence whose mails are told apart."""
COUNTED = (
    counters.RETURNED, counters.HARD_BOUNCE, counters.WITHDRAWN, counters.STOP_REASON, counters.LINK_FOLLOWED,
    counters.OPENED,
)  # fmt: skip
"""Counters that speak of mails that came back, of people who stopped, and of what was followed and opened."""

LOST = frozenset({"hard", "soft", "block", "policy"})
"""Classes of reports by which a mail did not reach its mailbox; of an unclear one nobody knows."""

_REFUSED, _REASON = (str(event.__struct_config__.tag) for event in (MailRefused, StopReasonGiven))
_ANSWER = re.compile(r"\banswered (?P<code>[245]\d\d)(?: (?P<status>[245]\.\d+\.\d+))?")
"""What the ledger notes of a refusal: “RCPT was answered 550 5.1.1”."""
_MILLISECONDS = 1000


class MailRow(Struct, frozen=True, kw_only=True):
    """What became of the mails of one group."""

    group: str
    """Empty for what is not known of them, such as of mails whose decision lies only in the archive."""
    accepted: int
    refused: int
    """Withheld by our own rules."""
    failed: int
    """Refused by a mail server, or given up."""
    unknown: int
    under_way: int
    bounced: dict[str, int]
    """By class, both what a mail server refused at once and what came back."""
    complaints: int
    stopped: int
    """Readers who stopped after it, before another mail of ours."""
    stop_reasons: dict[str, int]
    p50_seconds: float | None
    """From the moment it was decided to its acceptance; None if none was accepted."""
    p99_seconds: float | None
    measured: int = 0
    """People whose clicks on such a mail are counted."""
    clicked: int = 0
    """Of these: people who followed a link of one; programs are told apart."""
    delivered: int = 0
    """Accepted, and not come back since; a mailbox provider may still have thrown one away."""


@dataclass(slots=True)
class MailTally:
    """Numbers of one group."""

    statuses: Counter[str] = field(default_factory=Counter)
    bounced: Counter[str] = field(default_factory=Counter)
    complaints: int = 0
    stopped: int = 0
    stop_reasons: Counter[str] = field(default_factory=Counter)
    seconds: "array[float]" = field(default_factory=lambda: array("f"))
    measured: int = 0
    clicked: int = 0
    came_back: int = 0
    """Accepted mails of which a report says that they did not reach their mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReader:
    """One person with everything that was mailed to them."""

    record: Subscriber
    history: Sequence[HistoryLine]
    sends: Sequence[SendLine]


async def read_mails(
    store: Store,
    keys: Keyring,
    since: datetime,
    by: Grouping = "template",
    *,
    language: str = "",
    issues: Sequence[str] = (),
    providers: Mapping[str, str] | None = None,
) -> tuple[MailRow, ...]:
    """Return a row for each group of which a mail changed its state since then.  Reads every person.

    ``language`` is that of people who never chose one; ``issues`` are the names of the issues to be told apart;
    ``providers`` are those that DNS told, by domain.
    """
    tallies: dict[str, MailTally] = {}
    waiting: list[Subscriber] = []

    async def add_waiting() -> None:
        for person in await asyncio.gather(*(_read_person(store, record) for record in waiting)):
            add_person(tallies, person, keys, since, by, language=language, issues=issues, providers=providers)
        waiting.clear()

    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        if record.trying_until is None:  # whoever tried a draft belongs to the team
            waiting.append(record)
        if len(waiting) == TOGETHER:
            await add_waiting()
    await add_waiting()
    return make_rows(tallies)


async def read_counts(store: Store, days: Iterable[str]) -> dict[str, int]:
    """Return what came back by class and who stopped by topic, summed over these days (YYYY-MM-DD)."""
    totals: Counter[str] = Counter()
    for day in days:
        totals.update({name: n for name, n in (await store.day_counters(day)).items() if name.startswith(COUNTED)})
    return dict(sorted(totals.items()))


async def _read_person(store: Store, record: Subscriber) -> MailReader:
    lines, sends = await asyncio.gather(store.history(record.id, last=HISTORY_LINES), store.sends_of(record.id))
    return MailReader(record=record, history=[decode_line(raw) for raw in lines], sends=sends)


def add_person(
    tallies: dict[str, MailTally],
    person: MailReader,
    keys: Keyring,
    since: datetime,
    by: Grouping,
    *,
    language: str = "",
    issues: Sequence[str] = (),
    providers: Mapping[str, str] | None = None,
) -> None:
    """Count one person's mails into their groups."""
    decided = {name: (line.at, template) for line in person.history for name, template in list_sends(line)}
    # The history has business time.  The ledger has the server's, which is another where the service's clock was moved.
    first_ms = since.timestamp() * _MILLISECONDS
    places = _find_origins(person.record, keys, by, issues)
    provider = _find_provider(person.record, providers or {}) if by == "provider" else ""
    groups: dict[str, MailTally] = {}
    # By group, whether one of its mails was clicked: people are counted here, and a person may have many of a group.
    counted: dict[str, bool] = {}
    for line in person.sends:
        at, template = decided.get(line.id, (None, ""))
        if (at is None or at < since) and line.at_ms < first_ms:
            continue
        name = _name_group(by, person.record, template, at, places.get(line.id, provider), language)
        tally = groups[line.id] = tallies.setdefault(name, MailTally())
        if is_counted(line):
            counted[name] = counted.get(name, False) or is_clicked(person.record, line.id)
        _count_outcome(tally, line, at)
    for name, clicked in counted.items():
        tallies[name].measured += 1
        tallies[name].clicked += clicked
    _add_what_followed(groups, person.history)


def _count_outcome(tally: MailTally, line: SendLine, at: datetime | None) -> None:
    """Count the status of a mail, the class of its refusal, and how long it took since it was decided."""
    tally.statuses[line.status] += 1
    # A mail that was given up after many tries has no answer in its note, and so no class.
    if line.status == "failed" and (answer := _ANSWER.search(line.note)):
        tally.bounced[classify_refusal(int(answer["code"]), answer["status"] or "", "")] += 1
    # Where the clock was moved, as in the demo, a mail seems to go before it was decided.
    if line.status == "sent" and at and (seconds := line.at_ms / _MILLISECONDS - at.timestamp()) >= 0:
        tally.seconds.append(seconds)


def _add_what_followed(groups: dict[str, MailTally], history: Sequence[HistoryLine]) -> None:
    """Count what came back by its mail, and who stopped by the mail before it."""
    # Whoever stops may have had enough for long; the mail before it is where they said so.
    latest: MailTally | None = None
    has_stopped = False
    lost: set[str] = set()
    for line in history:
        for name, _ in list_sends(line):
            latest, has_stopped = groups.get(name, latest), False
        for label in line.events:
            kind, _, rest = label.partition(" ")
            if kind == _REFUSED:
                meaning, _, name = rest.partition(" ")
                if (tally := groups.get(name)) and meaning == COMPLAINT:
                    tally.complaints += 1
                elif tally:
                    tally.bounced[meaning] += 1
                    # Two reports of one mail are one mail that came back; only a mail that was sent has a report.
                    tally.came_back += meaning in LOST and name not in lost
                    lost.add(name)
            elif kind == _REASON and latest and rest:
                latest.stop_reasons[rest] += 1
        # Two topics that end one after the other are one reader who stops.
        # By what was decided and not by the event: mail programs repeat requests, and a stop in the chat is a message.
        if latest and not has_stopped and (has_stopped := any(is_own_stop(reason) for reason in line.reasons)):
            latest.stopped += 1


def list_sends(line: HistoryLine) -> Iterator[tuple[str, str]]:
    """Yield the id and the template of each mail that a line decided."""
    for sent in line.sends:
        name, _, template = sent.partition(" ")
        yield name, template


def _find_origins(record: Subscriber, keys: Keyring, by: Grouping, issues: Sequence[str]) -> Mapping[str, str]:
    """Return by the id of a mail the issue, or the sequence and step, that sent it; empty if neither is asked for."""
    # Making the ids of all passes costs a hash each, so it is done only for those who ask.
    if by == "issue":
        return {issue_send_id(keys, issue, address): issue for issue in issues for address in record.addresses}
    return find_places(record, keys) if by in ("sequence", "variant") else {}


def find_places(record: Subscriber, keys: Keyring) -> dict[str, str]:
    """Return by the id of a mail the sequence and step that sent it, of the passes that the record keeps."""
    places: dict[str, str] = {}
    for name, run in record.runs.items():
        sequence = sequence_of(name)
        # Earlier passes went through the same steps, so their ids can be made although only the latest is kept.
        for number in range(max(1, run.number - MOST_PASSES + 1), run.number + 1):
            for step in run.sent:
                places[keys.send_id(record.id, sequence, str(number), step)] = f"{sequence}/{step}"
    return places


def _name_group(  # noqa: PLR0917  what a mail can be grouped by
    by: Grouping, record: Subscriber, template: str, at: datetime | None, place: str, language: str
) -> str:
    match by:
        case "template":
            return template
        case "issue" | "provider":
            return place
        case "sequence":
            return place.partition("/")[0]
        case "variant":
            return f"{place} {template}".strip()
        case "language":
            return record.language or language
        case "day":
            return at.date().isoformat() if at else ""


def _find_provider(record: Subscriber, found: Mapping[str, str]) -> str:
    """Return the provider of a person's newest proven address; empty for somebody without one."""
    # Where nothing is proven, the address that was given last gets the mail.
    proven = [(held.proven_at, held.email) for held in record.addresses.values() if held.proven_at]
    email = max(proven)[1] if proven else next((held.email for held in reversed(record.addresses.values())), "")
    return (found.get(domain_of(email)) or name_provider(email)) if email else ""


def make_rows(tallies: dict[str, MailTally]) -> tuple[MailRow, ...]:
    """Return the rows by group."""
    return tuple(_make_row(name, tally) for name, tally in sorted(tallies.items()))


def _make_row(name: str, tally: MailTally) -> MailRow:
    counts, seconds = tally.statuses, sorted(tally.seconds)
    return MailRow(
        group=name,
        accepted=counts["sent"],
        refused=counts["refused"],
        failed=counts["failed"],
        unknown=counts["unknown"],
        under_way=counts["queued"] + counts["attempting"],
        bounced=dict(sorted(tally.bounced.items())),
        complaints=tally.complaints,
        stopped=tally.stopped,
        stop_reasons=dict(tally.stop_reasons.most_common()),
        p50_seconds=_pick(seconds, 0.5),
        p99_seconds=_pick(seconds, 0.99),
        measured=tally.measured,
        clicked=tally.clicked,
        delivered=counts["sent"] - tally.came_back,
    )


def _pick(ordered: Sequence[float], share: float) -> float | None:
    """Return the value below which this share of them lies; None of nothing."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None
