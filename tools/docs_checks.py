"""Writes ``docs/checks.md`` from the table of finding codes: ``python -m tools.docs_checks``."""

from collections.abc import Iterator
from pathlib import Path

from language.finding_codes.catalog import CODES_BY_PART, FINDING_CODES

PAGE = Path(__file__).parents[1] / "docs" / "checks.md"

HEAD = """\
# What `doorstep check` finds

`doorstep check DIR` reads a workspace as Doorstep would and tells every mistake with file, line, column, a code, what
is wrong, and what to write instead. It exits with 1 if there is an error; a warning is something to know. `--json`
prints the same for programs.

**The proof.** No path through the flows reaches a confirmation, or a mail of a topic, without an accepted consent for
that topic before it: not by a choice, a jump, a called flow, a timeout, “back”, or an old button. Where one does, the
finding shows the path: `hello -> address -> code: “friday_leaf” is confirmed without having been agreed to.`

**The worst case.** Texts are measured in every language, through every branch of their conditions, and with the longest
value that each variable can have. Words that are too long as written are an error; those that only the longest values
make too long are a warning, and the longest case is shown.

**The messaging window.** Whatever is only reached by waiting comes so long after the person's last message. After 24
hours the platform lets nothing through, so a step that speaks then needs `relay`, which goes by mail, or
`if: window is open` before it.

**Mails that a wording names.** A wording has to say that mail will come. If it says how many (“up to three mails”), the
longest way through the topic's sequences, plus what flows relay under the topic, may not be more.

**In your editor.** `doorstep schema DIR` writes JSON Schemas of all files; with the YAML language server an editor then
completes and explains every key, and marks what is not known.
"""


ASIDES = {
    "Transcripts": (
        "`doorstep check` does not read `transcripts/`: these are found by `doorstep test`, before it plays them.\n",
    )
}
"""Text above the table of a part."""


def build_page() -> str:
    """Return the page as the code has it now."""
    return "\n".join([HEAD, *_write_tables()])


def _write_tables() -> Iterator[str]:
    for part, rows in CODES_BY_PART.items():
        yield f"## {part}\n"
        yield from ASIDES.get(part, ())
        yield "| code | what is wrong | for example |\n|---|---|---|"
        for name in sorted(rows):  # readers look a code up by its name
            code = FINDING_CODES[name]
            yield f"| `{name}` | {_escape_cell(code.meaning)} | `{_escape_cell(code.example)}` |"
        yield ""


def _escape_cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ⏎ ")


if __name__ == "__main__":
    PAGE.write_text(build_page(), "utf-8")
