"""Reading a condition word by word: what the two kinds of conditions have in common.

Unknown names are gathered, so that all of them are told at once; what cannot be read at all ends the reading.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from language.findings import declare, did_you_mean

LONGEST = 500
"""Characters of a condition; nobody understands a longer one."""

_TOKEN = re.compile(r"\{\{\s*\w+\s*\}\}|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|'[^']*'|\S+")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_QUOTES = "\"'“”„"
_JOINS = ("", "and", "or")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a condition."""

    code: str
    """Stable short name, as in :class:`language.findings.Finding`."""
    message: str
    hint: str = ""


class NotUnderstoodError(ValueError):
    """Carries a :class:`Trouble` out of a reader; never leaves this room."""

    def __init__(self, message: str, hint: str = "", code: str = "unclear-condition") -> None:
        """Keep what is to be told."""
        super().__init__(message)
        self.trouble = Trouble(code=code, message=message, hint=hint)


class Words:
    """The words of a condition, read from left to right."""

    def __init__(self, text: str) -> None:
        """Cut a text into words; what stands in quotes or double braces is one word."""
        self.tokens: Sequence[str] = _TOKEN.findall(text)
        self.place = 0
        self.troubles: list[Trouble] = []

    def peek(self, ahead: int = 0) -> str:
        """Return a coming word in small letters; empty at the end."""
        place = self.place + ahead
        return self.tokens[place].casefold() if place < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Move over these words if they come next."""
        if all(self.peek(ahead) == word for ahead, word in enumerate(words)):
            self.place += len(words)
            return True
        return False

    def take_any(self, *phrases: str) -> str:
        """Move over the first of these phrases that comes next and return it; empty if none does."""
        return next((one for one in phrases if self.take(*one.split())), "")

    def name(self, what: str) -> str:
        """Move over the next word, whatever it is, and return it without its quotes."""
        if self.place >= len(self.tokens):
            message = f"the condition ends where {what} should come"
            raise NotUnderstoodError(message)
        self.place += 1
        return self.tokens[self.place - 1].strip(_QUOTES)

    def value(self) -> str:
        """Move over the words of a value: all up to the next “and” or “or”."""
        words = [self.name("a value")]
        while self.peek() not in _JOINS:
            words.append(self.name("a value"))
        return " ".join(words)

    def known(self, kind: str, name: str, names: Collection[str], where: str = "") -> None:
        """Gather a trouble if a name was never declared."""
        if name not in names:
            hint = (did_you_mean(name, names) or where) if where else declare(kind, name, names)
            message = f"“{name}” is no {kind} of {'doorstep.yaml' if not where else 'the table'}"
            self.troubles.append(Trouble(code=f"unknown-{kind}", message=message, hint=hint))

    def end(self, hint: str) -> None:
        """Raise if words are left over."""
        if self.peek():
            message = f"“{self.tokens[self.place]}” does not fit here"
            raise NotUnderstoodError(message, hint)


def variable(text: str) -> str:
    """Return the name in ``{{ name }}``; empty if the text is none."""
    found = _VARIABLE.fullmatch(text)
    return found[1] if found else ""


Joined = Callable[[Sequence[_T]], _T]
"""Makes one test of several."""


def joined(words: Words, one: Callable[[], _T], every: Joined[_T], some: Joined[_T]) -> _T:
    """Read tests joined by ``and`` and ``or``; ``and`` binds tighter."""
    parts = [_joined_by(words, "and", one, every)]
    while words.take("or"):
        parts.append(_joined_by(words, "and", one, every))
    return parts[0] if len(parts) == 1 else some(parts)


def _joined_by(words: Words, by: str, one: Callable[[], _T], join: Joined[_T]) -> _T:
    parts = [one()]
    while words.take(by):
        parts.append(one())
    return parts[0] if len(parts) == 1 else join(parts)
