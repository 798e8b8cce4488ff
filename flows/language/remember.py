"""Remembers what a pure reader of texts said of short ones: people type the same few words again and again."""

import functools
import re
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

Others = ParamSpec("Others")
Read = TypeVar("Read")

MOST_REMEMBERED = 4_096
"""Texts of each reader, the latest used."""
LONGEST_REMEMBERED = 40
"""Characters of a text."""
_MAY_BE_PERSONAL = re.compile(r"[@\d]")


def remember_short_texts(
    read: Callable[Concatenate[str, Others], Read],
) -> Callable[Concatenate[str, Others], Read]:
    """Return a pure reader that reads a short text once; all its other arguments must be hashable.

    What holds an @ or a digit may be somebody's address, code or number, and is read anew each time.
    Whose text it was is kept nowhere, and an address that is spelled out in words is remembered like any other.
    """
    remembered = functools.lru_cache(maxsize=MOST_REMEMBERED)(read)

    @functools.wraps(read)
    def read_text(text: str, /, *others: Others.args, **named: Others.kwargs) -> Read:
        if len(text) > LONGEST_REMEMBERED or _MAY_BE_PERSONAL.search(text):
            return read(text, *others, **named)
        return remembered(text, *others, **named)  # type: ignore[arg-type]  # lru_cache's type loses ParamSpec

    return read_text
