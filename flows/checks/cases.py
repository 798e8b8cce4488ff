"""Checks of ``switch``: cases that cannot be read, that are never taken, or that are missing."""

import math
from collections.abc import Iterable, Iterator, Mapping

from domain.workspace_config import WorkspaceConfig
from flows.language.cases import EMPTY, case_values, read_case
from flows.language.model import StepText
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath, YamlSource

Interval = tuple[float, float]
_YES_NO = ("yes", "no")


def list_known_values(
    flows: Iterable[FlowSource], config: WorkspaceConfig, tables: Mapping[str, Table]
) -> dict[str, frozenset[str]]:
    """Return, by field, every value that flows keep there, for the fields that only choices and ``set`` fill."""
    values: dict[str, set[str]] = {name: set() for name in config.fields}
    # What people type, and what the row of a card brings along, can be anything.
    open_fields = {"first_name"}
    for step in (step for flow in flows for step in flow.text.steps.values()):
        for assigned in (step.set, *(choice.set for choice in step.choices.values())):
            for name, value in assigned.items():
                values.setdefault(name, set()).add(str(value))
        if step.save and step.kind in ("choice", "many"):
            values.setdefault(step.save, set()).update(step.choices)
        elif step.save:
            open_fields.add(step.save)
        open_fields.update(step.sets)
        shown = (tables.get(item.cards.table) for item in step.say if item.cards)
        open_fields |= {column for table in shown if table for column in table.columns}
    return {name: frozenset(known) for name, known in values.items() if known and name not in open_fields}


def check_cases(
    flow: FlowSource, config: WorkspaceConfig, known_values: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Yield what is wrong with the cases of each switch of a flow.

    ``known_values`` has, by field, every value that some flow keeps there, if all of them are known.
    """
    for name, step in flow.text.steps.items():
        declared = config.fields.get(step.switch or "")
        if declared is None:
            continue
        path: YamlPath = ("steps", name, "cases")
        unread = dict(_check_readable(flow.source, path, step, config))
        yield from unread.values()
        yield from _check_taken_before(flow.source, path, step, declared.type, set(unread))
        yield from _check_values(flow.source, path, step, declared.type, known_values.get(step.switch or ""))


def _check_readable(
    source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig
) -> Iterator[tuple[str, Finding]]:
    for case in step.cases:
        problems = read_case(step.switch or "", case, config)[1]
        if problems:
            message = f"“{case[:40]}” is no value of “{step.switch}”, and no range of its values."
            yield case, source.finding_at((*path, case), problems[0].code, message, problems[0].hint, key=True)


def _check_taken_before(
    source: YamlSource, path: YamlPath, step: StepText, kind: str, unread: set[str]
) -> Iterator[Finding]:
    """Yield each case that can never be taken, because the cases above it take all that it names."""
    seen: dict[str, str] = {}
    taken: list[Interval] = []
    for case in step.cases:
        values = case_values(case, kind)
        intervals = [interval for value in values if (interval := _interval_of(value)) is not None]
        before = next((seen[value] for value in values if value in seen), "")
        if kind == "number" and intervals:
            is_taken = all(_is_covered(interval, taken) for interval in intervals)
        else:
            is_taken = all(value in seen for value in values)
        if any(low > high for low, high in intervals):
            message = f"“{case}” holds no number: it ends before it begins."
            yield source.finding_at((*path, case), "unreachable-case", message, "Turn the two numbers round.", key=True)
        elif is_taken and case not in unread:
            above = f"“{before}” above takes" if before else "the cases above take"
            message = f"“{case}” is never taken: {above} all that it names."
            yield source.finding_at((*path, case), "unreachable-case", message, "Take it out, or move it up.", key=True)
        taken += intervals
        for value in values:
            seen.setdefault(value, case)


def _interval_of(value: str) -> Interval | None:
    """Return the numbers that a case means; None if it is no number and no range."""
    words = value.replace("–", " to ").split()
    if words[1:2] == ["to"]:
        low, high = _number(words[0]), _number(words[-1])
        return (low, high) if low is not None and high is not None else None
    limit = _number(words[-1]) if words else None
    if limit is None:
        return None
    above, below = math.nextafter(limit, math.inf), math.nextafter(limit, -math.inf)
    return {
        "": (limit, limit), "at least": (limit, math.inf), "at most": (-math.inf, limit),
        "over": (above, math.inf), "above": (above, math.inf), "more than": (above, math.inf),
        "under": (-math.inf, below), "below": (-math.inf, below), "less than": (-math.inf, below),
    }.get(" ".join(words[:-1]))  # fmt: skip


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _is_covered(interval: Interval, taken: list[Interval]) -> bool:
    """Tell whether the intervals together hold this one; touching ones count as one."""
    start, end = interval
    for low, high in sorted(taken):
        if low <= start:
            start = max(start, math.nextafter(high, math.inf)) if high < math.inf else math.inf
    return start > end or (start == end == math.inf)


def _check_values(
    source: YamlSource, path: YamlPath, step: StepText, kind: str, known: frozenset[str] | None
) -> Iterator[Finding]:
    """Yield values that nothing keeps in the field, and kept values without a case."""
    if kind == "yes_no":
        known = frozenset(_YES_NO)
    if known is None or kind not in ("text", "list", "yes_no"):
        return
    named = {value for case in step.cases for value in case_values(case, kind)}
    kept = {value.casefold() for value in known}
    for case in step.cases:
        values = case_values(case, kind)
        if kept.isdisjoint(values) and EMPTY not in values and kind != "yes_no":
            message = f"Nothing keeps “{case}” in “{step.switch}”, so this case is never taken."
            hint = suggest_name(case, sorted(known))
            yield source.finding_at((*path, case), "unreachable-case", message, hint, severity="warning", key=True)
    missing = sorted(value for value in known if value.casefold() not in named)
    if missing and not step.otherwise and EMPTY not in known:
        message = f"“{missing[0]}” can stand in “{step.switch}”, and no case takes it."
        hint = "Give it a case, or write else: and a step."
        yield source.finding_at(path, "missing-case", message, hint, severity="warning", key=True)
