"""The content of a sequence's picture: a box for each step, an arrow for each way, and numbers if they are known."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from language.durations import format_duration
from onboarding.language.acts import (
    Act,
    DrawCode,
    GiveTask,
    LetRest,
    MarkPerson,
    NotifyTeam,
    RecordEvent,
    SplitWays,
    TellHook,
    Withdraw,
)
from onboarding.language.catalog import Action, If, MailSequence, Send, SequenceStep, StartRule
from onboarding.language.model import END
from onboarding.language.parts.question import Question
from onboarding.language.parts.waits import Wait, WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime, WaitWhen
from onboarding.language.ways import next_steps, question_of
from service.reports.diagrams.picture import (
    LONGEST_LABEL,
    LONGEST_LINE,
    START,
    Arrow,
    Box,
    Picture,
    limit_labels,
    shorten_text,
)
from service.reports.sequences.follow_pass import HAPPENED, RAN_OUT
from service.reports.sequences.summarize import SequenceReport, StepRow

MOST_REASONS = 2
"""Reasons of a number that a box tells by name."""


def build_sequence_picture(sequence: MailSequence, report: SequenceReport | None = None) -> Picture:
    """Return the picture of a sequence, with the numbers of its report if there is one."""
    rows = {row.step: row for row in report.steps} if report else {}
    boxes = [
        Box(name=START, lines=tuple(_list_starts(sequence, report)), look="start"),
        *(_build_box(step, rows.get(step.name)) for step in sequence.steps.values()),
        Box(name=END, lines=tuple(_list_endings(sequence, report)), look="end"),
    ]
    # One arrow for all ways between two boxes, as in flows.
    joined: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for step in sequence.steps.values():
        for target, label, is_out in _list_arrows(step, rows.get(step.name)):
            joined.setdefault((step.name, target), []).append((label, is_out))
    arrows = [Arrow(source=START, target=sequence.first)]
    arrows += [
        Arrow(
            source=source,
            target=target,
            labels=limit_labels([shorten_text(label, LONGEST_LABEL) for label, _ in ways if label]),
            out=all(is_out for _, is_out in ways),
        )
        for (source, target), ways in joined.items()
    ]
    note = f"who began in the last {report.days} days; the dot shows people standing there now" if report else ""
    return Picture(title=sequence.name, boxes=tuple(boxes), arrows=tuple(arrows), note=note, kind="sequence")


def _list_starts(sequence: MailSequence, report: SequenceReport | None) -> Iterator[str]:
    start: StartRule = sequence.start
    if start.confirmed:
        yield f"{sequence.topic} is confirmed"
    if start.event:
        yield _cut(f"{start.event}{f' where {start.where.text}' if start.where else ''}")
    for timed in start.timed:
        yield _cut(timed.text)
    if start.each:
        yield f"a pass for each {start.each}"
    if start.condition:
        yield _cut(f"if {start.condition.text}")
    # Once there are numbers, they say how many are held out.
    if sequence.holdout and not report:
        yield f"{sequence.holdout}% are held out"
    if sequence.draft:
        yield "its mails wait for approval"
    if report:
        yield f"{report.began:,} began{f', {report.held_out:,} held out' if report.held_out else ''}"


def _list_endings(sequence: MailSequence, report: SequenceReport | None) -> Iterator[str]:
    """Yield what ends it from wherever somebody stands, and what became of all."""
    if sequence.goal:
        yield _cut(f"goal: {sequence.goal.name}, within {format_duration(sequence.goal.within)}")
    for way_out in sequence.exits:
        yield _cut(f"left at: {way_out.condition.text if way_out.condition else way_out.event}")
    if report is None:
        return
    words = {"finished": "came to the end", "goal": "reached the goal"}
    for status, said in words.items():
        if report.status.get(status):
            yield f"{report.status[status]:,} {said}"
    yield from _tell_reasons("left", report.left_because)


def _build_box(step: SequenceStep, row: StepRow | None) -> Box:
    lines = [_cut(line) for line in _describe(step.action)]
    return Box(
        name=step.name,
        lines=(*lines, *(_list_numbers(row) if row else ())),
        look=_choose_look(step.action),
        standing=row.here if row else 0,
    )


def _list_numbers(row: StepRow) -> Iterator[str]:
    if row.kind == "Send":
        waiting = {"on the way": row.under_way, "wait for approval": row.drafts}
        # Drafts and mails under way are no loss, and not sent either.
        more = "".join(f", {number:,} {said}" for said, number in waiting.items() if number)
        yield f"{row.mailed:,} sent{more}"
        yield from _tell_reasons("skipped", row.skipped_because)
    else:
        yield f"{row.reached:,} came"
    if row.ended.get("goal"):
        yield f"{row.ended['goal']:,} reached the goal"
    yield from _tell_reasons("left", row.left_because)


def _tell_reasons(what: str, reasons: Mapping[str, int]) -> Iterator[str]:
    """Yield how many did something, and why: one line for each of the most frequent reasons."""
    # One line a reason: a box is as wide as its longest line, and two reasons in one would widen all boxes beside it.
    for because, number in list(reasons.items())[:MOST_REASONS]:
        yield _cut(f"{number:,} {what}: {because}")
    if rest := sum(list(reasons.values())[MOST_REASONS:]):
        yield f"{rest:,} {what}: other reasons"


def _list_arrows(step: SequenceStep, row: StepRow | None) -> Iterator[tuple[str, str, bool]]:
    """Yield target, label, and whether it is a way out, of each way from a step."""
    targets = next_steps(step)
    action = step.action
    if isinstance(action, SplitWays):
        yield from ((name, f"{percent}%", False) for name, percent in action.parts)
        return
    if question := question_of(step):
        yield from ((target, label, False) for label, target in _list_answers(question))
        yield step.otherwise, f"no answer in {question.text}", True
        # Nobody is asked twice within ``ask_every``; whoever is left out goes on here.
        if isinstance(action, Send) and step.next_step not in (step.otherwise, *question.choices.values()):
            yield step.next_step, "not asked", True
        return
    # Both ways of a wait without “else” lead to the same step, so neither needs a word.
    if len(targets) == 1 or step.next_step == step.otherwise:
        yield step.next_step, "", False
        return
    on, out = _label_both(action)
    waited = row.waited if row else {}
    yield step.next_step, _with_times(on, waited.get(HAPPENED)), False
    yield step.otherwise, _with_times(out, waited.get(RAN_OUT)), True


def _list_answers(question: Question) -> Iterator[tuple[str, str]]:
    """Yield label and step of each answer; of a scale one for all numbers that lead to a step."""
    if not question.is_scale:
        yield from question.choices.items()
        return
    for target, answers in groupby(question.choices.items(), key=lambda answer: answer[1]):
        labels = [label for label, _ in answers]
        yield labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}", target


def _with_times(label: str, times: int | None) -> str:
    return f"{label} · {times:,}×" if times else label


def _label_both(action: Action) -> tuple[str, str]:
    """Return the labels of the way on and of the way out."""
    match action:
        case If():
            return "yes", "no"
        case WaitFor(text=text):
            return "happened", f"not within {text}"
        case WaitWhen(text=text):
            return "holds", f"not within {text}"
        case WaitDated():
            return "", "over already"
        case DrawCode():
            return "", "none left"
        case _:
            return "", "else"


def _describe(action: Action) -> Iterator[str]:
    match action:
        case Send():
            yield from _describe_send(action)
        case If(condition=condition):
            yield f"{condition.text}?"
        case WaitTime() | WaitLocal() | WaitCounted() | WaitDated() | WaitFor() | WaitWhen():
            yield _describe_wait(action)
        case _:
            yield _describe_act(action)


def _describe_send(send: Send) -> Iterator[str]:
    parts = [f"{percent}% {name}" for name, percent in send.split if len(send.split) > 1]
    cases = [f"{name} {f'if {condition.text}' if condition else 'else'}" for name, condition in send.cases]
    verb = "tells by chat or mail" if send.says else "asks" if send.question else "mails"
    yield from [f"{verb}:", *parts, *cases] if parts or cases else [f"{verb} {send.templates[0]}"]
    if send.topic:
        yield f"if {send.topic} is confirmed"
    if send.winner:
        yield _cut(f"the better one wins: {send.winner.event or 'goal'}")
    if send.anyway:
        yield "goes anyway"
    if send.at:
        yield f"at {send.at.text}"


def _describe_wait(wait: Wait) -> str:
    match wait:
        case WaitTime(text=text) | WaitCounted(text=text):
            return f"waits {text}"
        case WaitLocal(at=at):
            return f"waits until {at}"
        case WaitDated(text=text):
            return f"waits until {text}"
        case WaitFor():
            times = f"{wait.times} × " if wait.times > 1 else ""
            return f"waits for {times}{wait.name}{f' where {wait.where.text}' if wait.where else ''}"
        case WaitWhen(condition=condition):
            return f"waits until {condition.text}"


def _describe_act(act: Act) -> str:
    match act:
        case MarkPerson():
            marks = [*(f"tag {tag}" for tag in act.tags), *(f"no tag {tag}" for tag in sorted(act.removed_tags))]
            marks += [f"{name}: {value}" for name, value in act.fields.items()]
            marks += [f"{name} = {reckoned.text}" for name, reckoned in act.sums.items()]
            return ", ".join([*marks, *(f"{name} {points:+}" for name, points in act.points.items())])
        case RecordEvent(event=event):
            return f"records {event}"
        case NotifyTeam(team=team):
            return f"tells {team}"
        case GiveTask(team=team):
            return f"a task for {team}"
        case DrawCode(pool=pool):
            return f"draws a code: {pool}"
        case Withdraw(topic=topic) | LetRest(topic=topic):
            return f"takes them off {topic}" if isinstance(act, Withdraw) else f"lets {topic} rest"
        case TellHook(hook=hook):
            return f"posts to {hook}"
        case SplitWays():
            return "splits"


def _choose_look(action: Action) -> str:
    match action:
        case Send():
            return "ask" if action.question else "mail"
        case NotifyTeam() | GiveTask():
            return "team"
        case If() | SplitWays() | DrawCode() | TellHook():
            return "logic"
        case MarkPerson() | RecordEvent() | Withdraw() | LetRest():
            return "say"
        case _:
            return "time"


def _cut(text: str) -> str:
    return shorten_text(text, LONGEST_LINE)
