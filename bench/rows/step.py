"""CPU time of the pure parts: a step of a flow, and transcripts."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from bench.rows.workspace import workspace_of
from bench.service import KEYS
from bench.table import Figures, NotMeasuredError
from domain.decision import Context
from domain.events import Message
from domain.record import Identity
from flows.decide import decide_flows
from service.cli.test import read_transcripts
from service.engine.decide import create_record
from service.transcripts.run import run_transcripts
from service.workspace.edition import Edition, compile_edition, load_edition

STEPS = 100
ROUNDS = 20_000
LINES = 10_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def measure(figures: Figures) -> None:
    """Median of a message that takes a choice, beside a look into a dict; and 10,000 lines of shipped transcripts."""
    names = {f"s{number}": number for number in range(STEPS)}
    figures["look into a dict, µs"] = _median_us(lambda round_: names[f"s{round_ % STEPS}"])
    figures["step of 100, µs"] = _measure_step(workspace_of(1, STEPS))
    figures["step beside 200 flows, µs"] = _measure_step(workspace_of(200, 10) | workspace_of(1, STEPS))
    figures["10,000 lines of transcripts, s"] = _measure_transcripts()


def _measure_step(files: dict[str, str]) -> float:
    """Walk the flow "f0" down by its first choice, again and again."""
    edition = _compile_files(files)
    book = edition.rules.flows
    context = Context(now=NOW, entropy=bytes(16), keys=KEYS, config=edition.config)
    person = create_record("somebody", Identity(page="1", psid="7"), NOW)
    begun = decide_flows(book, person, Message(id="b", at=NOW, mid="b", text="begin 0"), (), context).record
    # One record for each step, made beforehand: the measured loop decides, and builds nothing.
    stands = [begun]
    for number in range(STEPS - 1):
        answer = Message(id="m", at=NOW, mid="m", text=f"strong {number}")
        stands.append(decide_flows(book, stands[-1], answer, (), context).record)
    if len({record.conversation.step for record in stands if record.conversation}) != STEPS:
        message = "the flow was not walked through"
        raise NotMeasuredError(message)
    answers = [Message(id="m", at=NOW, mid="m", text=f"strong {number}") for number in range(STEPS)]
    return _median_us(lambda round_: decide_flows(book, stands[round_ % STEPS], answers[round_ % STEPS], (), context))


def _compile_files(files: dict[str, str]) -> Edition:
    edition, found = compile_edition(files)
    if edition is None or any(finding.severity == "error" for finding in found):
        message = f"the workspace is not good: {found[0]}"
        raise NotMeasuredError(message)
    return edition


def _median_us(work: Callable[[int], object]) -> float:
    took = []
    for round_ in range(ROUNDS):
        began = time.perf_counter()
        work(round_)
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def _measure_transcripts() -> float:
    """Return the CPU seconds for :data:`LINES` lines of the shipped transcripts, repeated as often as needed."""
    edition, _ = load_edition(None)
    shipped, _ = read_transcripts(None, edition)
    lines = sum(len(transcript.text.talk) for transcript in shipped)
    templates = frozenset(edition.mails.template_names)
    began = time.process_time()
    result = run_transcripts(shipped * -(-LINES // lines), edition.rules, edition.config, templates, start=NOW)
    took = time.process_time() - began
    if result.failed:
        message = f"a shipped transcript went another way: {result.failed[0]}"
        raise NotMeasuredError(message)
    return took / result.lines * LINES
