"""Explains YAML's syntax errors to the author of a file: where the mistake is, and the line that would be right.

libyaml reports where it could not go on, which is often a line or more after the mistake.  So the lines around are
searched for the usual mistakes first, from the most certain to the least.
"""

import re

from language.yaml_odd_signs import find_odd_sign
from language.yaml_text_errors import (
    LONGEST_LINE,
    SyntaxProblem,
    find_cut_text,
    find_open_quote,
    find_text_closed_early,
    indent_of,
    quote_line,
    text_after_name,
)

# “else:bye”; not “https://…”, which is a text.
_NO_SPACE = re.compile(r"^(?P<lead>\s*(?:-\s+)*)(?P<name>[A-Za-z_]\w*):(?P<text>[^\s/:].*)$")
_BARE_NAME = re.compile(r"\s*[A-Za-z_]\w*\s*")
_QUOTED_OR_VARIABLE = re.compile(r"""(?P<sign>["']).*?(?P=sign)|\{\{.*?\}\}""")
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
    "found unknown escape character": (
        "backslash",
        "In double quotes a backslash begins an escape, and this is none.",
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
"""libyaml's message (scanner.c, parser.c), and our finding code and sentence."""


def explain_syntax_error(
    problem: str, lines: list[str], line: int, column: int, began: tuple[int, int] | None = None
) -> SyntaxProblem:
    """Explain a parser error at a line and column, both from 0.

    ``began`` is where the list or map begins in which it stands, if the parser knows.
    """
    lines = [one_line[:LONGEST_LINE] for one_line in lines]
    text = lines[line]
    # Editors indent with tabs; YAML never does, and reports it as anything.
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return SyntaxProblem(
            line=line,
            column=text.index("\t"),
            code="tab",
            message="A tab stands at the beginning of the line.",
            hint="Indent with spaces; two for each level.",
        )
    found = (
        _find_odd_space(lines, line)
        or find_odd_sign(lines, line)
        or _find_missing_colon_above(problem, lines, line)
        or find_cut_text(lines, line)
        or find_open_quote(problem, lines, line)
        or _find_missing_space(problem, lines, line, began)
        or _find_open_bracket(problem, lines, line, began)
        or find_text_closed_early(lines, line)
    )
    return found or _explain_by_message(problem, lines, line, column, began)


def _explain_by_message(
    problem: str, lines: list[str], line: int, column: int, began: tuple[int, int] | None
) -> SyntaxProblem:
    """Explain a parser error by libyaml's message alone, where no usual mistake was found."""
    text = lines[line]
    code, message = _PROBLEMS.get(problem, ("syntax", "The line does not fit what stands above it."))
    if code == "backslash":
        return SyntaxProblem(line=line, column=column, code=code, message=message, hint=_suggest_single_quotes(text))
    if code == "no-colon" and began:  # libyaml notices at the end of the line; the name began there
        line, column = began
    if code in ("colon-in-text", "special-start", "dash-in-text"):
        hint = f"If it is text, put it in quotes: {quote_line(text)}"
    elif code == "no-colon":
        hint = _guess_name_and_value(lines, line)
    else:
        hint = "Check the indentation: names on one level begin in the same column." if code == "syntax" else ""
    return SyntaxProblem(line=line, column=column, code=code, message=message, hint=hint)


def _suggest_single_quotes(line: str) -> str:
    match = re.search(r'"(?P<text>(?:[^"\\]|\\.)*)"', line)
    if match is None or "'" in match["text"]:
        return "Write two backslashes for one, or put the text in single quotes."
    return f"Put the text in single quotes, where it is a character: '{match['text']}'"


def _find_odd_space(lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a no-break space, as web pages have them, in the indentation of this line or the one above."""
    for number in (line, line - 1):
        lead = lines[number][: indent_of(lines[number])] if number >= 0 else ""
        if lead.strip(" "):
            return report_odd_space(number, len(lead) - len(lead.lstrip(" ")))
    return None


def report_odd_space(line: int, column: int) -> SyntaxProblem:
    """Return the problem of a space that YAML does not count as indentation."""
    return SyntaxProblem(
        line=line,
        column=column,
        code="no-break-space",
        message="A no-break space stands at the beginning of the line.",
        hint="Indent with plain spaces; two for each level.",
    )


def _find_missing_colon_above(problem: str, lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a name without its colon, which the parser notices on the line below: “hello”, then “say: Hi”."""
    if _PROBLEMS.get(problem, ("",))[0] != "colon-in-text" or line == 0 or ": " in text_after_name(lines[line]):
        return None
    above, before = lines[line - 1], lines[line - 2].rstrip() if line > 1 else ""
    # Either the line above is a bare name with this line indented under it, or both are names on one level under a key.
    bare = _BARE_NAME.fullmatch(above) and indent_of(above) < indent_of(lines[line])
    aligned = indent_of(above) == indent_of(lines[line]) and before.endswith(":") and ":" not in above
    if not (bare or aligned) or not _guess_name_and_value(lines, line - 1):
        return None
    return SyntaxProblem(
        line=line - 1,
        column=indent_of(above),
        code="no-colon",
        message=_PROBLEMS["could not find expected ':'"][1],
        hint=_guess_name_and_value(lines, line - 1),
    )


def _guess_name_and_value(lines: list[str], line: int) -> str:
    """Return what a line without a colon probably should be: a list item among items, else a name and its value."""
    text, indent = lines[line].strip(), indent_of(lines[line])
    neighbours = (lines[number] for number in (line - 1, line + 1) if 0 <= number < len(lines))
    if any(indent_of(other) == indent and other.lstrip().startswith("- ") for other in neighbours):
        return f"- {text}"
    name, _, value = text.partition(" ")  # “say Hello” becomes “say: Hello”
    return f"{name}: {value}".rstrip() if _BARE_NAME.fullmatch(name) else ""


def _find_missing_space(
    problem: str, lines: list[str], line: int, began: tuple[int, int] | None
) -> SyntaxProblem | None:
    """Find a name whose colon has no space after it, so that YAML reads the whole as a text: “else:bye”."""
    if _PROBLEMS.get(problem, ("",))[0] not in ("no-colon", "colon-in-text"):
        return None
    for number in (began[0] if began else line, line - 1):
        match = _NO_SPACE.match(lines[number]) if 0 <= number <= line else None
        if match and not (number == line and ": " in match["text"]):
            return SyntaxProblem(
                line=number,
                column=match.end("name"),
                code="no-space",
                message="A space is missing after the colon.",
                hint=f"{match['name']}: {match['text']}".rstrip(),
            )
    return None


def _find_open_bracket(
    problem: str, lines: list[str], line: int, began: tuple[int, int] | None
) -> SyntaxProblem | None:
    """Find a brace or bracket that is not closed up to the line of the error."""
    code, kind, sign = {
        "did not find expected ',' or '}'": ("open-brace", "brace", "}"),
        "did not find expected ',' or ']'": ("open-bracket", "bracket", "]"),
    }.get(problem, ("", "", ""))
    if not code or began is None:
        return None
    text = " ".join([lines[began[0]][began[1] :], *lines[began[0] + 1 : line + 1][:LONGEST_LINE]])[: 20 * LONGEST_LINE]
    # Signs inside quotes and variables do not close it: {say: "Bye}", {say: {{ hi }}
    if sign in _QUOTED_OR_VARIABLE.sub("", text):
        return None
    return SyntaxProblem(
        line=began[0],
        column=began[1],
        code=code,
        message=f"The {kind} that opens here is never closed.",
        hint=f"Add {sign} at the end.",
    )
