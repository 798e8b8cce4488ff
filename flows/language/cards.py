"""Cards side by side (a carousel): one for each row of a table that fits the answers of the person."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from domain.effects import Card
from flows.language.buttons import ButtonTemplate, ValuesFor, compile_button, is_web_address
from flows.language.model import Cards
from flows.language.tables import Row, Table
from language.conditions.parse import RowCondition, read_row_condition
from language.conditions.values import ComparisonScope
from language.template_filters import LANGUAGE, format_field
from language.text_template import TextError, TextTemplate, compile_text

MOST_LINE_CHARACTERS = 80
"""Most characters of a card's title and subtitle (generic template)."""
EMPTY_TEXT = TextTemplate("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardList:
    """Cards of a table, compiled for one language."""

    rows: tuple[Row, ...]
    most_cards: int
    title: TextTemplate
    subtitle: TextTemplate = EMPTY_TEXT
    image: TextTemplate = EMPTY_TEXT
    link: TextTemplate = EMPTY_TEXT
    buttons: tuple[ButtonTemplate, ...] = ()
    row_condition: RowCondition | None = None
    """None if every row fits."""
    table: str = ""
    """Name of the table; empty if there is no such table."""

    def render(self, values_for: ValuesFor, get_scope: Callable[[], ComparisonScope]) -> tuple[Card, ...]:
        """Return the cards for one person, in the order of the table."""
        # Lazy on purpose: of 5,000 rows only the first ten that fit are rendered.
        cards = (card for row in self._fitting_rows(get_scope) if (card := self._render_card(row, values_for)))
        return tuple(itertools.islice(cards, self.most_cards))

    def _fitting_rows(self, get_scope: Callable[[], ComparisonScope]) -> Iterable[Row]:
        if self.row_condition is None:
            return self.rows
        # The scope is built only here: most card lists have no condition.
        scope, condition = get_scope(), self.row_condition
        return (row for row in self.rows if condition.holds(row, scope.values, scope.now, scope.zone))

    def _render_card(self, row: Row, values_for: ValuesFor) -> Card | None:
        """Return the card of a row; None if its title is empty."""

        def with_row(text: TextTemplate) -> Mapping[str, object]:
            # A column hides a variable of the same name: “{{ name }}” on a card is the product, not the person.
            values = values_for(text)
            language = str(values.get(LANGUAGE, "en"))
            # `True` in a table is said as “yes” or “ja”; every other cell is said as it is written.
            yes_no_texts = {
                name: format_field(cell, "yes_no", language, ("", ""))
                for name, cell in row.items()
                if isinstance(cell, bool)
            }
            return {**values, **row, **yes_no_texts}

        title, subtitle, image, link = (
            text.render(with_row(text) if text.template else {}).strip()
            for text in (self.title, self.subtitle, self.image, self.link)
        )
        if not title:
            return None
        # “button.2.assam”: the tap says which button and which row; a row id holds no dot (`tables._ROW_ID`).
        buttons = (button.render(with_row, suffix=f".{row['id']}") for button in self.buttons)
        return Card(
            title=_cut_line(title),
            subtitle=_cut_line(subtitle),
            image=image if is_web_address(image) else "",
            link=link if is_web_address(link) else "",
            buttons=tuple(button for button in buttons if button),
        )


def _cut_line(text: str) -> str:
    # The ellipsis counts: 79 characters and “…” make 80.
    return text if len(text) <= MOST_LINE_CHARACTERS else f"{text[: MOST_LINE_CHARACTERS - 1].rstrip()}…"


def compile_cards(
    cards: Cards,
    translated: Cards | None,
    table: Table | None,
    *,
    language: str,
    make_payload: Callable[[str], str],
    first_button: int,
) -> CardList:
    """Compile the cards of a step in one language.

    ``first_button`` is the number of their first button.  Without a table there are no rows.  Raises
    :class:`language.text_template.TextError`.
    """
    labels = translated.buttons if translated else {}
    return CardList(
        rows=table.rows_in(language) if table else (),
        most_cards=cards.most,
        title=compile_text((translated and translated.title) or cards.title),
        subtitle=compile_text((translated and translated.subtitle) or cards.subtitle),
        image=compile_text(cards.image),
        link=compile_text(cards.link),
        buttons=tuple(
            # Only the label is translated: number, target and so the payload are those of the original.
            compile_button(labels.get(label) or label, target, make_payload(f"button.{number}"))
            for number, (label, target) in enumerate(cards.buttons.items(), first_button)
        ),
        row_condition=_compile_condition(cards.where, table) if cards.where else None,
        table=table.name if table else "",
    )


def _compile_condition(where: str, table: Table | None) -> RowCondition:
    """Return the condition on a row.  Raises ``TextError`` with what is wrong with it."""
    condition, problems = read_row_condition(where, table.columns if table else frozenset())
    if condition is None:
        raise TextError(" ".join(problem.message for problem in problems))
    return condition
