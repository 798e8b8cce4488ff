"""What YAML's complaints mean to somebody who wrote a text: where it went wrong and the line that would be right."""

import re
from dataclasses import dataclass

_FIRST_PART = re.compile(r"""^(?P<lead>\s*(?:-\s+)*(?:[^\s:#"'{}\[\],][^:#"'{}]*:\s+)?)(?P<text>.*)$""")
LONGEST_LINE = 1_000
"""Characters of a line, and lines of a file around a mistake, that are looked at to explain it."""
_CLOSED_EARLY = re.compile(r"""(?:^|:\s|-\s)\s*(?:"[^"]*"|'[^']*')\s*[^\s,}\]#:]""")
_OPENING = re.compile(r"""(?:^\s*|:\s+|-\s+|[{\[]\s*|(?P<comma>,)\s*)(?P<sign>["'])""")
_CLOSING = {'"': re.compile(r'(?:[^"\\]|\\.|\\$)*"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}
_GOES_ON = re.compile(r"\s*(?:$|#|[,}\]])")
"""What may stand behind a closing quote."""
_NO_SPACE = re.compile(r"^(?P<lead>\s*(?:-\s+)*)(?P<name>[A-Za-z_]\w*):(?P<text>[^\s/:].*)$")
_IN_BRACES = re.compile(r"""[{,]\s*(?P<pair>\w+:\s+(?:"[^"]*"|'[^']*')\s*[^\s,}\]][^,}]*)""")
"""In a map in braces, a text that is closed early, with its name."""
_CURLY = re.compile(r"[“„](?P<inside>[^“”„]*)[“”]")
_BARE_NAME = re.compile(r"\s*[A-Za-z_]\w*\s*")
_ASIDE = re.compile(r"""(?P<sign>["']).*?(?P=sign)|\{\{.*?\}\}""")
_PROBLEMS = {
    "mapping values are not allowed in this context": (
        "colon-in-text",
        "A colon followed by a space ends a name, and here stands one too many.",
    ),
    "found character that cannot start any token": (
        "special-start",
        "A text cannot begin with this character unless it is in quotes.",
    ),
    "did not find expected alphabetic or numeric character": (
        "special-start",
        "A text cannot begin with this character unless it is in quotes.",
    ),
    "found unexpected end of stream": ("open-quote", "A quotation mark is opened here and never closed."),
    "did not find expected ',' or ']'": ("open-bracket", "The list in brackets misses a comma here."),
    "did not find expected ',' or '}'": ("open-brace", "The map in braces misses a comma here."),
    "could not find expected ':'": ("no-colon", "A name is expected here, followed by a colon."),
    "block sequence entries are not allowed in this context": (
        "dash-in-text",
        "A dash followed by a space begins a list item, and none can stand here.",
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
    found = _FIRST_PART.match(line.rstrip())
    lead, text = (found["lead"], found["text"]) if found else ("", line)
    if text.endswith(('"', "'")) and text[:1] == text[-1:]:
        text = text[1:-1]
    if curly := _CURLY.fullmatch(text):
        text = curly["inside"]
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


def syntax(problem: str, lines: list[str], line: int, column: int, began: tuple[int, int] | None = None) -> Complaint:
    """Explain a parser error at a place; ``began`` is where what it stands in begins, as far as the parser tells."""
    lines = [one[:LONGEST_LINE] for one in lines]
    text = lines[line]
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return Complaint(
            line=line,
            column=text.index("\t"),
            code="tab",
            message="A tab stands at the beginning of the line.",
            hint="Indent with spaces; two for each level.",
        )
    told = _odd_space(lines, line) or _no_colon_above(problem, lines, line) or _cut_above(lines, line)
    told = told or _open_quote(problem, lines, line) or _no_space(problem, lines, line, began)
    if told := told or _open_bracket(problem, lines, line, began):
        return told
    place = _broken_text(lines, line)
    if place is not None:
        pair = _IN_BRACES.search(lines[place])
        return Complaint(
            line=place,
            column=pair.start("pair") if pair else _indent(lines[place]),
            code="quote",
            message="A text ends before the line does.",
            hint=f"Put the whole of it in quotes: {quoted(pair['pair'] if pair else lines[place])}",
        )
    code, message = _PROBLEMS.get(problem, ("syntax", "The line does not fit what stands above it."))
    if code == "no-colon" and began:
        line, column = began
    if code in ("colon-in-text", "special-start", "dash-in-text"):
        hint = f"If it is text, put it in quotes: {quoted(text)}"
    elif code == "no-colon":
        hint = _named(lines, line)
    else:
        hint = "Check the indentation: names on one level begin in the same column." if code == "syntax" else ""
    return Complaint(line=line, column=column, code=code, message=message, hint=hint)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _odd_space(lines: list[str], line: int) -> Complaint | None:
    """A space that is none to YAML, such as the no-break space of a web page, where a line is indented."""
    for place in (line, line - 1):
        lead = lines[place][: _indent(lines[place])] if place >= 0 else ""
        if lead.strip(" "):
            return odd_space(place, len(lead) - len(lead.lstrip(" ")))
    return None


def odd_space(line: int, column: int) -> Complaint:
    """Tell of a space that does not indent."""
    return Complaint(
        line=line,
        column=column,
        code="no-break-space",
        message="A no-break space stands at the beginning of the line.",
        hint="Indent with plain spaces; two for each level.",
    )


def _no_colon_above(problem: str, lines: list[str], line: int) -> Complaint | None:
    """A name without its colon, which the parser only notices on the line below: “hello”, then “say: Hi”."""
    if _PROBLEMS.get(problem, ("",))[0] != "colon-in-text" or line == 0 or ": " in _after_name(lines[line]):
        return None
    above, before = lines[line - 1], lines[line - 2].rstrip() if line > 1 else ""
    bare = _BARE_NAME.fullmatch(above) and _indent(above) < _indent(lines[line])
    aligned = _indent(above) == _indent(lines[line]) and before.endswith(":") and ":" not in above
    if not (bare or aligned) or not _named(lines, line - 1):
        return None
    return Complaint(
        line=line - 1,
        column=_indent(above),
        code="no-colon",
        message=_PROBLEMS["could not find expected ':'"][1],
        hint=_named(lines, line - 1),
    )


def _after_name(line: str) -> str:
    found = _FIRST_PART.match(line.rstrip())
    return found["text"] if found else line


def _named(lines: list[str], line: int) -> str:
    """Return a line without a colon as it was probably meant: an item among items, else a name and its value."""
    text, indent = lines[line].strip(), _indent(lines[line])
    beside = (lines[at] for at in (line - 1, line + 1) if 0 <= at < len(lines))
    if any(_indent(one) == indent and one.lstrip().startswith("- ") for one in beside):
        return f"- {text}"
    name, _, value = text.partition(" ")
    return f"{name}: {value}".rstrip() if _BARE_NAME.fullmatch(name) else ""


def _cut_above(lines: list[str], line: int) -> Complaint | None:
    """A text in several lines, or in brackets, that `` #`` cut."""
    for place in (line, line - 1):
        if place < 0 or " #" not in lines[place] or lines[place].lstrip().startswith("#"):
            continue
        before, _, after = lines[place].partition(" #")
        found = _FIRST_PART.match(before.rstrip())
        told = cut_text(found["text"] if found else before, f" #{after}")
        if told and found and found["text"][:1] not in ("'", '"'):
            return Complaint(
                line=place,
                column=len(found["lead"]),
                code="cut-text",
                message=told[0],
                hint=f"Put the text in quotes: {quoted(lines[place])}",
            )
    return None


def _open_quote(problem: str, lines: list[str], line: int) -> Complaint | None:
    """A quotation mark whose text runs on into the next one, or to the end of the file."""
    place = column = 0
    while place <= line:
        found = None if lines[place].lstrip().startswith("#") else _OPENING.search(lines[place], column)
        if found is None:
            place, column = place + 1, 0
            continue
        if found["comma"] and not {"{", "["} & set(lines[place][: found.start()]):
            column = found.end()
            continue
        end = _closing(lines, place, found.end(), found["sign"])
        swallowed = end and place < end[0] == line and not _GOES_ON.match(lines[line], end[1])
        if swallowed or (end is None and problem == "found unexpected end of stream"):
            return _never_closed(lines[place], place, found.end() - 1)
        if end is None:
            return None
        place, column = end
    return None


def _closing(lines: list[str], line: int, column: int, sign: str) -> tuple[int, int] | None:
    """Return the place behind the quote that closes a text."""
    for place in range(line, len(lines)):
        found = _CLOSING[sign].match(lines[place], column if place == line else 0)
        if found:
            return place, found.end()
    return None


def _never_closed(text: str, line: int, column: int) -> Complaint:
    inside = "{" in text[:column] and text.rstrip().endswith("}")
    return Complaint(
        line=line,
        column=column,
        code="open-quote",
        message="The quote that opens here is never closed.",
        hint=f"Put {text[column]} {'before the last }' if inside else 'at the end of the line'}.",
    )


def _no_space(problem: str, lines: list[str], line: int, began: tuple[int, int] | None) -> Complaint | None:
    """A name whose colon has no space behind it, so that the line is no name at all."""
    if _PROBLEMS.get(problem, ("",))[0] not in ("no-colon", "colon-in-text"):
        return None
    for place in (began[0] if began else line, line - 1):
        found = _NO_SPACE.match(lines[place]) if 0 <= place <= line else None
        if found and not (place == line and ": " in found["text"]):
            return Complaint(
                line=place,
                column=found.end("name"),
                code="no-space",
                message="A space is missing after the colon.",
                hint=f"{found['name']}: {found['text']}".rstrip(),
            )
    return None


def _open_bracket(problem: str, lines: list[str], line: int, began: tuple[int, int] | None) -> Complaint | None:
    """A brace or bracket that is not closed before the next line begins."""
    code, kind, sign = {
        "did not find expected ',' or '}'": ("open-brace", "brace", "}"),
        "did not find expected ',' or ']'": ("open-bracket", "bracket", "]"),
    }.get(problem, ("", "", ""))
    if not code or began is None:
        return None
    text = " ".join([lines[began[0]][began[1] :], *lines[began[0] + 1 : line + 1][:LONGEST_LINE]])[: 20 * LONGEST_LINE]
    if sign in _ASIDE.sub("", text):
        return None
    return Complaint(
        line=began[0],
        column=began[1],
        code=code,
        message=f"The {kind} that opens here is never closed.",
        hint=f"Add {sign} at the end.",
    )


def _broken_text(lines: list[str], line: int) -> int | None:
    """Find the line whose text is closed early: “"Hello" she said”, or ``{{ hi }} …`` without quotes."""
    for place in (line, line - 1):
        if place < 0:
            continue
        found = _FIRST_PART.match(lines[place].rstrip())
        if _CLOSED_EARLY.search(lines[place]) or (found and found["text"].startswith("{{")):
            return place
    return None
