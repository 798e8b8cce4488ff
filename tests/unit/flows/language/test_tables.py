"""Tables of products, branches and answers: read with their places, typed, translated, bounded."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.language.tables import MOST_COLUMNS, MOST_FINDINGS, MOST_IN_CELL, MOST_ROWS, read_tables
from tests.support.flow_person import shipped_config

TEAS = """\
- {id: assam, name: Assam, price: 12.9, black: true, words: [malty, strong]}
- id: 7
  name: Seven
  price: 9
"""
CSV = """\
id,name,price,black,words
assam,"Assam, the malty",12.9,true,"malty, strong"
7,Seven,9,,
"""


def finding_lines(text: str, name: str = "tables/teas.yaml") -> list[str]:
    """Return the findings of a table."""
    return [str(one) for one in read_tables({name: text}, shipped_config())[1]]


def test_cells_are_what_they_look_like() -> None:
    """Numbers and booleans keep their type, words are a list, ids are texts, and a missing cell is empty."""
    tables, findings = read_tables({"tables/teas.yaml": TEAS}, shipped_config())
    assert findings == []
    assert tables["teas"].columns == {"id", "name", "price", "black", "words"}
    assert tables["teas"].rows_in("en") == (
        {"id": "assam", "name": "Assam", "price": 12.9, "black": True, "words": ("malty", "strong")},
        {"id": "7", "name": "Seven", "price": 9, "black": "", "words": ()},
    )


@pytest.mark.parametrize("text", [CSV, CSV.replace(",", ";").replace("; ", ", "), "\ufeff" + CSV.replace("\n", "\r\n")])
def test_a_spreadsheet_holds_the_same(text: str) -> None:
    """Commas or semicolons, with or without the mark that spreadsheets put at the top."""
    tables, findings = read_tables({"tables/teas.csv": text}, shipped_config())
    yaml, _ = read_tables({"tables/teas.yaml": TEAS.replace("Assam,", '"Assam, the malty",')}, shipped_config())
    assert [one.code for one in findings] == ["no-translation"]
    assert tables["teas"].original_rows == yaml["teas"].original_rows


@pytest.mark.parametrize("text", ["assam: {name: Assam-Tee, words: [malzig]}\n7: {name: Sieben}\n"])
def test_a_translation_replaces_texts(text: str) -> None:
    """Other columns and untranslated texts stay; another language reads the original."""
    tables, findings = read_tables({"tables/teas.yaml": TEAS, "tables/teas.de.yaml": text}, shipped_config())
    assert findings == []
    assert [row["name"] for row in tables["teas"].rows_in("de")] == ["Assam-Tee", "Sieben"]
    assert tables["teas"].rows_in("de")[0]["words"] == ("malzig",)
    assert tables["teas"].rows_in("de")[0]["price"] == 12.9
    assert tables["teas"].rows_in("fr") == tables["teas"].original_rows


def test_a_translated_spreadsheet() -> None:
    """A CSV beside it gives the columns it translates; an empty cell leaves the original."""
    files = {"tables/teas.csv": CSV, "tables/teas.de.csv": "id,name,words\nassam,Assam-Tee,malzig\n7,,\n"}
    tables, findings = read_tables(files, shipped_config())
    assert findings == []
    assert [row["name"] for row in tables["teas"].rows_in("de")] == ["Assam-Tee", "Seven"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("teas: []", ["1:1 no-rows"]),
        ("- Assam", ["1:3 no-row"]),
        ("- {name: A}", ["1:3 row-id"]),
        ("- {id: a.b}", ["1:8 row-id"]),
        ("- {id: a}\n- {id: b}\n- {id: a}", ["3:8 same-id"]),
        ("- {id: a, Price: 1}", ["1:11 column-name"]),
        ("- {id: a, tags: [x]}", ["1:17 cell"]),
        ("- {id: a, name: " + "x" * (MOST_IN_CELL + 1) + "}", ["1:17 too-long"]),
        ("- {id: a, price: 1}\n- {id: b, price: 1g}", ["2:18 mixed-column"]),
        ("- {id: a, id: b}", ["1:11 duplicate-key"]),
    ],
)
def test_what_is_wrong_with_a_table(text: str, places: list[str]) -> None:
    """Each mistake has a finding code of its own, with its position."""
    findings = read_tables({"tables/teas.yaml": text}, shipped_config())[1]
    assert [f"{one.line}:{one.column} {one.code}" for one in findings] == places


@pytest.mark.parametrize(
    ("german", "place"),
    [
        ("asam: {name: A}\n7: {}", "1:1 unknown-row Did you mean “assam”?"),
        ("assam: {nam: A}\n7: {}", "1:9 unknown-column Did you mean “name”?"),
        ("assam: {price: 3}\n7: {}", "1:9 not-a-text Take it out."),
        ("assam: {name: A}", "1:1 not-translated "),
        ("just words", "1:1 table-translation assam: {name: Assam}"),
    ],
)
def test_what_is_wrong_with_a_translation(german: str, place: str) -> None:
    """Rows, columns and texts that are not the original's."""
    files = {"tables/teas.yaml": TEAS, "tables/teas.de.yaml": german}
    findings = read_tables(files, shipped_config())[1]
    assert place in [f"{one.line}:{one.column} {one.code} {one.hint}" for one in findings]


def test_a_finding_says_it_in_words() -> None:
    """File, place, code, what was found, and the remedy."""
    assert finding_lines("- {id: a}\n- {id: a}") == [
        "tables/teas.yaml:2:8: error [same-id] The id “a” stands on line 1 already. Each row has its own.",
    ]


def test_a_number_is_one_however_it_is_written() -> None:
    """“24.50” compares with 32; “24,50” does not."""
    assert finding_lines("- {id: a, price: 24.50}\n- {id: b, price: 32}") == []
    (told,) = finding_lines('- {id: a, price: "24,50"}\n- {id: b, price: 32}')
    assert told.startswith("tables/teas.yaml:1:18: warning [mixed-column]")


def test_a_table_that_people_read_wants_its_translation() -> None:
    """Sentences do, bare words do not; a broken translation is not told as a missing one, too."""
    assert finding_lines("- {id: a, mood: calm}") == []
    (told,) = finding_lines("- {id: a, taste: Malty and round}")
    assert told == (
        "tables/teas.yaml:1:1: warning [no-translation] The table has no texts in “de”, so people read the original. "
        "Write tables/teas.de.yaml."
    )
    files = {"tables/teas.yaml": "- {id: a, taste: Malty and round}", "tables/teas.de.yaml": "b: {taste: Rund}"}
    assert [one.code for one in read_tables(files, shipped_config())[1]] == ["unknown-row", "not-translated"]


def test_files_that_are_no_table_of_this_workspace() -> None:
    """A bad file name, a translation without a table, an undeclared language, and two files for one table."""
    files = {
        "tables/My teas.yaml": TEAS, "tables/gone.de.yaml": "a: {name: A}", "tables/teas.yaml": TEAS,
        "tables/teas.fr.yaml": "7: {name: Sept}", "tables/teas.csv": CSV,
    }  # fmt: skip
    codes = sorted({one.code for one in read_tables(files, shipped_config())[1]})
    assert codes == [
        "no-translation", "table-name", "table-twice", "unknown-language", "unknown-table",
    ]  # fmt: skip


def test_a_spreadsheet_that_cannot_be_read() -> None:
    """A quotation mark that stays open, and a row with more cells than columns."""
    assert [one.split("]")[0] for one in finding_lines('id,name\na,"open', "tables/teas.csv")] == [
        "tables/teas.csv:1:1: error [csv",
    ]
    assert finding_lines("id,name\na,b,c\n", "tables/teas.csv") == [
        "tables/teas.csv:1:1: error [too-many-cells] Line 2 has more cells than columns.",
    ]


def test_a_huge_table_is_refused_in_time() -> None:
    """Too many rows or columns, a file too large: one finding each, at once; of many mistakes, the first."""
    begun = time.perf_counter()
    assert finding_lines("\n".join(f"- {{id: r{at}}}" for at in range(MOST_ROWS + 1))) == [
        "tables/teas.yaml:1:1: error [too-many-rows] The table has 5,001 rows; at most 5,000 are read.",
    ]
    wide = ", ".join(f"c{at}: 1" for at in range(MOST_COLUMNS))
    assert finding_lines(f"- {{id: a, {wide}}}") == [
        f"tables/teas.yaml:1:3: error [too-many-columns] A table has at most {MOST_COLUMNS} columns.",
    ]
    assert finding_lines("id,name\n" + "a,b\n" * 300_000, "tables/teas.csv") == [
        "tables/teas.csv:1:1: error [too-large] The file has more than 1,000,000 characters.",
    ]
    assert len(finding_lines("- {}\n" * MOST_ROWS)) == MOST_FINDINGS
    assert time.perf_counter() - begun < 10


@given(st.text(max_size=300), st.sampled_from(["teas.yaml", "teas.csv", "teas.de.yaml", "teas.de.csv"]))
def test_no_text_makes_reading_raise(text: str, name: str) -> None:
    """Any file gives a table or findings."""
    files = {"tables/teas.yaml": TEAS, f"tables/{name}": text}
    tables, findings = read_tables(files, shipped_config())
    assert tables or findings
