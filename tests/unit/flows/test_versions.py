"""A flow changes while people stand in it: each finishes in their version, or is moved by ``migrate``."""

from dataclasses import replace
from datetime import timedelta

from flows.compiled.catalog import STAY, FlowBook
from flows.conversation.position import standing
from flows.load import compile_flows
from tests.support.flow_person import Person, roomy_house

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


def book(steps: str, more: str = "") -> FlowBook:
    """A book of one flow."""
    text = f"flow: f\nstart: {{words: [go now]}}\n{more}steps:\n{steps}"
    compiled, found = compile_flows({"flows/f.yaml": text}, roomy_house())
    assert [one for one in found if one.severity == "error"] == []
    return compiled


def beside(new: FlowBook, old: FlowBook) -> FlowBook:
    """The new book with the older versions beside it, and the moves that ``migrate`` makes from them."""
    older = {(one.name, one.hash): one for one in old.flows.values() if new.flows[one.name].hash != one.hash}
    moves = {
        (*version, step): target
        for version, one in older.items()
        for step, target in new.flows[one.name].migrate.items()
        if step in one.steps and target != STAY
    }
    return replace(new, older=older, moves=moves)


def standing_in(old: FlowBook) -> Person:
    """A person before the first question of a version."""
    person = Person(old, config=roomy_house())
    person.types("go now")
    return person


def test_who_began_in_a_version_finishes_in_it() -> None:
    """Both versions run side by side; who begins now is in the new one."""
    old, new = book(OLD), book(NEW)
    person = standing_in(old)
    person.book = beside(new, old)
    assert person.types("calm") == ["Old b."]
    assert person.types("go now") == ["New mood?"]


def test_taps_and_timers_belong_to_the_version_they_were_shown_in() -> None:
    """The nudge is the old one's, and so is what a quick reply means, though its number means another thing now."""
    old, new = book(OLD), book(NEW)
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.book = beside(new, old)
    assert person.wakes_up() == ["Old nudge."]
    assert person.taps(calm.payload, calm.label) == ["Old b."]


def test_without_the_old_version_the_same_step_goes_on() -> None:
    """A version that nobody knows any more: the step of the same name answers, by label and not by number."""
    old, new = book(OLD), book(NEW)
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.book = new
    assert person.taps(calm.payload, calm.label) == ["New b."]


def test_migrate_moves_people_to_the_new_step() -> None:
    """Who stands at a step that is gone answers the step it became, where it asks the same kind of thing."""
    old, new = book(OLD), book(NEW.replace("  a:", "  mood:"), "migrate: {a: mood}\n")
    person = standing_in(old)
    wild = person.chats[-1].quick_replies[1]
    person.book = beside(new, old)
    shown = standing(person.book, person.record)
    assert shown is not None
    assert (shown.step, shown.line) == ("mood", 6)
    assert person.taps(wild.payload, wild.label) == ["New c."]


def test_a_tap_on_a_label_that_was_only_reworded_still_counts() -> None:
    """The step is the same and has the same choices, so the place of the one that was tapped tells which it is."""
    old, new = book(OLD), book(OLD.replace("Calm", "Rather calm"), "migrate: {a: a}\n")
    person = standing_in(old)
    calm = person.chats[-1].quick_replies[0]
    person.book = beside(new, old)
    assert person.taps(calm.payload, calm.label) == ["Old b."]
    assert person.record.fields == {"tea": "Rather calm"}


def test_migrate_asks_anew_where_the_question_is_another() -> None:
    """What was said answers the old question, so it is not taken for an answer to the new one."""
    old, new = book(OLD), book("  name: {say: Which tea?, ask: text, save: tea, else: end}\n", "migrate: {a: name}\n")
    person = standing_in(old)
    person.book = beside(new, old)
    assert person.types("calm") == ["Which tea?"]
    person.types("Assam")
    assert (person.record.fields, person.at) == ({"tea": "Assam"}, "")


def test_stay_keeps_people_in_the_old_version() -> None:
    """They finish there, though the step is gone."""
    old, new = book(OLD), book("  b: {say: New b., go: end}\n", "migrate: {a: stay}\n")
    person = standing_in(old)
    person.book = beside(new, old)
    assert person.types("calm") == ["Old b."]


def test_migrate_to_the_end_ends_the_conversation() -> None:
    """The next thing that is said is heard as outside a conversation."""
    old, new = book(OLD), book("  b: {say: New b., go: end}\n", "migrate: {a: end}\n")
    person = standing_in(old)
    person.book = beside(new, old)
    assert person.types("calm")[0].startswith("I'm Pip, a bot")
    assert (person.at, person.wakes) == ("", None)


def test_a_step_that_nobody_knows_begins_again() -> None:
    """Neither the old version nor a way to the new: the person is told."""
    person = standing_in(book(OLD))
    person.book = book("  b: {say: Which tea?, ask: text, else: end}\n")
    assert person.types("calm") == [
        "This conversation was rewritten while you were away, so let's begin again.", "Which tea?",
    ]  # fmt: skip
    lost = standing_in(book(OLD))
    lost.book = person.book
    assert (lost.wakes_up(), lost.wakes) == ([], None)


def test_a_call_returns_to_the_version_that_called() -> None:
    """The caller's frame is pinned as well."""
    calling = "  a: {call: g}\n  b: {say: %s, go: end}\n"
    called = {"flows/g.yaml": "flow: g\nsteps:\n  x: {say: In g., choices: {Ok: end}}\n"}
    books = [
        compile_flows(
            {"flows/f.yaml": f"flow: f\nstart: {{words: [go now]}}\nsteps:\n{calling % word}", **called}, roomy_house()
        )[0]
        for word in ("Old.", "New.")
    ]
    person = standing_in(books[0])
    person.book = beside(books[1], books[0])
    assert person.types("ok") == ["Old."]
    assert list(person.book.older) == [("f", books[0].flows["f"].hash)]


def test_a_wait_ends_in_its_version() -> None:
    """Nobody is stranded in a wait that the new version does not have."""
    old, new = book("  a: {say: Brewing., wait: 1 hour}\n  b: {say: Old tea., go: end}\n"), book(NEW)
    person = standing_in(old)
    person.book = beside(new, old)
    person.waits(timedelta(hours=2))
    assert person.meets(None) == ["Old tea."]
