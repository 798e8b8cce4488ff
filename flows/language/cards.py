"""Cards side by side: one for each row of a table that fits what the person has answered."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from domain.effects import Card
from flows.language.buttons import Fill, Pressable, compile_button, is_web
from flows.language.model import Cards
from flows.language.tables import Row, Table
from flows.language.text_template import Text, TextError, compile_text
from language.conditions.comparisons import ComparisonScope
from language.conditions.parse import RowCondition, read_row_condition
from language.template_filters import LANGUAGE, format_field

LINE = 80
"""Most characters of a card's title and subtitle (generic template)."""
NOTHING = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardList:
    """Cards of a table, compiled for one language."""

    rows: tuple[Row, ...]
    most: int
    title: Text
    subtitle: Text = NOTHING
    image: Text = NOTHING
    link: Text = NOTHING
    buttons: tuple[Pressable, ...] = ()
    fits: RowCondition | None = None
    """None: every row fits."""

    def render(self, fill: Fill, asked: Callable[[], ComparisonScope]) -> tuple[Card, ...]:
        """Return the cards for one person, in the order of the table."""
        cards = (card for row in self._fitting(asked) if (card := self._card(row, fill)))
        return tuple(itertools.islice(cards, self.most))

    def _fitting(self, asked: Callable[[], ComparisonScope]) -> Iterable[Row]:
        if self.fits is None:
            return self.rows
        scope, fits = asked(), self.fits
        return (row for row in self.rows if fits.holds(row, scope.values, scope.now, scope.zones))

    def _card(self, row: Row, fill: Fill) -> Card | None:
        """Return the card of a row; None where it would have no title."""

        def with_row(text: Text) -> Mapping[str, object]:
            values = fill(text)
            language = str(values.get(LANGUAGE, "en"))
            said_so = {
                name: format_field(cell, "yes_no", language, "") for name, cell in row.items() if isinstance(cell, bool)
            }
            return {**values, **row, **said_so}

        title, subtitle, image, link = (
            one.render(with_row(one) if one.template else {}).strip()
            for one in (self.title, self.subtitle, self.image, self.link)
        )
        if not title:
            return None
        buttons = (one.render(with_row, suffix=f".{row['id']}") for one in self.buttons)
        return Card(
            title=_cut(title),
            subtitle=_cut(subtitle),
            image=image if is_web(image) else "",
            link=link if is_web(link) else "",
            buttons=tuple(one for one in buttons if one),
        )


def _cut(text: str) -> str:
    return text if len(text) <= LINE else f"{text[: LINE - 1].rstrip()}…"


def compile_cards(
    cards: Cards, translated: Cards | None, table: Table | None, *, language: str, tap: Callable[[str], str], first: int
) -> CardList:
    """Compile the cards of a step in one language.

    ``first`` is the number of their first button; without a table there are no rows.  Raises
    :class:`flows.language.text_template.TextError`.
    """
    labels = translated.buttons if translated else {}
    return CardList(
        rows=table.rows(language) if table else (),
        most=cards.most,
        title=compile_text((translated and translated.title) or cards.title),
        subtitle=compile_text((translated and translated.subtitle) or cards.subtitle),
        image=compile_text(cards.image),
        link=compile_text(cards.link),
        buttons=tuple(
            compile_button(labels.get(label) or label, target, tap(f"button.{number}"))
            for number, (label, target) in enumerate(cards.buttons.items(), first)
        ),
        fits=_condition(cards.where, table) if cards.where else None,
    )


def _condition(where: str, table: Table | None) -> RowCondition:
    """Return the condition on a row.  Raises ``TextError`` with what is wrong with it."""
    condition, troubles = read_row_condition(where, table.columns if table else frozenset())
    if condition is None:
        raise TextError(" ".join(one.message for one in troubles))
    return condition
