"""The cases of ``switch``: values, ranges and alternatives, each read as a condition on the field.

``Hamburg``, ``Hamburg or Berlin``, ``9 to 10``, ``at least 50``, ``50 or more``, ``under 18``, ``yes``,
``before today``, ``empty``.
A text is compared as a whole first, so a value may hold an “or” itself.
"""

import re

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import Condition, ConditionProblem, read_condition

EMPTY = "empty"
"""The case of a field that holds nothing."""
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
MORE = ("more", "over", "later")
_OR_MORE = re.compile(rf"(\S+) or ({'|'.join(MORE)}|less|fewer|under|earlier)\b")
_RANGE = re.compile(r"(\S+)\s*(?:to|-|–)\s*(\S+)", re.IGNORECASE)
_WORDS = ("text", "phone", "email")
"""Types of fields whose values are words, and have no order."""


def read_case(field: str, case: str, config: WorkspaceConfig) -> tuple[Condition | None, tuple[ConditionProblem, ...]]:
    """Return the condition that a case stands for; None, and what is wrong with it, if it cannot be read."""
    return read_condition(f"field {field} {_phrase(field, case, config)}", config)


def case_values(case: str, kind: str) -> list[str]:
    """Return the values that a case names, in small letters; a range or comparison is one of them."""
    if kind not in _WORDS:
        case = _OR_MORE.sub(
            lambda found: f"{'at least' if found[2] in MORE else 'at most'} {found[1]}", case.casefold()
        )
    parts = _OR.split(case.strip())
    whole = [case.strip()] if kind in _WORDS and len(parts) > 1 else []
    return [part.casefold() for part in (*whole, *parts)]


def _phrase(field: str, case: str, config: WorkspaceConfig) -> str:
    declared = config.fields.get(field)
    kind = declared.type if declared else "text"
    tests = [_test_of(value, kind) for value in case_values(case, kind)]
    return f" or field {field} ".join(tests)


def _test_of(value: str, kind: str) -> str:
    if value == EMPTY:
        return "is empty"
    if kind == "list":
        return f"has {_quote(value)}"
    if kind in _WORDS:
        return f"is {_quote(value)}"
    bounds = _RANGE.fullmatch(value)
    return f"is from {bounds[1]} to {bounds[2]}" if bounds else f"is {value}"


def _quote(value: str) -> str:
    # Either kind of quotes, whichever the value does not hold.
    return f"“{value}”" if '"' in value else f'"{value}"'
