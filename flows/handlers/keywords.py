"""Keywords that work everywhere, in every language of the workspace: stop, back, help, person, start over."""

from collections.abc import Callable
from datetime import timedelta

from domain.consent import decisions
from domain.consent.mail_break import begin_break
from domain.record import Frame
from flows.compiled.catalog import Flow
from flows.conversation import handover
from flows.conversation.mails import SUPPORT, find_proven_address, mail_team
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import flow_to_begin_again, leave_to_caller
from flows.conversation.walk import begin_flow, end_conversation, walk_to
from flows.handlers.decline_question import LEAVE_CODE, leave_code
from flows.handlers.interruptions import GO_ON, LEAVE, go_on_interrupted, leave_interrupted
from flows.understanding.requests.pause_requests import USUAL
from language.cldr import format_day
from language.zones import zone_of_person

Command = Callable[[ConversationTurn, str, str], None]


def stop_everything(turn: ConversationTurn, how: str, mid: str) -> None:
    """Withdraw every consent, drop scheduled messages, and end the conversation."""
    turn.add_outcome(decisions.withdraw_consent(turn.record, "", turn.context, how=how, mid=mid))
    turn.add_reason("The person said stop.")
    turn.change_record(relays=(), invited="", stop_asked_at=None, interrupted=None)
    handover.forget_return_step(turn)
    turn.speech.say_reply("stopped")
    end_conversation(turn)


def go_back(turn: ConversationTurn, how: str, mid: str) -> None:
    """Return to the previous question."""
    del how, mid
    trail = _list_asked(turn.flow, turn.trail)
    if not trail and (caller := _find_asking_caller(turn)):
        # Before the first question of a called flow come those of its caller.
        leave_to_caller(turn, caller)
        trail = _list_asked(turn.flow, turn.trail)
    if not trail:
        turn.speech.say_reply("nothing_back")
        turn.speech.repeat_question()
        turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers
        return
    turn.add_reason("The person went back.")
    turn.trail = tuple(trail[:-1])
    walk_to(turn, trail[-1])
    if not turn.speech.pieces:
        # The first question of a called flow may be said by its caller alone.
        turn.speech.repeat_question()


def _list_asked(flow: Flow | None, trail: tuple[str, ...]) -> list[str]:
    # Steps of the trail may be gone: the flow can have changed since they were asked.
    return [name for name in trail if flow and name in flow.steps]


def _find_asking_caller(turn: ConversationTurn) -> Frame | None:
    """Return the innermost caller that has asked something; None if none has."""
    located = ((one, turn.catalog.locate_step(one.flow, one.flow_hash, one.step)[0]) for one in reversed(turn.stack))
    return next((frame for frame, flow in located if _list_asked(flow, frame.trail)), None)


def show_help(turn: ConversationTurn, how: str, mid: str) -> None:
    """Say what can be typed, and ask the open question again."""
    del how, mid
    turn.speech.say_reply("help")
    turn.speech.repeat_question()
    turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers


def ask_for_person(turn: ConversationTurn, how: str, mid: str) -> None:
    """Hand over to a human; the bot is silent from here on."""
    del how, mid
    turn.add_reason("The person asked for a human; the bot is silent.")
    turn.speech.say_reply("person")
    handover.pause_for_team(turn, "person")
    mail_team(turn, SUPPORT, turn.catalog.language_packs[turn.catalog.default_language].replies["asks_person"].source)


def start_over(turn: ConversationTurn, how: str, mid: str) -> None:
    """Begin the present flow again, or the one of the get-started button."""
    del how, mid
    # Typed during a handover: beginning the flow ends it, so the bot says that it is back.
    if turn.record.paused:
        turn.speech.say_reply("resumed")
    flow = flow_to_begin_again(turn, turn.flow)
    if flow is None:
        turn.change_record(paused=False, handover=None)
        turn.speech.say_reply("default")
        return
    begin_flow(turn, flow, "The person began again.")


def keep_mails(turn: ConversationTurn, how: str, mid: str) -> None:
    """Leave everything as it is after the question whether all mails shall stop."""
    del how, mid
    turn.add_reason("The person keeps their mails.")
    turn.speech.say_reply("mails_kept")
    turn.speech.repeat_question()


def pause_mails(turn: ConversationTurn, length: timedelta, how: str, mid: str) -> None:
    """Let mails of sequences wait for this long; consents stay, and so does the open question."""
    until = turn.context.now + length
    address = find_proven_address(turn, turn.address)
    turn.add_outcome(begin_break(turn.record, until, turn.context.now, address=address, how=how, mid=mid))
    zone = zone_of_person(turn.record, turn.context.config.timezone, turn.context.now)
    turn.add_reason("The person wants a break from mails.")
    turn.speech.say_reply("mails_paused", fits=format_day(until.astimezone(zone).isoformat(), turn.language, zone.key))
    turn.speech.repeat_question()


def pause_for_a_month(turn: ConversationTurn, how: str, mid: str) -> None:
    """Let mails wait for the usual length of a break, which the button after “Shall I stop all mails?” offers."""
    turn.change_record(stop_asked_at=None)
    pause_mails(turn, USUAL, how, mid)


COMMANDS: dict[str, Command] = {
    "stop": stop_everything,
    "keep_mails": keep_mails,
    "pause_mails": pause_for_a_month,
    "back": go_back,
    "help": show_help,
    "person": ask_for_person,
    "start_over": start_over,
    GO_ON: go_on_interrupted,
    LEAVE: leave_interrupted,
    LEAVE_CODE: leave_code,
}
"""What each keyword does.  ``new_code`` is missing: it means something only at a step that waits for a code.
``keep_mails`` and ``pause_mails`` have no word: they are tapped."""
