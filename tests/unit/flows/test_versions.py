"""A flow changes while people stand in it: each finishes in their version, or is moved by ``migrate``."""

from dataclasses import replace
from datetime import timedelta

from flows.compiled.catalog import STAY, FlowCatalog
from flows.conversation.position import find_position
from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, roomy_config

OLD = """
  a: {say: Old mood?, save: tea, choices: {Calm: b, Wild: c}, nudge: {after: 1 hour, say: Old nudge.}}
  b: {say: Old b., go: end}
  c: {say: Old c., go: end}
"""
NEW = """
  a: {say: New mood?, save: tea, choices: {Wild: c, Calm: b}}
  b: {say: New b., go: end}
  c: {say: New c., go: end}
"""


def build_catalog(steps: str, more: str = "") -> FlowCatalog:
    """A catalog of one flow."""
    text = f"flow: f\nstart: {{words: [go now]}}\n{more}steps:\n{steps}"
    compiled, found = compile_flows({"flows/f.yaml": text}, roomy_config())
    assert [one for one in found if one.severity == "error"] == []
    return compiled


def catalog_with_older(new: FlowCatalog, old: FlowCatalog) -> FlowCatalog:
    """The new catalog with the older versions beside it, and the moves that ``migrate`` makes from them."""
    older = {(one.name, one.hash): one for one in old.flows.values() if new.flows[one.name].hash != one.hash}
    moves = {
        (*version, step): target
        for version, one in older.items()
        for step, target in new.flows[one.name].migrate.items()
        if step in one.steps and target != STAY
    }
    return replace(new, older_versions=older, step_moves=moves)


def standing_in(old: FlowCatalog) -> FlowPerson:
    """A person before the first question of a version."""
    person = FlowPerson(old, config=roomy_config())
    person.type_text("go now")
    return person


def test_who_began_in_a_version_finishes_in_it() -> None:
    """Both versions run side by side; who begins now is in the new one."""
    old, new = build_catalog(OLD), build_catalog(NEW)
    person = standing_in(old)
    person.catalog = catalog_with_older(new, old)
    assert person.type_text("calm") == ["Old b."]
    assert person.type_text("go now") == ["New mood?"]


def test_taps_and_timers_belong_to_the_version_they_were_shown_in() -> None:
    """The nudge is the old one's, and so is what a quick reply means, though its number means another thing now."""
    old, new = build_catalog(OLD), build_catalog(NEW)
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.catalog = catalog_with_older(new, old)
    assert person.wake_up() == ["Old nudge."]
    assert person.tap_payload(calm.payload, calm.label) == ["Old b."]


def test_without_the_old_version_the_same_step_goes_on() -> None:
    """A version that nobody knows any more: the step of the same name answers, by label and not by number."""
    old, new = build_catalog(OLD), build_catalog(NEW)
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.catalog = new
    assert person.tap_payload(calm.payload, calm.label) == ["New b."]


def test_migrate_moves_people_to_the_new_step() -> None:
    """Who stands at a step that is gone answers the step it became, where it asks the same kind of thing."""
    old, new = build_catalog(OLD), build_catalog(NEW.replace("  a:", "  mood:"), "migrate: {a: mood}\n")
    person = standing_in(old)
    wild = person.chats[-1].quick_replies[1]
    person.catalog = catalog_with_older(new, old)
    shown = find_position(person.catalog, person.record)
    assert shown is not None
    assert (shown.step, shown.line) == ("mood", 6)
    assert person.tap_payload(wild.payload, wild.label) == ["New c."]


def test_a_tap_on_a_label_that_was_only_reworded_still_counts() -> None:
    """The step is the same and has the same choices, so the place of the one that was tapped tells which it is."""
    old, new = build_catalog(OLD), build_catalog(OLD.replace("Calm", "Rather calm"), "migrate: {a: a}\n")
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.catalog = catalog_with_older(new, old)
    assert person.tap_payload(calm.payload, calm.label) == ["Old b."]
    assert person.record.fields == {"tea": "Rather calm"}


def test_migrate_asks_anew_where_the_question_is_another() -> None:
    """What was said answers the old question, so it is not taken for an answer to the new one."""
    old, new = (
        build_catalog(OLD),
        build_catalog("  name: {say: Which tea?, ask: text, save: tea, else: end}\n", "migrate: {a: name}\n"),
    )
    person = standing_in(old)
    person.catalog = catalog_with_older(new, old)
    assert person.type_text("calm") == ["Which tea?"]
    person.type_text("Assam")
    assert (person.record.fields, person.step_name) == ({"tea": "Assam"}, "")


def test_stay_keeps_people_in_the_old_version() -> None:
    """They finish there, though the step is gone."""
    old, new = build_catalog(OLD), build_catalog("  b: {say: New b., go: end}\n", "migrate: {a: stay}\n")
    person = standing_in(old)
    person.catalog = catalog_with_older(new, old)
    assert person.type_text("calm") == ["Old b."]


def test_migrate_to_the_end_ends_the_conversation() -> None:
    """The next thing that is said is heard as outside a conversation."""
    old, new = build_catalog(OLD), build_catalog("  b: {say: New b., go: end}\n", "migrate: {a: end}\n")
    person = standing_in(old)
    person.catalog = catalog_with_older(new, old)
    assert person.type_text("calm")[0].startswith("I'm Pip, a bot")
    assert (person.step_name, person.next_wake) == ("", None)


def test_a_step_that_nobody_knows_begins_again() -> None:
    """Neither the old version nor a way to the new: the person is told."""
    person = standing_in(build_catalog(OLD))
    person.catalog = build_catalog("  b: {say: Which tea?, ask: text, else: end}\n")
    assert person.type_text("calm") == [
        "This conversation was rewritten while you were away, so let's begin again.", "Which tea?",
    ]  # fmt: skip
    lost = standing_in(build_catalog(OLD))
    lost.catalog = person.catalog
    assert (lost.wake_up(), lost.next_wake) == ([], None)


def test_a_call_returns_to_the_version_that_called() -> None:
    """The caller's frame is pinned as well."""
    calling = "  a: {call: g}\n  b: {say: %s, go: end}\n"
    called = {"flows/g.yaml": "flow: g\nsteps:\n  x: {say: In g., choices: {Ok: end}}\n"}
    books = [
        compile_flows(
            {"flows/f.yaml": f"flow: f\nstart: {{words: [go now]}}\nsteps:\n{calling % word}", **called}, roomy_config()
        )[0]
        for word in ("Old.", "New.")
    ]
    person = standing_in(books[0])
    person.catalog = catalog_with_older(books[1], books[0])
    assert person.type_text("ok") == ["Old."]
    assert list(person.catalog.older_versions) == [("f", books[0].flows["f"].hash)]


def test_a_wait_ends_in_its_version() -> None:
    """Nobody is stranded in a wait that the new version does not have."""
    old, new = build_catalog("  a: {say: Brewing., wait: 1 hour}\n  b: {say: Old tea., go: end}\n"), build_catalog(NEW)
    person = standing_in(old)
    person.catalog = catalog_with_older(new, old)
    person.pass_time(timedelta(hours=2))
    assert person.handle_event(None) == ["Old tea."]
