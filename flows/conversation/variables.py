"""The values of the variables in a text, and the rows of tables that some of them come from."""

from collections.abc import Mapping
from datetime import datetime

from domain.decision import Context
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import LanguagePack
from flows.conversation.variable_names import FOUND, ROW, SEATED, TABLE
from flows.language.place_cells import OPEN_COLUMN, ZONE_COLUMN
from flows.language.tables import PLACE_COLUMNS, SEATS_COLUMN, Row, Table
from language.cldr import fitting_zone
from language.conditions.place import PLACE_OPEN, PLACE_ZONE
from language.conditions.values import ComparisonScope
from language.lists import join_list, split_list
from language.opening_hours import opening_or_none
from language.personal_values import clean_line, clean_lines
from language.say_hours import say_week
from language.template_filters import HOME, LANGUAGE, ZONE, FormattedValue, format_field
from language.text_template import TextTemplate
from language.zones import zone_of_person

LONGEST_FIRST_NAME = 40
"""Characters of a first name that a text shows; a profile can hold anything."""


def text_variables(
    text: TextTemplate,
    pack: LanguagePack,
    record: Subscriber,
    *,
    address: str,
    start_word: str,
    language: str,
    context: Context,
    extra: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the values that a text needs.

    ``address`` is the conversation's, ``start_word`` begins a flow, ``extra`` holds what the conversation itself
    knows: ``code``, and under :data:`HOME` the zone of the place that it is about.  Fields are formatted as they are
    declared: a date as a date, in the person's language and zone.
    """
    # Later values win: fallbacks and constants, then the person's own fields, then what is computed below.
    values: dict[str, object] = dict(pack.default_values)
    if record.fields:
        values.update((name, value) for name, value in record.fields.items() if value not in (None, ""))
    config, names = context.config, text.variables
    values[LANGUAGE] = language
    # Zone and name are worked out only for texts that can show them: half of the time of a plain “{{ word }}”.
    if not text.pieces or not names.isdisjoint(config.fields):
        values[ZONE] = zone_of_person(record, config.timezone, context.now).key
        values[HOME] = (extra or {}).get(HOME) or config.timezone
    if not text.pieces or "first_name" in names or "hi" in names:
        _add_name(values, text, record, pack)
    if "email" in names:
        held = record.addresses.get(address)
        values["email"] = held.email if held else pack.replies["your_inbox"].source
    if "word" in names:
        values["word"] = start_word or pack.constants["start_over"]
    _add_declared(values, text, record, config, pack)
    if extra:
        values.update(extra)
    for name in names:
        if isinstance(value := values.get(name), str):
            # A value of which nothing can be seen counts as none.
            values[name] = _clean_value(value) or (pack.default_values.get(name, "") if value else value)
    return values


def _add_name(values: dict[str, object], text: TextTemplate, record: Subscriber, pack: LanguagePack) -> None:
    """Add the first name, and the greeting, which is a text with variables of its own: “Hi Mia,”."""
    given = clean_line(record.fields.get("first_name"), LONGEST_FIRST_NAME)
    name = given or clean_line(record.profile.first_name, LONGEST_FIRST_NAME)
    if name:
        values["first_name"] = name
    if "hi" in text.variables:
        values["hi"] = pack.greeting_named.render(values) if name else pack.greeting_unnamed.render(values)


def _clean_value(value: str) -> str:
    """Return a text without characters that harm the text around it."""
    cleaned = clean_lines(value)
    return FormattedValue(cleaned, value.stored_value) if isinstance(value, FormattedValue) else cleaned


def _add_declared(
    values: dict[str, object], text: TextTemplate, record: Subscriber, config: WorkspaceConfig, pack: LanguagePack
) -> None:
    """Add the fields and counters that a text names, formatted as they are declared."""
    for name in text.variables:
        if name in config.fields and (value := record.fields.get(name)) not in (None, ""):
            # A moment of the place is said by its clock, one of the workspace by the workspace's.
            home = fitting_zone(value, (str(values[HOME]), config.timezone))
            zones, language = (str(values[ZONE]), home), str(values[LANGUAGE])
            kind, plain = config.fields[name].type, bool(text.pieces)
            # Only where the text prints it: a condition in a text compares with what is kept.
            shown = localize_choice(value, kind, pack.kept_labels.get(name, {})) if plain or kind == "list" else value
            values[name] = format_field(shown, kind, language, zones, plain=plain)
        elif name in config.event_by_counter:
            behaviour = record.behaviour.get(config.event_by_counter[name])
            values[name] = behaviour.count if behaviour else 0


def localize_choice(value: Value, kind: str, labels: Mapping[str, str]) -> Value:
    """Return what a question kept as its choice, or its choices, in the language of these labels."""
    if kind == "list":
        return join_list(labels.get(item, item) for item in split_list(value))
    return labels.get(value, value) if kind == "text" and isinstance(value, str) else value


def row_scope(
    record: Subscriber, now: datetime, config: WorkspaceConfig, extra: Mapping[str, object] | None = None
) -> ComparisonScope:
    """Return what conditions on table rows compare with: the values as they are stored, not as texts show them."""
    counted = {
        name: record.behaviour[event].count
        for name, event in config.event_by_counter.items()
        if event in record.behaviour
    }
    return ComparisonScope(
        now=now,
        zone=zone_of_person(record, config.timezone, now),
        values={**counted, **(extra or {}), **record.fields},
    )


# -- rows of tables that a conversation has chosen: by the tap on a card, or looked up (``find``) -----------------
def note_found(variables: Mapping[str, Value], table: Table, row: Row) -> dict[str, Value]:
    """Return the variables of the conversation with this row as the one found last in its table."""
    name = f"{FOUND} {table.name}"
    place = note_place(table)
    if place:
        place[ROW] = str(row["id"])
    place |= note_seats(table, str(row["id"]))
    # Written last, so that of two tables with a column of the same name the later look-up counts.
    return {**{key: value for key, value in variables.items() if key != name}, **place, name: str(row["id"])}


def note_place(table: Table) -> dict[str, Value]:
    """Return the variable of a table whose rows say where or when they are open; empty if they do not."""
    # Such a row is the place that later answers are about (flows/conversation/places.py).
    return {} if PLACE_COLUMNS.isdisjoint(table.columns) else {TABLE: table.name}


def note_chosen_place(
    variables: Mapping[str, Value], tables: Mapping[str, Table], told: Mapping[str, Value]
) -> dict[str, Value]:
    """Return the variables with the place that a choice named by the fields it set: ``set: {city: Hamburg}``.

    Only a table of places counts, and in it the one row that holds the value in the column of that name.
    """
    for table in tables.values():
        for name, value in told.items():
            if name not in table.columns or PLACE_COLUMNS.isdisjoint(table.columns):
                continue
            rows = [row for row in table.original_rows if row.get(name) == value]
            if len(rows) == 1:
                return {**variables, TABLE: table.name, ROW: str(rows[0]["id"])}
    return dict(variables)


def chosen_row(tables: Mapping[str, Table], variables: Mapping[str, Value]) -> Row:
    """Return the row of the place that the conversation is about; an empty one if it is about none."""
    table, chosen = tables.get(str(variables.get(TABLE, ""))), variables.get(ROW)
    rows = table.original_rows if table and chosen else ()
    return next((row for row in rows if row["id"] == chosen), {})


def chosen_zone(tables: Mapping[str, Table], variables: Mapping[str, Value]) -> str:
    """Return the time zone of the chosen place; empty if none is chosen, or it has none of its own."""
    return str(chosen_row(tables, variables).get(ZONE_COLUMN, "")) if ROW in variables else ""


def place_cells(tables: Mapping[str, Table], variables: Mapping[str, Value]) -> dict[str, Value]:
    """Return the variables with the cells of the chosen place, for conditions; they are not to be stored."""
    row = chosen_row(tables, variables)
    return {**variables, PLACE_ZONE: str(row.get(ZONE_COLUMN, "")), PLACE_OPEN: str(row.get(OPEN_COLUMN, ""))}


def place_values(tables: Mapping[str, Table], variables: Mapping[str, Value], language: str) -> dict[str, object]:
    """Return what texts say of the chosen place: its clock, and its opening hours if it has its own."""
    row = chosen_row(tables, variables)
    hours = opening_or_none(str(row.get(OPEN_COLUMN, "")))
    return {HOME: row.get(ZONE_COLUMN, ""), **({"opening_hours": say_week(hours, language)} if hours else {})}


def note_seats(table: Table, row_id: str) -> dict[str, Value]:
    """Return the variable of a row whose seats can be taken; empty if its table has none."""
    return {f"{SEATED} {table.name}": row_id} if SEATS_COLUMN in table.columns else {}


def found_values(tables: Mapping[str, Table], variables: Mapping[str, Value], language: str) -> dict[str, object]:
    """Return the columns of the rows that were found, in this language."""
    values: dict[str, object] = {}
    for key, row_id in variables.items():
        mark, _, table = key.partition(" ")
        if mark == FOUND and table in tables:
            values |= _said_cells(tables[table].find_row(str(row_id), language), language)
    return values


def _said_cells(row: Row, language: str) -> dict[str, object]:
    # `True` in a table is said as “yes” or “ja”, as on cards.
    return {
        name: format_field(cell, "yes_no", language, ("", "")) if isinstance(cell, bool) else cell
        for name, cell in row.items()
        if not isinstance(cell, tuple)
    }


def keep_columns(record: Subscriber, config: WorkspaceConfig, row: Row, answer_field: str) -> dict[str, Value]:
    """Return the fields of a person who chose a row: columns named like a field, and the id in ``answer_field``."""
    kept = {name: cell for name, cell in row.items() if name in config.fields and not isinstance(cell, tuple)}
    if answer_field:
        kept[answer_field] = str(row["id"])
    return {**record.fields, **kept}
