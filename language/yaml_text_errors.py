"""Finds texts that YAML misreads: cut off by a comment, closed early, or in quotes that never close."""

import re
from dataclasses import dataclass

LONGEST_LINE = 1_000
"""Characters of a line, and lines around a mistake, that are searched to explain it."""
# The dashes and the name before a text: “- say: Hello” has the lead “- say: ” and the text “Hello”.
_FIRST_PART = re.compile(r"""^(?P<lead>\s*(?:-\s+)*(?:[^\s:#"'{}\[\],][^:#"'{}]*:\s+)?)(?P<text>.*)$""")
# A text in quotes at the beginning of a value, and something after it: say: "Hello" she said
_CLOSED_EARLY = re.compile(r"""(?:^|:\s|-\s)\s*(?:"[^"]*"|'[^']*')\s*[^\s,}\]#:]""")
# A quote opens a text only at the beginning of a value or an item: the one in “it's” is a letter.
_OPENING_QUOTE = re.compile(r"""(?:^\s*|:\s+|-\s+|[{\[]\s*|(?P<comma>,)\s*)(?P<sign>["'])""")
# Up to the closing quote: in double quotes \" is a character, in single quotes '' is.
_CLOSING_QUOTE = {'"': re.compile(r'(?:[^"\\]|\\.|\\$)*"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}
_AFTER_QUOTE = re.compile(r"\s*(?:$|#|[,}\]])")
"""Text that may follow a closing quote."""
# Word processors turn quotes into these; to YAML they are letters.
_CURLY_QUOTES = re.compile(r"[“„](?P<inside>[^“”„]*)[“”]")
_IN_BRACES = re.compile(r"""[{,]\s*(?P<pair>\w+:\s+(?:"[^"]*"|'[^']*')\s*[^\s,}\]][^,}]*)""")
"""In a map in braces, a text that is closed early, with its name: {say: "Hi" she said}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxProblem:
    """A syntax error in the author's words; line and column count from 0."""

    line: int
    column: int
    code: str
    message: str
    hint: str = ""


def quote_line(line: str) -> str:
    """Return a line with its text in quotes, as it should be written."""
    match = _FIRST_PART.match(line.rstrip())
    lead, text = (match["lead"], match["text"]) if match else ("", line)
    # Quotes that are there already, straight or curly, are replaced instead of doubled.
    if text.endswith(('"', "'")) and text[:1] == text[-1:]:
        text = text[1:-1]
    if curly := _CURLY_QUOTES.fullmatch(text):
        text = curly["inside"]
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{lead.strip()} "{escaped}"'.strip()


def explain_cut_text(text: str, rest: str) -> tuple[str, str] | None:
    """Return message and hint if `` #`` cut a text off; None if a real comment follows it.

    ``rest`` is the rest of the line after the text.  A real comment has a space after its ``#`` and, after a text of
    several words, two spaces before it.
    """
    comment = rest.strip()
    if not comment.startswith("#") or not rest[:1].isspace():
        return None
    # “We are #1” has no space after the sign; “Our tea # is best” has one space before it after several words.
    is_cut = comment[1:2] not in ("", " ", "#") or (rest[:2] == " #" and " " in text)
    if not is_cut:
        return None
    whole = f"{text}{rest.rstrip()}"
    return (
        f"“ #” begins a comment, so this text ends with “{text[-30:]}”.",
        f"Put the text in quotes: {quote_line(whole)} (or two spaces before the # of a comment).",
    )


def find_cut_text(lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a text of several lines, or in brackets, that `` #`` cut off on this line or the one above."""
    for number in (line, line - 1):
        if number < 0 or " #" not in lines[number] or lines[number].lstrip().startswith("#"):
            continue
        before, _, after = lines[number].partition(" #")
        match = _FIRST_PART.match(before.rstrip())
        explained = explain_cut_text(match["text"] if match else before, f" #{after}")
        if explained and match and match["text"][:1] not in ("'", '"'):
            return SyntaxProblem(
                line=number,
                column=len(match["lead"]),
                code="cut-text",
                message=explained[0],
                hint=f"Put the text in quotes: {quote_line(lines[number])}",
            )
    return None


def find_open_quote(problem: str, lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a quotation mark whose text runs on into the next quoted text, or to the end of the file.

    All quoted texts are paired from the top of the file, since only the pairs tell which mark opens and which closes.
    """
    number = column = 0
    while number <= line:
        opening = None if lines[number].lstrip().startswith("#") else _OPENING_QUOTE.search(lines[number], column)
        if opening is None:
            number, column = number + 1, 0
            continue
        # A comma opens a new item only inside brackets; elsewhere it is text: say: Well, "tea" then
        if opening["comma"] and not {"{", "["} & set(lines[number][: opening.start()]):
            column = opening.end()
            continue
        end = _find_closing_quote(lines, number, opening.end(), opening["sign"])
        # The text ended on the line of the error, and something follows its quote: that quote opened another text.
        swallowed = end and number < end[0] == line and not _AFTER_QUOTE.match(lines[line], end[1])
        if swallowed or (end is None and problem == "found unexpected end of stream"):
            return _report_open_quote(lines[number], number, opening.end() - 1)
        if end is None:
            return None
        number, column = end
    return None


def _find_closing_quote(lines: list[str], line: int, column: int, sign: str) -> tuple[int, int] | None:
    """Return line and column after the quote that closes a text; None if no quote does."""
    for number in range(line, len(lines)):
        closing = _CLOSING_QUOTE[sign].match(lines[number], column if number == line else 0)
        if closing:
            return number, closing.end()
    return None


def _report_open_quote(text: str, line: int, column: int) -> SyntaxProblem:
    # In a map in braces the quote belongs before the brace: {say: "Hello}
    inside = "{" in text[:column] and text.rstrip().endswith("}")
    return SyntaxProblem(
        line=line,
        column=column,
        code="open-quote",
        message="The quote that opens here is never closed.",
        hint=f"Put {text[column]} {'before the last }' if inside else 'at the end of the line'}.",
    )


def find_text_closed_early(lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a text that ends before its line does: “"Hello" she said”, or ``{{ hi }} …`` without quotes."""
    for number in (line, line - 1):
        if number < 0:
            continue
        match = _FIRST_PART.match(lines[number].rstrip())
        if not (_CLOSED_EARLY.search(lines[number]) or (match and match["text"].startswith("{{"))):
            continue
        pair = _IN_BRACES.search(lines[number])
        return SyntaxProblem(
            line=number,
            column=pair.start("pair") if pair else indent_of(lines[number]),
            code="quote",
            message="A text ends before the line does.",
            hint=f"Put the whole of it in quotes: {quote_line(pair['pair'] if pair else lines[number])}",
        )
    return None


def indent_of(line: str) -> int:
    """Return how many characters a line is indented by."""
    return len(line) - len(line.lstrip())


def text_after_name(line: str) -> str:
    """Return the text of a line after its name and colon, or after its dash."""
    match = _FIRST_PART.match(line.rstrip())
    return match["text"] if match else line
