"""Cards that are meant by typing: by a card's title, or by what stands on its button where one card alone has it."""

from collections.abc import Iterator, Mapping

from domain.effects import Card
from flows.conversation.state import Talk
from flows.language.matching import DENIALS, choose, normal

SHORTEST = 3
"""Letters of a part of a title; two are in too many."""
Pressed = tuple[int, str]
"""Number of a button, and the id of the row whose card it stands on."""


def named(talk: Talk, typed: str) -> Pressed | None:
    """Return the button that a typed title means, its card's first that leads to a step; None if none or several do."""
    cards = list(_shown(talk))
    titles = {normal(card.title): number for number, card in enumerate(cards)}
    at = choose(typed, titles, 0)
    at = _by_part(typed, titles) if at is None else at
    return next(_pressable(cards[at]), None) if at is not None else None


def _by_part(typed: str, titles: Mapping[str, int]) -> int | None:
    """Return the one card in whose title all these words stand: “crumble” is the apple crumble."""
    said = set(typed.split())
    meant = {number for title, number in titles.items() if said <= set(title.split())}
    return meant.pop() if len(typed) >= SHORTEST and len(meant) == 1 and said.isdisjoint(DENIALS) else None


def rows(talk: Talk, number: int) -> list[str]:
    """Return the ids of the rows whose cards carry this button; none if it is no button of a card."""
    return [row for card in _shown(talk) for one, row in _pressable(card) if one == number]


def _shown(talk: Talk) -> Iterator[Card]:
    for saying in talk.spoken.says:
        if saying.cards:
            yield from saying.cards.render(talk.fill, talk.scope)


def _pressable(card: Card) -> Iterator[Pressed]:
    """Yield the buttons that lead to a step; the payload ends with ``button.NUMBER.ROW``."""
    for button in card.buttons:
        _, _, what = button.payload.rpartition("|")
        _, number, row = (*what.split(".", 2), "", "")[:3]
        if number.isdecimal():
            yield int(number), row
