"""The flows change at any moment of any conversation, with any map or none: nobody is stuck, and nothing raises."""

from dataclasses import replace as swap
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record import decode, encode
from flows.compiled.catalog import FlowCatalog
from flows.language.model import END
from tests.support.flow_person import FlowPerson, roomy_config
from tests.unit.flows.test_every_step_kind import ACTS, can_all_be_sent, catalog_of_all_kinds, event_of

NAMES = [*catalog_of_all_kinds().flows["f"].steps]
Change = tuple[dict[str, str], str]
CHANGE: st.SearchStrategy[Change] = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, END, "nowhere"]), max_size=12),
    st.sampled_from(["beside", "alone", "gone", "called gone"]),
)
"""A map of steps, and what is left of the version before."""


def changed_catalog(was: FlowCatalog, number: int, moves: dict[str, str], left: str) -> FlowCatalog:
    """The catalog after a change: another version of every flow, the ones before beside it, or forgotten."""
    flows = {name: swap(flow, hash=f"{name}{number}") for name, flow in catalog_of_all_kinds().flows.items()}
    if left != "beside":
        flows.pop({"gone": "f", "called gone": "g"}.get(left, ""), None)
    older_versions = {**was.older_versions, **{(name, flow.hash): flow for name, flow in was.flows.items()}}
    kept = {} if left == "alone" else older_versions
    mapped = {("f", hash_, step): to for (name, hash_) in older_versions if name == "f" for step, to in moves.items()}
    whole, there = catalog_of_all_kinds(), "f" in flows
    return swap(
        was, flows=flows, older_versions=kept, step_moves=mapped, get_started="f" if there else "g",
        start_words=whole.start_words if there else {}, links=whole.links if there else {},
    )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(CHANGE, ACTS.map(lambda acts: acts[:12])), max_size=5))
def test_a_change_at_any_moment_leaves_nobody_stuck(changes: list[tuple[Change, list[tuple[str, str]]]]) -> None:
    """Timers stay ahead, effects travel, the record is kept whole; and “start over” always brings an answer."""
    person = FlowPerson(catalog_of_all_kinds(), config=roomy_config())
    person.type_text("go now")
    for number, ((moves, left), acts) in enumerate(changes):
        person.catalog = changed_catalog(person.catalog, number, moves, left)
        for kind, what in acts:
            person.pass_time({"due": timedelta(minutes=70), "day": timedelta(days=1)}.get(kind, timedelta(seconds=20)))
            person.handle_event(event_of(person, kind, what))
            for _ in range(2):
                if person.next_wake is not None and person.next_wake <= person.now:
                    person.handle_event(None)
            assert can_all_be_sent(person.outcome.effects)
            assert decode(encode(person.record)) == person.record
            assert person.next_wake is None or person.next_wake > person.now
    person.pass_time(timedelta(days=1))
    assert person.type_text("start over")
