"""Places of a table row: taken by the shell, and what the conversation does with the answer."""

from domain.effects import TakeSeats
from domain.events import SeatsTaken
from flows.load import compile_flows
from tests.support.flow_person import START, FlowPerson, roomy_config

STEPS = """
  which:
    say: [Which?, {cards: {from: evenings, title: "{{ name }}", buttons: {Come: how}}}]
    choices: {None of them: bye}
    else: bye
  how: {say: How many?, ask: number, save: seats, else: bye}
  seat: {say: One moment., take: {from: evenings, places: seats}, else: full}
  in: {say: "In. {{ places_left }} left.", go: end}
  full: {say: "Only {{ places_left }} left.", go: end}
  bye: {say: Bye., go: end}
"""
BACK = "  a: {say: Yours are free again., give_back: evenings, go: end}\n"
TABLE = "- {id: frost, name: Frost, places: 12}\n- {id: malt, name: Malt, places: 3}\n"


def guest(table: str = TABLE) -> FlowPerson:
    """A person before the two flows."""
    files = {
        "flows/f.yaml": f"flow: f\nstart: {{words: [go now]}}\nsteps:\n{STEPS}",
        "flows/g.yaml": f"flow: g\nstart: {{words: [free the seats]}}\nsteps:\n{BACK}",
        "tables/evenings.yaml": table,
    }
    catalog, found = compile_flows(files, roomy_config())
    assert [finding for finding in found if finding.severity == "error"] == []
    return FlowPerson(catalog, config=roomy_config())


def asked_seats(person: FlowPerson) -> list[tuple[str, int, int]]:
    """What the latest turn asked of the store: thing, seats, capacity."""
    return [(one.thing, one.wanted, one.capacity) for one in person.effects_of(TakeSeats) if isinstance(one, TakeSeats)]


def answer(person: FlowPerson, *, wanted: int, held: int, left: int = 0, thing: str = "evenings frost") -> list[str]:
    """Let the shell tell what became of it."""
    told = SeatsTaken(id=f"t{person.events}", at=START, thing=thing, wanted=wanted, held=held, left=left)
    return person.handle_event(told)


def waiting_guest(number: str = "2") -> FlowPerson:
    """A person for whom seats of the first row are being taken."""
    person = guest()
    for said in ("go now", "frost", number):
        person.type_text(said)
    return person


def test_seats_of_the_chosen_row_are_taken() -> None:
    """The step asks for them, waits, and they are kept."""
    person = waiting_guest()
    assert (person.bot_texts, person.step_name) == (["One moment."], "seat")
    assert asked_seats(person) == [("evenings frost", 2, 12)]
    assert answer(person, wanted=2, held=2, left=10) == ["In. 10 left."]
    assert person.record.seats == {"evenings frost": 2}


def test_too_few_are_left() -> None:
    """Nothing is kept, and the way out tells how many there are."""
    person = waiting_guest()
    assert (answer(person, wanted=2, held=0, left=1), person.record.seats) == (["Only 1 left."], {})


def test_an_answer_to_an_older_request_is_not_taken_for_the_newer() -> None:
    """Another number, or another row: what is held is noted, and the step goes on waiting."""
    person = waiting_guest()
    assert answer(person, wanted=3, held=3, left=9) == []
    assert answer(person, wanted=2, held=2, thing="evenings malt") == []
    assert (person.step_name, person.record.seats) == ("seat", {"evenings frost": 3, "evenings malt": 2})


def test_an_answer_that_comes_late_is_kept_and_disturbs_nobody() -> None:
    """The person has gone; all is given back by another flow."""
    person = waiting_guest()
    person.type_text("stop")
    assert (answer(person, wanted=2, held=2), person.record.seats) == ([], {"evenings frost": 2})
    assert person.type_text("free the seats") == ["Yours are free again."]
    assert asked_seats(person) == [("evenings frost", 0, 12)]
    answer(person, wanted=0, held=0, left=12)
    assert person.record.seats == {}


def test_no_number_takes_nothing() -> None:
    """A half, or none, is not asked of the store."""
    for number in ("0", "1.5"):
        person = waiting_guest(number)
        assert (person.bot_texts, asked_seats(person)) == (["One moment.", "Only 0 left."], [])


def test_while_seats_are_taken_the_bot_is_patient() -> None:
    """What is typed meanwhile is no answer."""
    assert waiting_guest().type_text("hello?") == ["One moment, I'm on it."]
