"""What YAML's complaints mean to somebody who wrote a text: where it went wrong and the line that would be right."""

import re
from dataclasses import dataclass

_FIRST_PART = re.compile(r"""^(?P<lead>\s*(?:-\s+)*(?:[^\s:#"'{}\[\],][^:#"'{}]*:\s+)?)(?P<text>.*?)\s*$""")
_CLOSED_EARLY = re.compile(r"""(?:^|:\s|-\s)\s*(?:"[^"]*"|'[^']*')\s*[^\s,}\]#:]""")
_SPECIAL = "@`%|>*&!"
_PROBLEMS = {
    "mapping values are not allowed in this context": (
        "colon-in-text", "A colon followed by a space ends a name, and here stands one too many."
    ),
    "found character that cannot start any token": (
        "special-start", "A text cannot begin with this character unless it is in quotes."
    ),
    "did not find expected alphabetic or numeric character": (
        "special-start", "A text cannot begin with this character unless it is in quotes."
    ),
    "found unexpected end of stream": ("open-quote", "A quotation mark is opened here and never closed."),
    "did not find expected ',' or ']'": ("open-bracket", "A list in brackets is not closed, or misses a comma."),
    "did not find expected ',' or '}'": ("open-brace", "A map in braces is not closed, or misses a comma."),
    "could not find expected ':'": ("no-colon", "A name is expected here, followed by a colon."),
    "block sequence entries are not allowed in this context": (
        "dash-in-text", "A dash followed by a space begins a list item, and none can stand here."
    ),
}
"""libyaml's words (scanner.c, parser.c) and ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A syntax error in our words; line and column count from 0."""

    line: int
    column: int
    code: str
    message: str
    hint: str = ""


def quoted(line: str) -> str:
    """Return a line with its text in quotes, as it should be written."""
    found = _FIRST_PART.match(line)
    lead, text = (found["lead"], found["text"]) if found else ("", line)
    if text.endswith(('"', "'")) and text[:1] == text[-1:]:
        text = text[1:-1]
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{lead.strip()} "{escaped}"'.strip()


def cut_text(text: str, rest: str) -> tuple[str, str] | None:
    """Tell whether `` #`` cut a text off, and how to mend it.

    ``rest`` is the line behind the text.  A real comment has a space behind its ``#`` and, after a sentence, two
    before it.
    """
    comment = rest.strip()
    if not comment.startswith("#") or not rest[:1].isspace():
        return None
    told = comment[1:2] not in ("", " ", "#") or (rest[:2] == " #" and " " in text)
    if not told:
        return None
    whole = f"{text}{rest.rstrip()}"
    return (
        f"“ #” begins a comment, so this text ends with “{text[-30:]}”.",
        f"Put the text in quotes: {quoted(whole)} (or two spaces before the # of a comment).",
    )


def syntax(problem: str, lines: list[str], line: int, column: int) -> Complaint:
    """Explain a parser error at a place."""
    text = lines[line]
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return Complaint(
            line=line, column=text.index("\t"), code="tab", message="A tab stands at the beginning of the line.",
            hint="Indent with spaces; two for each level.",
        )
    if cut := _cut_above(lines, line):
        return cut
    place = _broken_text(lines, line)
    if place is not None:
        return Complaint(
            line=place, column=len(lines[place]) - len(lines[place].lstrip()), code="quote",
            message="A text ends before the line does.",
            hint=f"Put the whole of it in quotes: {quoted(lines[place])}",
        )
    code, message = _PROBLEMS.get(problem, ("syntax", "The line does not fit what stands above it."))
    if code in ("colon-in-text", "special-start", "dash-in-text"):
        hint = f"If it is text, put it in quotes: {quoted(text)}"
    else:
        hint = "Check the indentation: names on one level begin in the same column." if code == "syntax" else ""
    return Complaint(line=line, column=column, code=code, message=message, hint=hint)


def _cut_above(lines: list[str], line: int) -> Complaint | None:
    """A text in several lines, or in brackets, that `` #`` cut."""
    for place in (line, line - 1):
        if place < 0 or " #" not in lines[place] or lines[place].lstrip().startswith("#"):
            continue
        before, _, after = lines[place].partition(" #")
        found = _FIRST_PART.match(before)
        told = cut_text(found["text"] if found else before, f" #{after}")
        if told and found and found["text"][:1] not in ("'", '"'):
            return Complaint(
                line=place, column=len(found["lead"]), code="cut-text", message=told[0],
                hint=f"Put the text in quotes: {quoted(lines[place])}",
            )
    return None


def _broken_text(lines: list[str], line: int) -> int | None:
    """Find the line whose text is closed early: “"Hello" she said”, or ``{{ hi }} …`` without quotes."""
    for place in (line, line - 1):
        if place < 0:
            continue
        found = _FIRST_PART.match(lines[place])
        if _CLOSED_EARLY.search(lines[place]) or (found and found["text"].startswith("{{")):
            return place
    return None
