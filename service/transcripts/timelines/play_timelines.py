"""Plays timelines: walks one person through a sequence, and compares the mails with those that are written."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from msgspec.structs import replace

from domain.decision import Context
from domain.events import AnyEvent, FieldsTold, ProductEvent
from domain.keyring import Keyring
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from language.conditions.sequence_tests import sequence_of
from language.durations import parse_duration
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.pass_labels import label_passes, tell_reason
from onboarding.tuning.planned_answers import ANSWERED_AFTER, PlannedAnswer
from onboarding.tuning.simulate import SimulatedMoment, confirm_topics, simulate
from onboarding.tuning.simulated_people import find_person
from onboarding.tuning.watched_sequences import TakenWay, watch_sequences
from service.transcripts.check_names import read_start
from service.transcripts.coverage import FlowCoverage
from service.transcripts.match_messages import DiffRow
from service.transcripts.run import TranscriptDifference
from service.transcripts.timelines.model import DeedLine
from service.transcripts.timelines.read_timelines import Timeline
from service.transcripts.timelines.sequence_coverage import measure_ways

KEYS = Keyring("simulated people have no secrets at all")
ENTROPY = bytes(16)
"""The same in every run: a timeline goes the same way every time."""
MOST_REASONS = 4
NEVER_BEGAN = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinesResult:
    """The result of a run of timelines."""

    played: int = 0
    failed: tuple[str, ...] = ()
    """Names of timelines that went another way."""
    differences: tuple[TranscriptDifference, ...] = ()
    coverage: tuple[FlowCoverage, ...] = ()
    """Of each sequence of the workspace; empty if there is no timeline."""


def play_timelines(
    timelines: Sequence[Timeline], sequences: SequenceCatalog, config: WorkspaceConfig, *, start: datetime
) -> TimelinesResult:
    """Play timelines whose names were checked; ``start`` is when one begins that does not say when."""
    if not timelines:
        return TimelinesResult()
    watched, taken = watch_sequences(sequences)
    ways: set[TakenWay] = set()
    stood: set[tuple[str, str]] = set()
    differences: list[TranscriptDifference] = []
    for timeline in timelines:
        taken.clear()
        walked = walk_timeline(timeline, watched, config, start)
        ways.update(taken)
        stood |= _list_stands(walked)
        differences += find_differences(timeline, walked, config, sequences)
    return TimelinesResult(
        played=len(timelines),
        failed=tuple(dict.fromkeys(difference.transcript for difference in differences)),
        differences=tuple(differences),
        coverage=tuple(measure_ways(sequences, ways, stood)),
    )


def walk_timeline(
    timeline: Timeline, catalog: SequenceCatalog, config: WorkspaceConfig, start: datetime
) -> list[SimulatedMoment]:
    """Return what the person of a timeline lives through; empty if nobody gets the wanted parts."""
    text = timeline.text
    together = {name: catalog.sequences[name] for name in dict.fromkeys((text.sequence, *text.together))}
    sequence = together[text.sequence]
    # In UTC: a duration added to a moment of a zone would be counted by the clock on the wall, across summer time.
    begins = (read_start(text.start, config) if text.start else start).astimezone(UTC)
    person = find_person(sequence, text.arm, config=config, keys=KEYS, start=begins, timezone=text.timezone)
    if person is None:
        return []
    person = confirm_topics(person, [one.topic for one in together.values()], config)
    fields: dict[str, Value] = dict(text.fields)
    person = replace(person, tags=tuple(text.tags), fields=fields)
    events = list(_list_events(timeline, sequence.start.event, begins))
    context = Context(now=begins, entropy=ENTROPY, keys=KEYS, config=config)
    catalog = dataclasses.replace(catalog, sequences=together)
    return list(simulate(catalog, person, sequence.topic, events, context, answers=tuple(_list_answers(timeline))))


def _list_answers(timeline: Timeline) -> Iterator[PlannedAnswer]:
    for step, given in timeline.text.answers.items():
        delay = parse_duration(given.after) if given.after else ANSWERED_AFTER
        yield PlannedAnswer(step=step, label=given.answer, delay=delay)


def _list_events(timeline: Timeline, starting: str, start: datetime) -> Iterator[tuple[timedelta, AnyEvent]]:
    deeds = timeline.text.did
    if starting and all(deed.event != starting for deed in deeds):
        deeds = [DeedLine(event=starting), *deeds]  # a sequence that begins with an event: the person does it first
    for number, deed in enumerate(deeds):
        first = parse_duration(deed.after) if deed.after else timedelta(0)
        apart = parse_duration(deed.every) if deed.every else timedelta(0)
        for lap in range(deed.times):
            delay = first + lap * apart
            yield delay, _make_event(deed, f"{number}-{lap}", start + delay)


def _make_event(deed: DeedLine, event_id: str, at: datetime) -> AnyEvent:
    if deed.event:
        return ProductEvent(id=event_id, at=at, name=deed.event, properties=dict(deed.properties))
    return FieldsTold(id=event_id, at=at, fields=dict(deed.told))


def find_differences(
    timeline: Timeline, walked: Sequence[SimulatedMoment], config: WorkspaceConfig, sequences: SequenceCatalog
) -> Iterator[TranscriptDifference]:
    """Yield what went another way: the mails, and how the pass ended."""
    text = timeline.text
    if not walked:
        parts = ", ".join(f"{step}={part}" for step, part in text.arm.items())
        yield _make_difference(timeline, ("arm",), message=f"Nobody was found who gets {parts}.")
        return
    # Mails alone would not show it: silence often leads the same way.
    # A step is named alone, or with its sequence where several are walked together.
    said = {moment.said.partition(":")[0] for moment in walked}
    for step in text.answers:
        if step.rpartition("/")[2] not in said:
            yield _make_difference(timeline, ("answers", step), message=f"{step} never asked, so nothing was answered.")
    zone = ZoneInfo(text.timezone or config.timezone)
    came = [(f"{_write(moment.at, zone)} {mail.template}", moment) for moment in walked for mail in moment.mails]
    rows, number = _compare(text.mails, [mail for mail, _ in came])
    if rows:
        added = [row.text for row in rows if row.sign == "+"]
        about = next((moment for mail, moment in came if mail in added), walked[-2] if walked[1:] else walked[-1])
        path = ("mails", number) if number < len(text.mails) else ("mails",)
        labels = label_passes((reason for moment in walked for reason in moment.reasons), sequences)
        reasons = tuple(tell_reason(reason, labels) for reason in about.reasons[:MOST_REASONS])
        yield _make_difference(timeline, path, what="mails", rows=rows, reasons=reasons)
    ended = _read_ending(walked[-1].record, text.sequence)
    if text.ends and text.ends != ended:
        ends = (DiffRow(sign="-", text=text.ends), DiffRow(sign="+", text=ended))
        yield _make_difference(timeline, ("ends",), what="ends", rows=ends)


def _compare(expected: Sequence[str], came: Sequence[str]) -> tuple[tuple[DiffRow, ...], int]:
    """Return the rows of a difference, none if there is none, and the number of the first expected mail in it."""
    wanted = set(expected)
    # A mail that is written without its time of day is compared without it.
    keys = [day if (day := _without_time(mail)) in wanted else mail for mail in came]
    rows: list[DiffRow] = []
    first = -1
    for kind, from_, to, came_from, came_to in SequenceMatcher(None, expected, keys, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [DiffRow(sign=" ", text=mail) for mail in came[came_from:came_to]]
            continue
        first = from_ if first < 0 else first
        rows += [DiffRow(sign="-", text=mail) for mail in expected[from_:to]]
        rows += [DiffRow(sign="+", text=mail) for mail in came[came_from:came_to]]
    return (tuple(rows), first) if first >= 0 else ((), 0)


def _without_time(mail: str) -> str:
    when, _, name = mail.rpartition(" ")
    return f"{when.rpartition(' ')[0]} {name}"


def _write(at: datetime, zone: ZoneInfo) -> str:
    return format_datetime(at, "EEE d MMM HH:mm", tzinfo=zone, locale="en")


def _read_ending(record: Subscriber | None, sequence: str) -> str:
    runs = record.runs if record else {}
    # Of several passes at a time, one for each order, the last one is judged.
    ended = [run.status for name, run in runs.items() if sequence_of(name) == sequence]
    return ended[-1] if ended else NEVER_BEGAN


def _list_stands(walked: Sequence[SimulatedMoment]) -> set[tuple[str, str]]:
    record = walked[-1].record if walked else None
    return {(sequence_of(name), run.step) for name, run in record.runs.items()} if record else set()


def _make_difference(
    timeline: Timeline,
    path: tuple[str | int, ...],
    *,
    what: str = "",
    rows: tuple[DiffRow, ...] = (),
    message: str = "",
    reasons: tuple[str, ...] = (),
) -> TranscriptDifference:
    return TranscriptDifference(
        transcript=timeline.text.timeline, file=timeline.source.file, line=timeline.line_of(path),
        did=f"sequence {timeline.text.sequence}", what=what, rows=rows, message=message, reasons=reasons,
    )  # fmt: skip
