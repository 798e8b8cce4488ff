"""Patterns that a typed text must match, compiled by RE2, whose time grows only in proportion to the text.

RE2 has no look-ahead and no back-references, so no pattern can explode.  The library takes 3 MB and is loaded when
the first pattern is compiled.
"""

from collections.abc import Callable

from flows.answers.question import AskError

MOST_MEMORY = 1 << 20
"""Bytes of a compiled pattern; ``((x{99}){99}){99}`` needs more and is refused."""


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the test that a whole text matches a pattern.  Raises :class:`flows.answers.question.AskError`."""
    import re2  # noqa: PLC0415  3 MB that only workspaces with a pattern need

    options = re2.Options()
    options.max_mem = MOST_MEMORY
    # RE2 writes errors to stderr by itself; the finding below is enough.
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        # The binding passes the C++ message on as bytes.
        reason = error.args[0].decode(errors="replace") if error.args else "it is not understood"
        message = f"The pattern cannot be read: {reason}."
        raise AskError(message, "Write it by RE2's rules, without look-ahead and \\1.", key="pattern") from None
    # The whole text: a search would take “a12345b” for the customer number “\d{5}”.
    return lambda text: compiled.fullmatch(text) is not None
