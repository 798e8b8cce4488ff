"""The answers of a question as links: ``{{ choices }}`` in a mail.  Pure."""

import html
from collections.abc import Sequence
from typing import Self

_STYLE = (
    "display:inline-block;margin:4px 8px 4px 0;padding:10px 16px;min-width:20px;text-align:center;"
    "border:1px solid #8a8577;border-radius:8px;color:inherit;text-decoration:none"
)
"""Of one answer: the colour of the text around it, so it is readable on a light and on a dark ground."""


class AnswerLinks(str):
    """The answers as lines of text; in HTML as links that look like buttons."""

    __slots__ = ("_answers",)

    _answers: Sequence[tuple[str, str]]

    def __new__(cls, answers: Sequence[tuple[str, str]]) -> Self:
        """Take (label, URL) of each answer."""
        links = super().__new__(cls, "\n".join(f"{label}: {url}" for label, url in answers))
        links._answers = tuple(answers)
        return links

    def __html__(self) -> str:
        """Return the links, with their labels escaped."""
        return "\n".join(
            f'<a href="{html.escape(url)}" style="{_STYLE}">{html.escape(label)}</a>' for label, url in self._answers
        )
