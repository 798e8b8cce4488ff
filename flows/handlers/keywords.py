"""Stop, back, help, person, start over: what works everywhere, in every language of the workspace."""

from collections.abc import Callable

from domain.consent import decisions
from flows.conversation import handover
from flows.conversation.mails import SUPPORT, write_team
from flows.conversation.walk import Turn

Command = Callable[[Turn, str, str], None]


def stop(turn: Turn, how: str, mid: str) -> None:
    """Withdraw every consent, plan nothing any more, and end the conversation."""
    turn.take(decisions.withdraw(turn.record, "", turn.context, how=how, mid=mid))
    turn.because("The person said stop.")
    turn.change(relays=(), invited="")
    handover.forget_place(turn)
    turn.reply("stopped")
    turn.end()


def back(turn: Turn, how: str, mid: str) -> None:
    """Return to the question before."""
    del how, mid
    steps = turn.flow.steps if turn.flow else {}
    trail = [name for name in turn.trail if name in steps]
    if not trail:
        turn.reply("nothing_back")
        turn.repeat()
        turn.chips = turn.book.voices[turn.language].offers
        return
    turn.because("The person went back.")
    turn.trail = tuple(trail[:-1])
    turn.run(trail[-1])


def show_help(turn: Turn, how: str, mid: str) -> None:
    """Say what can be typed, and ask the open question again."""
    del how, mid
    turn.reply("help")
    turn.repeat()
    turn.chips = turn.book.voices[turn.language].offers


def person(turn: Turn, how: str, mid: str) -> None:
    """Hand over to a human: the bot is silent from here on."""
    del how, mid
    turn.because("The person asked for a human; the bot is silent.")
    turn.reply("person")
    handover.ask(turn, "person")
    write_team(turn, SUPPORT, turn.book.voices[turn.book.language].replies["asks_person"].source)


def start_over(turn: Turn, how: str, mid: str) -> None:
    """Begin the present flow again, or the one of the get-started button."""
    del how, mid
    if turn.record.paused:
        turn.reply("resumed")
    flow = turn.flow or turn.book.flows.get(turn.opening)
    if flow is None:
        turn.change(paused=False, handover=None)
        turn.reply("default")
        return
    turn.begin(flow, "The person began again.")


COMMANDS: dict[str, Command] = {
    "stop": stop,
    "back": back,
    "help": show_help,
    "person": person,
    "start_over": start_over,
}
"""``new_code`` is no command: it means something only where a code is waited for."""
