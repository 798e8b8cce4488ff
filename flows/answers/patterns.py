"""Patterns that a text must have: RE2, which takes time in proportion to the text whatever the pattern.

Look-ahead and back-references do not exist there, so no pattern can explode.  The library takes 3 MB and is loaded
where a pattern is used.
"""

from collections.abc import Callable

from flows.answers.question import AskError

MOST_MEMORY = 1 << 20
"""Bytes that a pattern may take when it is compiled; ``((x{99}){99}){99}`` is refused."""


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the test that a whole text has a pattern.  Raises :class:`flows.answers.question.AskError`."""
    import re2  # noqa: PLC0415  3 MB that only workspaces with a pattern need

    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if error.args else "it is not understood"
        message = f"The pattern cannot be read: {reason}."
        raise AskError(message, "Write it by RE2's rules, without look-ahead and \\1.", key="pattern") from None
    return lambda text: compiled.fullmatch(text) is not None
