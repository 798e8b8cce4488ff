"""Lists in fields: a text with one item a line, and how a person reads it: “tea, coffee and cups”."""

from collections.abc import Iterable, Sequence

from babel.lists import format_list as format_by_locale

from language.cldr import locale_of

LINE = "\n"
"""Separates the items; no label of a choice holds a line break."""


def join_list(items: Iterable[str]) -> str:
    """Return items as a field keeps them."""
    return LINE.join(items)


def split_list(value: object) -> list[str]:
    """Return the items of a list as a field keeps it; an empty list if there is nothing."""
    return [item for item in str(value if value is not None else "").split(LINE) if item]


def format_list(value: object, language: str) -> str:
    """Return a list as a person of this language reads it."""
    items = split_list(value)
    return format_by_locale(items, style="standard", locale=locale_of(language)) if items else ""


def format_alternatives(items: Sequence[str], language: str) -> str:
    """Return texts as alternatives, as a person of this language reads them: “tea, pots or travels”."""
    return format_by_locale(items, style="or", locale=locale_of(language)) if items else ""
