"""The flows change at any moment of any conversation, with any map or none: nobody is stuck, and nothing raises."""

from dataclasses import replace as swap
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record import decode, encode
from flows.compiled.catalog import FlowBook
from flows.language.model import END
from tests.support.flow_person import Person, roomy_house
from tests.unit.flows.test_every_step_kind import ACTS, book, event_of, sound

NAMES = [*book().flows["f"].steps]
Change = tuple[dict[str, str], str]
CHANGE: st.SearchStrategy[Change] = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, END, "nowhere"]), max_size=12),
    st.sampled_from(["beside", "alone", "gone", "called gone"]),
)
"""A map of steps, and what is left of the version before."""


def changed(was: FlowBook, number: int, moves: dict[str, str], left: str) -> FlowBook:
    """The book after a change: another version of every flow, the ones before beside it, or forgotten."""
    flows = {name: swap(flow, hash=f"{name}{number}") for name, flow in book().flows.items()}
    if left != "beside":
        flows.pop({"gone": "f", "called gone": "g"}.get(left, ""), None)
    older = {**was.older, **{(name, flow.hash): flow for name, flow in was.flows.items()}}
    kept = {} if left == "alone" else older
    mapped = {("f", hash_, step): to for (name, hash_) in older if name == "f" for step, to in moves.items()}
    whole, there = book(), "f" in flows
    return swap(
        was, flows=flows, older=kept, moves=mapped, get_started="f" if there else "g",
        words=whole.words if there else {}, links=whole.links if there else {},
    )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(CHANGE, ACTS.map(lambda acts: acts[:12])), max_size=5))
def test_a_change_at_any_moment_leaves_nobody_stuck(changes: list[tuple[Change, list[tuple[str, str]]]]) -> None:
    """Timers stay ahead, effects travel, the record is kept whole; and “start over” always brings an answer."""
    person = Person(book(), config=roomy_house())
    person.types("go now")
    for number, ((moves, left), acts) in enumerate(changes):
        person.book = changed(person.book, number, moves, left)
        for kind, what in acts:
            person.waits({"due": timedelta(minutes=70), "day": timedelta(days=1)}.get(kind, timedelta(seconds=20)))
            person.meets(event_of(person, kind, what))
            for _ in range(2):
                if person.wakes is not None and person.wakes <= person.now:
                    person.meets(None)
            assert sound(person.outcome.effects)
            assert decode(encode(person.record)) == person.record
            assert person.wakes is None or person.wakes > person.now
    person.waits(timedelta(days=1))
    assert person.types("start over")
