"""What a person sent, judged.

In this order, whichever flows could claim it: a tap; a word that works everywhere; the label of what can be tapped
now; a word that begins a flow; a code while one is pending; the answer to the open question; a slip of the finger in
any of these.  Free answers (``ask: text``) are kept as they are: only the words that work everywhere, and what can be
tapped, are heard there.  Of two flows that claim the same word or link the first by file name has it
(:mod:`flows.checks.run` reports it).
"""

from domain.consent import double_opt_in
from flows.conversation.walk import Turn
from flows.handlers.answer_question import answer, answer_from_table, heard_confirmed, unanswered, unfit
from flows.handlers.keywords import COMMANDS
from flows.handlers.taps import choose, is_get_started, said_by, tap
from flows.handlers.user_input import Heard
from flows.language.matching import near, normal, slipped

__all__ = ["Heard", "receive"]

BOT = "bot"
"""Who types this, or the bot's own name, has the bot back."""
UNLIKE_CODES = ("confirm", "prove", "text", "question", "phone", "number", "date", "time", "moment")
"""Kinds of questions whose answers may hold six digits that are no code, or that judge codes themselves."""
SILENT = ("wait", "code", "hand_over")
"""Kinds that wait for something other than an answer: what a person says there is heard as outside a conversation."""


def receive(turn: Turn, heard: Heard) -> None:
    """Judge what a person sent, in the order given above."""
    turn.mid = heard.mid
    typed = normal(heard.text)
    kind, _, name = heard.payload.partition("|")
    command = name if kind == "do" else turn.book.commands.get(typed, "")
    how = "tap" if kind == "do" else "typed"
    if heard.payload and is_get_started(heard.payload):
        kind, name = "start", turn.opening
    if turn.record.paused and command not in ("stop", "start_over") and not _begins(turn, kind, typed):
        _while_silent(turn, heard, typed)
        return
    if kind == "start" and name in turn.book.flows:
        turn.begin(turn.book.flows[name], "A button begins this flow.")
    elif kind == "tap" and _tapped(turn, heard):
        return
    elif command in COMMANDS:
        COMMANDS[command](turn, how, heard.mid)
    elif kind == "tap" and (said := said_by(turn, heard)) is not heard:
        _in_conversation(turn, said, normal(said.text))
    else:
        _in_conversation(turn, heard, typed)


def _begins(turn: Turn, kind: str, typed: str) -> bool:
    """Tell whether this begins a flow, which ends the silence of the bot."""
    if kind != "start" and typed not in turn.book.words:
        return False
    turn.reply("resumed")
    return True


def _while_silent(turn: Turn, heard: Heard, typed: str) -> None:
    """Only the bot's name is heard: then it goes on where it was."""
    if typed and typed in (BOT, normal(turn.context.config.bot)):
        turn.resume("The person asked for the bot again.")
        return
    turn.because("A human has taken over, so the bot kept quiet.")
    _code_unheard(turn, heard)


def _tapped(turn: Turn, heard: Heard) -> bool:
    return not turn.lost and tap(turn, heard)


def _in_conversation(turn: Turn, heard: Heard, typed: str) -> None:
    if turn.lost:
        _begin_again(turn)
        return
    now = turn.step
    if turn.ask_moved():
        return
    free = now is not None and now.kind == "text"
    if now and typed in now.labels:
        choose(turn, now, now.labels[typed])
        return
    if (not free and _start_word(turn, typed)) or _code_elsewhere(turn, heard) or turn.ask_unheard():
        return
    if now is None or now.kind in SILENT:
        _default(turn, heard, typed)
    elif not answer(turn, now, heard, typed) and (free or not _nearly(turn, typed, heard)):
        unfit(turn, now, heard)


def _begin_again(turn: Turn) -> None:
    flow = turn.flow or turn.book.flows.get(turn.opening)
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
    if kind in UNLIKE_CODES or "@" in heard.text or (kind and not turn.record.pending):
        return False
    code = double_opt_in.read_code(heard.text)
    if not code:
        return False
    verdict, outcome = double_opt_in.type_code(turn.record, code, turn.context, mid=heard.mid)
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
    code = double_opt_in.read_code(heard.text) if turn.record.pending else ""
    if code:
        turn.take(double_opt_in.type_code(turn.record, code, turn.context, mid=heard.mid)[1])


def _nearly(turn: Turn, typed: str, heard: Heard) -> bool:
    """Understand a slip of the finger in a word that works everywhere or begins a flow.

    “Stop” ends every consent, so “shop” must not be taken for it.
    """
    book, length = turn.book, len(typed)
    word = near(typed, book.command_slips.get(length, ()), most=1)
    command = book.commands.get(word, "")
    if command in COMMANDS and (command != "stop" or slipped(typed, word)):
        COMMANDS[command](turn, "typed", heard.mid)
        return True
    return _start_word(turn, near(typed, book.word_slips.get(length, ()), most=1))


def _default(turn: Turn, heard: Heard, typed: str) -> None:
    if typed and _nearly(turn, typed, Heard(text=typed)):
        return
    invited = turn.book.flows.get(turn.record.invited)
    if invited and turn.step is None:
        turn.begin(invited, "The person answers the private reply to their comment.")
        return
    if not typed:
        turn.because("A sticker or picture outside a conversation needs no answer.")
        return
    if turn.step and turn.step.kind == "code":
        turn.reply("one_moment")
        return
    faq = turn.context.config.faq
    if faq and answer_from_table(turn, faq, heard.text):
        return
    turn.want(unanswered(turn, heard.text))
    turn.because("Nothing fitted, so the flows were offered.")
    turn.chips = turn.book.voices[turn.language].offers
    turn.reply("default")
