"""Cards that a person means by typing the title, or the label of a button that only one card has."""

from collections.abc import Iterator, Mapping

from domain.effects import Card
from flows.conversation.state import ConversationTurn
from flows.language.matching import normalize_text
from flows.understanding.answer_words import DENIALS
from flows.understanding.choosing.choice_index import compile_choices
from flows.understanding.choosing.choices import names_another, read_choice, read_ordinal

SHORTEST = 3
"""Letters of a part of a title; two stand in too many titles."""
CardButton = tuple[int, str]
"""Number of a button, and the id of the row whose card it stands on."""


def match_card(turn: ConversationTurn, typed: str) -> CardButton | None:
    """Return the first step button of the card that a typed title means; None if no card or several are meant."""
    cards = list(_shown_cards(turn))
    if not cards:
        return None
    titles = {normalize_text(card.title): number for number, card in enumerate(cards)}
    index = compile_choices(titles, len(cards))
    number = None if names_another(typed, index) else read_choice(typed, index)
    number = _by_part(typed, titles) if number is None else number
    return next(_step_buttons(cards[number]), None) if isinstance(number, int) else None


def match_card_by_place(turn: ConversationTurn, typed: str) -> CardButton | None:
    """Return the same for a card that is meant by its place (“the first one”, “2”); None if no card is."""
    if not any(saying.cards for saying in turn.texts.messages):
        return None
    cards = list(_shown_cards(turn))
    index = compile_choices({normalize_text(card.title): number for number, card in enumerate(cards)}, len(cards))
    number = read_ordinal(typed.split(), index)
    return next(_step_buttons(cards[number]), None) if number is not None else None


def _by_part(typed: str, titles: Mapping[str, int]) -> int | None:
    """Return the one card whose title holds all these words (“crumble”: the apple crumble); None if several do."""
    # “not the crumble” holds a word of the title and means the opposite, so a denial matches nothing.
    words = set(typed.split())
    numbers = {number for title, number in titles.items() if words <= set(title.split())}
    return numbers.pop() if len(typed) >= SHORTEST and len(numbers) == 1 and words.isdisjoint(DENIALS) else None


def rows_with_button(turn: ConversationTurn, number: int) -> list[str]:
    """Return the ids of the rows whose cards carry this button; an empty list if no card does."""
    return [row for card in _shown_cards(turn) for button, row in _step_buttons(card) if button == number]


def _shown_cards(turn: ConversationTurn) -> Iterator[Card]:
    for saying in turn.texts.messages:
        if saying.cards:
            yield from saying.cards.render(turn.speech.text_values, turn.speech.row_scope)


def _step_buttons(card: Card) -> Iterator[CardButton]:
    """Yield the buttons that lead to a step; their payload ends with ``button.NUMBER.ROW``."""
    for button in card.buttons:
        _, _, action = button.payload.rpartition("|")
        # "tap|shop|show|button.0.r7" gives 0 and "r7".
        _, number, row = (*action.split(".", 2), "", "")[:3]
        if number.isdecimal():
            yield int(number), row
