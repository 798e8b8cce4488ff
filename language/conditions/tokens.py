"""Reads a condition token by token; both kinds of conditions use it.

Unknown names are collected, so that all of them are reported at once; a word that cannot be read ends the reading.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from language.findings import suggest_declaration, suggest_name

LONGEST_CONDITION = 500
"""Characters of a condition; a longer one is a mistake, such as a missing quote."""

# A variable, a text in one of four kinds of quotes, or anything up to the next space.
_TOKEN = re.compile(r"\{\{\s*\w+\s*\}\}|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|'[^']*'|\S+")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_QUOTES = "\"'“”„"
SIGNS: Mapping[str, str] = {
    ">=": "is at least", "=>": "is at least", "<=": "is at most", "=<": "is at most", "!=": "is not", "<>": "is not",
    "==": "is", "=": "is", ">": "is more than", "<": "is less than", "≥": "is at least", "≤": "is at most",
    "≠": "is not",
}  # fmt: skip
"""Signs of comparison that other languages know, and the words for them."""
_SIGN = re.compile("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))))
_JOINS = ("", "and", "or")  # a value ends here; "" is the end of the condition

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionProblem:
    """One mistake in a condition; the finding also names its place."""

    code: str
    """Stable short name, as in :class:`language.findings.Finding`."""
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


class UnclearConditionError(ValueError):
    """Carries a :class:`ConditionProblem` out of a reader; never leaves this package."""

    def __init__(self, message: str, hint: str = "", code: str = "unclear-condition") -> None:
        """Keep the problem for the finding."""
        super().__init__(message)
        self.problem = ConditionProblem(code=code, message=message, hint=hint)


class TokenReader:
    """Reads the tokens of a condition from left to right."""

    def __init__(self, text: str) -> None:
        """Cut a text into tokens; a text in quotes and a variable in double braces are one token each."""
        self.tokens: Sequence[str] = _TOKEN.findall(text)
        self.position = 0
        self.problems: list[ConditionProblem] = []
        self.warnings: list[ConditionProblem] = []

    def peek(self, ahead: int = 0) -> str:
        """Return the token that comes next, or ``ahead`` tokens later, in small letters; empty at the end."""
        place = self.position + ahead
        return self.tokens[place].casefold() if place < len(self.tokens) else ""

    def take_words(self, *words: str) -> bool:
        """Move past these words and return True if they come next."""
        if all(self.peek(ahead) == word for ahead, word in enumerate(words)):
            self.position += len(words)
            return True
        return False

    def take_any_phrase(self, *phrases: str) -> str:
        """Move past the first of these phrases that comes next and return it; empty if none does."""
        return next((phrase for phrase in phrases if self.take_words(*phrase.split())), "")

    def take_name(self, description: str) -> str:
        """Move past the next token, whatever it is, and return it without its quotes."""
        if self.position >= len(self.tokens):
            message = f"the condition ends where {description} should come"
            raise UnclearConditionError(message)
        self.position += 1
        return self.tokens[self.position - 1].strip(_QUOTES)

    def comes_before_join(self, word: str) -> bool:
        """Return True if a word comes before the next “and” or “or”."""
        ahead = 0
        while self.peek(ahead) not in _JOINS:
            if self.peek(ahead) == word:
                return True
            ahead += 1
        return False

    def take_value(self, until: str = "") -> str:
        """Move past the words of a value, up to the next “and”, “or” or ``until``, and return them."""
        words = [self.take_name("a value")]
        while self.peek() not in _JOINS and self.peek() != until:
            words.append(self.take_name("a value"))
        return " ".join(words)

    def check_declared(self, kind: str, name: str, names: Collection[str], where: str = "") -> None:
        """Add a problem if a name is not declared; ``where`` says where, if not in doorstep.yaml."""
        if name not in names:
            hint = (suggest_name(name, names) or where) if where else suggest_declaration(kind, name, names)
            message = f"“{name}” is no {kind} of {'doorstep.yaml' if not where else 'the table'}"
            self.problems.append(ConditionProblem(code=f"unknown-{kind}", message=message, hint=hint))

    def expect_end(self, hint: str) -> None:
        """Raise :class:`UnclearConditionError` if tokens are left over."""
        if self.peek():
            message = f"“{self.tokens[self.position].strip(_QUOTES)}” does not fit here"
            raise UnclearConditionError(message, hint)


def words_for_sign(tokens: TokenReader) -> str:
    """Return what was probably meant by the rest: “is more than 30” for “> 30”; “is …” if no sign comes next."""
    _, sign, rest = split_at_sign(f"x {' '.join(tokens.tokens[tokens.position :])}")
    return f"{SIGNS[sign]} {rest or '…'}" if sign else "is …"


def split_at_sign(text: str) -> tuple[str, str, str]:
    """Return what stands before a sign of comparison, the sign, and what stands behind it; no sign: the first word."""
    match = _SIGN.search(text)
    if match:
        return text[: match.start()].strip(), match[0], text[match.end() :].strip()
    first, _, rest = text.partition(" ")
    return first, "", rest.strip()


def variable_name(text: str) -> str:
    """Return the name in ``{{ name }}``; empty if the text is not a variable."""
    match = _VARIABLE.fullmatch(text)
    return match[1] if match else ""


JoinTests = Callable[[Sequence[_T]], _T]
"""Makes one test of several."""


def read_joined(
    tokens: TokenReader, read_test: Callable[[], _T], join_all: JoinTests[_T], join_any: JoinTests[_T]
) -> _T:
    """Read tests joined by ``and`` and ``or``; ``and`` binds tighter."""
    # “a and b or c” is (a and b) or c: “or” joins groups of “and”.
    parts = [_read_joined_by(tokens, "and", read_test, join_all)]
    while tokens.take_words("or"):
        parts.append(_read_joined_by(tokens, "and", read_test, join_all))
    return parts[0] if len(parts) == 1 else join_any(parts)


def _read_joined_by(tokens: TokenReader, word: str, read_test: Callable[[], _T], join: JoinTests[_T]) -> _T:
    parts = [read_test()]
    while tokens.take_words(word):
        parts.append(read_test())
    return parts[0] if len(parts) == 1 else join(parts)
