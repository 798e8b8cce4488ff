"""What a person sent, judged.

In this order: a tap; a word that works everywhere; the label of a choice; a word that begins a flow; a code while one
is pending; the answer to the open question; a slip of the finger in any of these.  Free answers (``ask: text``) are
kept as they are: only the words that work everywhere are heard there.
"""

from dataclasses import dataclass

from flows.answers import answer, heard_confirmed, unfit
from flows.commands import COMMANDS
from flows.taps import is_get_started, tap
from flows.turn import Turn
from flows.words import near, normal
from subscribers import confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a person sent, whichever event carried it."""

    text: str
    payload: str
    mid: str


def receive(turn: Turn, heard: Heard) -> None:
    """Judge what a person sent, in the order given above."""
    typed = normal(heard.text)
    kind, _, name = heard.payload.partition("|")
    command = name if kind == "do" else turn.book.commands.get(typed, "")
    how = "tap" if kind == "do" else "typed"
    if is_get_started(heard.payload):
        kind, name = "start", turn.book.get_started
    if turn.record.paused and command not in ("stop", "start_over") and not _resumes(turn, kind, typed):
        turn.because("A human has taken over, so the bot kept quiet.")
        _code_unheard(turn, heard)
        return
    if kind == "start" and name in turn.book.flows:
        turn.begin(turn.book.flows[name], "A button begins this flow.")
    elif kind == "tap" and _tapped(turn, heard):
        return
    elif command in COMMANDS:
        COMMANDS[command](turn, how, heard.mid)
    else:
        _in_conversation(turn, heard, typed)


def _resumes(turn: Turn, kind: str, typed: str) -> bool:
    if kind != "start" and typed not in turn.book.words:
        return False
    turn.reply("resumed")
    return True


def _tapped(turn: Turn, heard: Heard) -> bool:
    return not turn.lost and tap(turn, heard.payload, heard.mid)


def _in_conversation(turn: Turn, heard: Heard, typed: str) -> None:
    if turn.lost:
        _begin_again(turn)
        return
    if turn.flow and turn.flow_hash != turn.flow.hash:
        turn.because("The flow was changed meanwhile; the step is still there, so it goes on.")
        turn.flow_hash = turn.flow.hash
    now = turn.step
    free = now is not None and now.kind == "text"
    if not free and not (now and typed in now.labels) and _start_word(turn, typed):
        return
    if _code_elsewhere(turn, heard):
        return
    if now is None:
        _default(turn, typed)
    elif not answer(turn, now, heard.text, heard.mid) and (free or not _nearly(turn, typed, heard)):
        unfit(turn, now)


def _begin_again(turn: Turn) -> None:
    flow = turn.flow or turn.book.flows.get(turn.book.get_started)
    turn.reply("changed")
    if flow:
        turn.begin(flow, "The step is gone from the flow, so the conversation begins again.")
    else:
        turn.end()


def _start_word(turn: Turn, typed: str) -> bool:
    """Begin the flow of a typed word; one that only a translation has chooses the language too."""
    meant = turn.book.words.get(typed)
    if not meant:
        return False
    language = turn.language if turn.language in meant else next(iter(meant))
    flow = turn.book.flows[meant[language]]
    if len(flow.languages) > 1 and (turn.language not in meant or len(meant) == 1):
        turn.change(language=language)
    turn.begin(flow, "A typed word begins this flow.")
    return True


def _code_elsewhere(turn: Turn, heard: Heard) -> bool:
    """A code typed while another question, or none, is open."""
    kind = turn.step.kind if turn.step else ""
    if kind in ("confirm", "text") or "@" in heard.text:
        return False
    code = confirmation.read_code(heard.text)
    if not code or (not turn.record.pending and kind):
        return False
    verdict, outcome = confirmation.type_code(turn.record, code, turn.context, mid=heard.mid)
    turn.take(outcome)
    if verdict == "confirmed":
        topic = next((fact.topic for fact in outcome.facts if fact.name == "confirmed"), "")
        heard_confirmed(turn, topic)
    else:
        turn.reply("again_code" if verdict == "wrong" else "nothing_to_confirm")
        turn.repeat()
    return True


def _code_unheard(turn: Turn, heard: Heard) -> None:
    """A code typed while a human talks still confirms; the bot says nothing about it."""
    code = confirmation.read_code(heard.text) if turn.record.pending else ""
    if code:
        turn.take(confirmation.type_code(turn.record, code, turn.context, mid=heard.mid)[1])


def _nearly(turn: Turn, typed: str, heard: Heard) -> bool:
    """Understand a slip of the finger in a word that works everywhere or begins a flow."""
    word = near(typed, turn.book.commands, most=1)
    command = turn.book.commands.get(word, "")
    if command in COMMANDS:
        COMMANDS[command](turn, "typed", heard.mid)
        return True
    return _start_word(turn, near(typed, turn.book.words, most=1))


def _default(turn: Turn, typed: str) -> None:
    if not typed:
        turn.because("A sticker or picture outside a conversation needs no answer.")
        return
    if _nearly(turn, typed, Heard(text=typed, payload="", mid="")):
        return
    turn.because("Nothing fitted, so the flows were offered.")
    turn.chips = turn.book.voices[turn.language].offers
    turn.reply("default")
