"""What comes with a person's doing something: the profile, the Page's defaults, who speaks, whose the thread is."""

from datetime import timedelta
from itertools import pairwise

import pytest

from domain.effects import MoveThread, SendChat
from domain.entry_point import EntryPoint
from domain.events import Message, Profiled, Referral, ThreadControlChanged
from domain.workspace_config import PageConfig, SafetyLimits
from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, person_for_steps, roomy_config

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOOD = "  a: {say: Mood?, choices: {Calm: end}}\n"
OTHERS = {
    "f": "steps:\n  a: {say: Our letter?, ask: text, else: end}\n",
    "g": "start: {button: get started}\nsteps:\n  a: {say: Our shop?, ask: text, else: end}\n",
}
HERE = "Pip, the Amsel Tea bot, here again."


def _routed_person(**page: object) -> FlowPerson:
    """A person before two flows, on a Page that has something of its own."""
    config = roomy_config().model_copy(update={"pages": {"1": PageConfig.model_validate(page)}})
    files = {f"flows/{name}.yaml": f"flow: {name}\n{text}" for name, text in OTHERS.items()}
    return FlowPerson(compile_flows(files, config)[0], config=config)


# -- the profile -------------------------------------------------------------------------------------------------
def test_a_profile_is_fetched_again_after_a_month() -> None:
    """At the first word, and at the first after thirty days; never in between."""
    person, asked = person_for_steps(MOOD), []
    for days in (0, 1, 27, 3, 1):
        person.pass_time(days * DAY)
        person.type_text("go now")
        asked.append(person.asks_profile)
        if person.asks_profile:
            person.handle_event(Profiled(id=f"p{len(asked)}", at=person.now, first_name="Mia"))
    assert asked == [True, False, False, True, False]


def test_a_profile_that_is_not_told_is_asked_for_once_a_day() -> None:
    """However much the person writes."""
    person, asked = person_for_steps(MOOD), []
    for hours in (0, 1, 22, 1, 1, 30):
        person.pass_time(hours * HOUR)
        person.type_text("go now")
        asked.append(person.asks_profile)
    assert asked == [True, False, False, True, False, True]


def test_what_is_told_no_more_is_not_forgotten() -> None:
    """A phone account has no profile; a name that was known stays."""
    person = person_for_steps(MOOD)
    person.handle_event(Profiled(id="p", at=person.now, first_name="Mia", timezone="Europe/Berlin"))
    person.handle_event(Profiled(id="q", at=person.now))
    assert (person.record.profile.first_name, person.record.profile.timezone) == ("Mia", "Europe/Berlin")
    assert person.record.profiled_at == person.now


# -- the Page ----------------------------------------------------------------------------------------------------
def test_a_page_has_its_own_beginning_and_language() -> None:
    """Get-started begins its flow, and the profile's language does not overrule the Page's."""
    person = _routed_person(flow="f", language="de")
    assert person.begin_chat() == ["Our letter?"]
    person.handle_event(Profiled(id="p", at=person.now, locale="en_US"))
    assert (person.record.language, person.record.first_flow) == ("de", "f")
    other = _routed_person()
    assert other.begin_chat() == ["Our shop?"]
    assert other.record.language == ""


def test_start_over_begins_the_pages_own_flow() -> None:
    """Outside a conversation."""
    person = _routed_person(flow="f")
    assert person.type_text("start over") == ["Our letter?"]


def test_a_flow_that_is_gone_is_no_beginning() -> None:
    """Then the workspace's own holds."""
    assert _routed_person(flow="gone").begin_chat() == ["Our shop?"]


# -- who speaks --------------------------------------------------------------------------------------------------
def test_after_a_week_the_bot_says_that_it_is_one() -> None:
    """Before its answer, once, under an id that no other message has."""
    person = person_for_steps(MOOD)
    person.type_text("go now")
    person.pass_time(7 * DAY)
    assert person.type_text("blorp") == [HERE, "I did not get that. Tap one of the buttons, or type what is on it."]
    assert len({one.id for one in person.chats}) == 2
    assert all(one.id.startswith(person.record.id) for one in person.chats)
    assert HERE not in person.type_text("blorp")


@pytest.mark.parametrize(("away", "source"), [(6 * DAY, "SHORTLINK"), (10 * DAY, "ADS")])
def test_a_short_absence_needs_no_word(away: timedelta, source: str) -> None:
    """Who came by an ad has a longer window; it is counted from when they came."""
    person = person_for_steps(MOOD)
    person.handle_event(Referral(id="r", at=person.now, entry=EntryPoint(ref="x", source=source)))
    person.type_text("go now")
    person.pass_time(away - (5 * DAY if source == "ADS" else timedelta()))
    assert HERE not in person.type_text("blorp")


def test_what_says_it_itself_is_not_repeated() -> None:
    """“I'm Pip, a bot, …” is enough; and a picture that needs no answer gets none."""
    person = person_for_steps(MOOD)
    person.type_text("go now")
    person.type_text("calm")
    person.pass_time(9 * DAY)
    assert person.type_text("", "sticker") == []
    person.pass_time(9 * DAY)
    assert [HERE in said for said in person.type_text("what?")] == [False]


def test_a_silent_bot_says_nothing_after_a_week() -> None:
    """A person of the team has the conversation."""
    person = person_for_steps(MOOD)
    person.type_text("go now")
    person.type_text("person")
    person.pass_time(8 * DAY)
    assert person.type_text("hello?") == []


def test_after_a_human_the_bots_next_words_say_who_speaks() -> None:
    """The quiet hours ended without a word, since nothing was open, or the window was closed by then."""
    person = person_for_steps(MOOD)
    person.type_text("person")
    assert person.wake_up() == []
    assert person.type_text("", "sticker") == []
    assert person.type_text("go now") == [HERE, "Mood?"]
    assert HERE not in person.type_text("blorp")
    person.type_text("person")
    person.config = person.config.model_copy(update={"limits": SafetyLimits(human_hours=48)})
    person.now += 47 * HOUR
    person.handle_event(ThreadControlChanged(id="c", at=person.now, action="given_back"))
    assert person.type_text("blorp")[0] == HERE


# -- the thread --------------------------------------------------------------------------------------------------
def _thread_moves(person: FlowPerson) -> list[str]:
    return [one.action for one in person.outcome.effects if isinstance(one, MoveThread)]


def _routing_person() -> FlowPerson:
    person = person_for_steps(
        "  a: {say: I get somebody., hand_over: Wants a quote}\n  b: {say: Else?, choices: {N: end}}\n"
    )
    person.config = person.config.model_copy(update={"pages": {"1": PageConfig(inbox=True)}})
    return person


def test_the_thread_is_passed_after_the_last_words_and_taken_before_the_next() -> None:
    """Where the Page routes conversations; nobody can write into a thread that another has."""
    person = _routing_person()
    person.type_text("go now")
    order = [type(one) for one in person.outcome.effects if isinstance(one, SendChat | MoveThread)]
    assert (order, _thread_moves(person)) == ([SendChat, MoveThread], ["pass"])
    assert person.wake_up() == ["Pip, the bot, is back with you.", "Else?"]
    order = [type(one) for one in person.outcome.effects if isinstance(one, SendChat | MoveThread)]
    assert (order, _thread_moves(person)) == ([MoveThread, SendChat, SendChat], ["take"])


def test_who_asks_for_a_human_is_passed_too() -> None:
    """And a thread that the team gives back, or took itself, is moved by nobody."""
    person = _routing_person()
    person.type_text("person")
    assert _thread_moves(person) == ["pass"]
    person.handle_event(ThreadControlChanged(id="c", at=person.now, action="given_back"))
    assert _thread_moves(person) == []
    person.handle_event(ThreadControlChanged(id="d", at=person.now, action="taken"))
    assert _thread_moves(person) == []


def test_without_routing_no_thread_is_moved() -> None:
    """It is off unless the workspace says so."""
    person = person_for_steps("  a: {say: I get somebody., hand_over: Wants a quote}\n")
    person.type_text("go now")
    moves = _thread_moves(person)
    person.wake_up()
    assert moves + _thread_moves(person) == []


def test_the_ids_of_one_conversation_differ() -> None:
    """Also where the word of who speaks stands before an answer with several messages."""
    person, ids = person_for_steps(MOOD), []
    for number in range(6):
        person.pass_time(8 * DAY if number % 2 else HOUR)
        person.handle_event(
            Message(id=f"m{number}", at=person.now, mid=f"m{number}", text="go now" if number < 2 else "hm")
        )
        ids += [one.id for one in person.chats]
    assert len(set(ids)) == len(ids)
    serials = [int(one.rpartition(".")[2]) for one in ids if not one.endswith(".here")]
    assert all(second == first + 1 for first, second in pairwise(serials))
