"""Routes what a person sent to the one handler that takes it.

The order is the same for all flows: a request to stop; a tap; a keyword that works everywhere; the label of something
that can be tapped now; a word that begins a flow; a code while one is pending; the answer to the open question; a
typing slip in any of these.  A free answer (``ask: text``) is taken as it is, unless it is a request to stop, a keyword
or a label.  If two flows claim the same word or link, the first by file name gets it (:mod:`flows.checks.run` reports
it).
"""

from domain.consent import double_opt_in, typed_codes
from domain.questions.chat_answers import ANSWER
from flows.answers.user_input import UserInput
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import flow_to_begin_again
from flows.conversation.walk import (
    ask_moved_question,
    ask_unheard_question,
    begin_flow,
    end_conversation,
    resume_conversation,
)
from flows.handlers.answer_question import (
    answer_from_table,
    answer_question,
    build_note,
    continue_confirmed,
)
from flows.handlers.digressions import (
    say_small_talk,
    take_answer_and_question,
    take_digression,
    take_plain_digression,
)
from flows.handlers.hear_stop import hear_stop_request
from flows.handlers.interruptions import answer_offer
from flows.handlers.keywords import COMMANDS, show_help
from flows.handlers.misfits import reject_answer
from flows.handlers.of_sequences.take_answer import take_tapped_answer, take_typed_answer
from flows.handlers.take_up_subscription import holds_address, take_up_subscription
from flows.handlers.taps import handle_tap, input_of_tap, is_get_started, take_choice
from flows.language.matching import find_near_match, is_harmless_slip, normalize_text
from flows.understanding.requests.flow_requests import find_requested_word
from flows.understanding.requests.person_requests import asks_for_person
from flows.understanding.small_talk import (
    ABILITIES,
    BOT,
    GREETING,
    RUDE,
    drop_names,
    language_of_greeting,
    read_small_talk,
)
from flows.understanding.stop_words import OTHER_WORDS

BOT_WORD = "bot"
"""Typing this word or the bot's name ends a handover."""
KINDS_WITH_DIGITS = ("confirm", "prove", "text", "question", "phone", "number", "date", "time", "moment")
"""Kinds of questions whose answers may hold six digits that are not a code, or that judge codes themselves."""
MAY_NAME_PEOPLE = ("text", "question", "number", "many")
"""Kinds of questions whose answers may speak of people."""
OFFERING_TALK = (GREETING, BOT, RUDE)
"""Kinds of small talk whose answer also offers what the bot can do."""
SILENT_KINDS = ("wait", "code", "take", "hook", "hand_over")
"""Kinds that wait for something other than an answer; an input there is treated as outside a conversation."""


def route_input(turn: ConversationTurn, user_input: UserInput) -> None:
    """Route an input, in the order given above."""
    turn.mid = user_input.mid
    typed = turn.typed = normalize_text(user_input.text)
    kind, _, name = user_input.payload.partition("|")
    command = name if kind == "do" else turn.catalog.command_words.get(typed) or _hear_person(turn, typed)
    how = "tap" if kind == "do" else "typed"
    if hear_stop_request(turn, user_input, typed):
        return
    is_first = bool(user_input.payload) and is_get_started(user_input.payload)
    if is_first:
        kind, name = "start", turn.get_started_flow
    # A button of a sequence's question works also while a human has the conversation: nothing is begun by it.
    if kind == ANSWER and take_tapped_answer(turn, user_input.payload):
        return
    # During a handover only three things reach the bot: “stop”, “start over”, and whatever begins a flow.
    if turn.record.paused and command not in ("stop", "start_over") and not _begins_flow(turn, kind, typed):
        _while_silent(turn, user_input, typed)
        return
    if kind == "start" and name in turn.catalog.flows:
        begin_flow(turn, turn.catalog.flows[name], "A button begins this flow.", interrupts=not is_first)
    # A tap that means nothing here (its step is gone, say) is routed on by its label, as if it had been typed.
    elif kind == "tap" and _take_tap(turn, user_input):
        return
    elif command in COMMANDS:
        COMMANDS[command](turn, how, user_input.mid)
    elif kind == "tap" and (spoken_input := input_of_tap(turn, user_input)) is not user_input:
        _route_in_conversation(turn, spoken_input, normalize_text(spoken_input.text))
    else:
        _route_in_conversation(turn, user_input, typed)


def _hear_person(turn: ConversationTurn, typed: str) -> str:
    """Return the command that calls a person if a text asks for one in words of its own; empty if it is an answer."""
    step = turn.step
    # “One person, please” is how many come.
    is_answer = step is not None and (step.kind in MAY_NAME_PEOPLE or typed in step.labels)
    return "person" if not is_answer and asks_for_person(typed) else ""


def _begins_flow(turn: ConversationTurn, kind: str, typed: str) -> bool:
    """Return True if this begins a flow, which ends the handover; the bot says so."""
    if kind != "start" and typed not in turn.catalog.start_words:
        return False
    turn.speech.say_reply("resumed")
    return True


def _while_silent(turn: ConversationTurn, user_input: UserInput, typed: str) -> None:
    """Take an input during a handover: only the bot's name brings it back."""
    if typed and typed in (BOT_WORD, normalize_text(turn.context.config.bot)):
        resume_conversation(turn, "The person asked for the bot again.")
        return
    turn.add_reason("A human has taken over, so the bot kept quiet.")
    _try_code_silently(turn, user_input)


def _take_tap(turn: ConversationTurn, user_input: UserInput) -> bool:
    return not turn.is_step_gone and handle_tap(turn, user_input)


def _route_in_conversation(turn: ConversationTurn, user_input: UserInput, typed: str) -> None:
    if turn.is_step_gone:
        _begin_again(turn)
        return
    step = turn.step
    # What was typed answered a question that the flow does not have any more, so the new one is asked instead.
    if ask_moved_question(turn):
        return
    is_free = step is not None and step.kind == "text"
    if step and typed in step.labels:
        take_choice(turn, step, step.labels[typed])
        return
    if (step is None or step.kind in SILENT_KINDS) and take_typed_answer(turn, typed):
        return
    if (not is_free and _begin_by_word(turn, typed)) or _try_stray_code(turn, user_input) or ask_unheard_question(turn):
        return
    if take_up_subscription(turn, user_input) or answer_offer(turn, typed):
        return
    if step is None or step.kind in SILENT_KINDS:
        _reply_default(turn, user_input, typed)
    elif not (
        take_answer_and_question(turn, step, user_input)
        or take_plain_digression(turn, step, user_input, typed)
        or answer_question(turn, step, user_input, typed)
        or (not is_free and _take_slip(turn, typed, user_input))
        or take_digression(turn, step, user_input, typed)
    ):
        reject_answer(turn, step, user_input)


def _begin_again(turn: ConversationTurn) -> None:
    flow = flow_to_begin_again(turn, turn.flow)
    turn.speech.say_reply("changed")
    if flow:
        begin_flow(turn, flow, "The step is gone from the flow, so the conversation begins again.")
    else:
        end_conversation(turn)


def _begin_by_word(turn: ConversationTurn, typed: str) -> bool:
    """Begin the flow of a typed word; a word that only a translation has chooses the language too."""
    flows_by_language = turn.catalog.start_words.get(typed)
    if not flows_by_language:
        return False
    language = turn.language if turn.language in flows_by_language else next(iter(flows_by_language))
    flow = turn.catalog.flows[flows_by_language[language]]
    # “Tee” begins the flow in German and turns an English chat German.  A flow with words in one language only has no
    # others to offer, so its word tells nothing about the person's language.
    if len(flow.word_languages) > 1 and (turn.language not in flows_by_language or len(flows_by_language) == 1):
        turn.change_record(language=language)
    begin_flow(turn, flow, "A typed word begins this flow.", interrupts=True)
    return True


def _try_stray_code(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Try a code that is typed while another question, or none, is open; False if the text is no such code."""
    kind = turn.step.kind if turn.step else ""
    if kind in KINDS_WITH_DIGITS or "@" in user_input.text or (kind and not turn.record.pending):
        return False
    # A date or an order number is no code: where none is waited for, only a message that is nothing but one counts.
    read_code = typed_codes.read_code if turn.record.pending else typed_codes.read_lone_code
    code = read_code(user_input.text)
    if not code:
        return False
    # Outside a conversation a code is tried even if none is pending, so that the person hears that it is too late.
    verdict, outcome = double_opt_in.confirm_by_code(turn.record, code, turn.context, mid=user_input.mid)
    turn.add_outcome(outcome)
    if verdict == "confirmed":
        topic = next((fact.topic for fact in outcome.facts if fact.name == "confirmed"), "")
        continue_confirmed(turn, topic)
    else:
        turn.speech.say_reply("again_code" if verdict == "wrong" else "nothing_to_confirm")
        turn.speech.repeat_question()
    return True


def _try_code_silently(turn: ConversationTurn, user_input: UserInput) -> None:
    """Let a code confirm that is typed while a human talks; the bot says nothing about it."""
    code = typed_codes.read_code(user_input.text) if turn.record.pending else ""
    if code:
        turn.add_outcome(double_opt_in.confirm_by_code(turn.record, code, turn.context, mid=user_input.mid)[1])


def _take_slip(turn: ConversationTurn, typed: str, user_input: UserInput) -> bool:
    """Understand a typing slip in a keyword or in a word that begins a flow; False if it is neither."""
    catalog, length = turn.catalog, len(typed)
    word = find_near_match(typed, catalog.command_slips.get(length, ()), most_slips=1)
    command = catalog.command_words.get(word, "")
    # “Stop” ends every consent, so only a slip that makes no other word counts: “sotp” does, “shop” does not.
    # One letter parts “anmelden” from “abmelden”.
    if command in COMMANDS and (command != "stop" or (typed not in OTHER_WORDS and is_harmless_slip(typed, word))):
        COMMANDS[command](turn, "typed", user_input.mid)
        return True
    return _begin_by_word(turn, find_near_match(typed, catalog.word_slips.get(length, ()), most_slips=1))


def _reply_default(turn: ConversationTurn, user_input: UserInput, typed: str) -> None:
    """Answer an input that no question waits for: by an invited flow, the FAQ, or the offer of all flows."""
    if typed and (
        _take_slip(turn, typed, UserInput(text=typed))
        or take_typed_answer(turn, typed, with_slips=True)
        or _begin_by_word(turn, find_requested_word(typed, turn.catalog.start_words))
    ):
        return
    invited = turn.catalog.flows.get(turn.record.invited)
    if invited and turn.step is None:
        begin_flow(turn, invited, "The person answers the private reply to their comment.")
        return
    if not (any(sign.isalnum() or sign in "?!" for sign in typed) or read_small_talk(typed)):
        turn.add_reason("A sticker or picture outside a conversation needs no answer.")
        return
    if turn.step and turn.step.kind in ("code", "take"):
        turn.speech.say_reply("one_moment")
        return
    if turn.step and turn.step.kind == "hook":
        turn.speech.say_reply("looking_it_up")
        return
    if _reply_to_talk(turn, typed):
        return
    if holds_address(user_input.text):
        turn.add_reason("An address came that nothing waits for, so the flows were offered.")
        turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers
        turn.speech.say_reply("no_address_needed")
        return
    faq = turn.context.config.faq
    if faq and answer_from_table(turn, faq, user_input.text):
        return
    turn.add_effects(build_note(turn, user_input.text))
    turn.add_reason("Nothing fitted, so the flows were offered.")
    turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers
    turn.speech.say_reply("default")


def _hear_language(turn: ConversationTurn, typed: str) -> None:
    """Speak the language of a first hello, since the profile that names a language comes only after it."""
    language = language_of_greeting(typed)
    if not turn.record.language and language != turn.language and language in turn.catalog.language_packs:
        turn.change_record(language=language)


def _reply_to_talk(turn: ConversationTurn, typed: str) -> bool:
    """Answer small talk outside a conversation; False if it is none.

    Who says hello for the first time is greeted by the flow of the get-started button, as if they had tapped it.
    """
    typed = drop_names(typed, turn.catalog.talk_names)
    kind = read_small_talk(typed)
    flow = turn.catalog.flows.get(turn.get_started_flow)
    if kind == GREETING and flow and turn.step is None and not turn.record.first_flow:
        _hear_language(turn, typed)
        begin_flow(turn, flow, "The person said hello for the first time.")
        return True
    if kind == ABILITIES:
        show_help(turn, "typed", turn.mid)
        return True
    if not say_small_talk(turn, typed):
        return False
    if kind == GREETING:
        turn.speech.say_reply("what_else")
    if kind in OFFERING_TALK:
        turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers
    return True
