"""Counters are declared once, written under their constants only, and read by whoever is named."""

import ast
from collections.abc import Iterator

from domain import counters
from domain.counters import COUNTERS, counters_for
from tests.support.paths import ROOT
from tools.measure_readability import PACKAGES

READERS = {
    "daily report": "service/reports/daily.py",
    "circuit breaker": "service/runtime/circuit_breakers.py",
    "alarm": "service/runtime/counter_watch.py",
    "lane brake": "service/runtime/lane_brake/brake.py",
}
"""Where each reader asks the registry for its counters; diagrams read theirs by flow."""


def counted_names() -> Iterator[tuple[str, ast.expr]]:
    """Yield the file and the name of every ``Count`` that the product makes."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Count":
                    yield path.relative_to(ROOT).as_posix(), node.keywords[0].value


def test_every_count_uses_a_constant_of_the_registry() -> None:
    """No name of a counter is written anywhere else, so none can be misspelt or forgotten."""
    literal = [
        (file, ast.unparse(name))
        for file, name in counted_names()
        if any(isinstance(part, ast.Constant) and part.value for part in ast.walk(name))
    ]

    assert literal == []
    assert len(list(counted_names())) >= 12


def test_every_constant_is_declared() -> None:
    """A constant without a declaration would be a counter that nobody reads."""
    constants = {value for name, value in vars(counters).items() if name.isupper() and isinstance(value, str)}

    assert constants == {counter.name for counter in COUNTERS}


def test_every_counter_has_a_reader_that_reads_it() -> None:
    """Each reader takes its counters from the registry, so a declared reader reads."""
    texts = {reader: (ROOT / file).read_text("utf-8") for reader, file in READERS.items()}

    assert all(counter.readers for counter in COUNTERS)
    assert all(f'counters_for("{reader}")' in text for reader, text in texts.items())
    assert {reader for counter in COUNTERS for reader in counter.readers} == {*READERS, "diagram"}
    assert [counter.name for counter in counters_for("diagram")] == [counters.FLOW]


def test_no_two_counters_cover_the_same_name() -> None:
    """“confirmed:” and “confirmed_by_” begin alike, and stay apart."""
    names = ("agreed:leaf", "confirmed:leaf", "confirmed_by_code", "confirmation_requested", "parked", "left:book")

    assert [[counter.name for counter in COUNTERS if counter.covers(name)] for name in names] == [
        ["agreed:"],
        ["confirmed:"],
        ["confirmed_by_"],
        ["confirmation_requested"],
        ["parked"],
        ["left:"],
    ]
