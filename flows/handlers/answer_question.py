"""Judges what a person typed or sent by the open question."""

from msgspec.structs import replace

from domain import unanswered_questions
from domain.consent import confirmation_requests, double_opt_in, typed_codes
from domain.effects import TeamListEntry
from flows.answers.label_ranges import find_range
from flows.answers.question import RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import DECLINES, ELSE, NEXT, Flow, Step
from flows.conversation.proof import asked_topic, asked_topics, is_settled
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import SHOWN
from flows.conversation.walk import follow_trigger, leave_step, walk_to
from flows.handlers import give_address, typed_cards
from flows.handlers.decline_question import KEPT_AS_ANSWER, can_decline, decline_question
from flows.handlers.judge_answer import judge_input, keep_answer
from flows.handlers.take_parts import take_sentence
from flows.handlers.take_several import take_typed
from flows.handlers.taps import agree_to_topic, decline_topic, press_button, take_choice
from flows.language.matching import find_near_match, normalize_text
from flows.understanding.agreement import read_typed_consent
from flows.understanding.answer_words import HOW_OFTEN
from flows.understanding.choosing.choices import Ambiguous, read_choice
from flows.understanding.codes.code_requests import asks_new_code
from flows.understanding.codes.missing_mail import find_missing_mail, says_no_mail
from flows.understanding.codes.wrong_address import find_change_of_address, says_wrong_address
from flows.understanding.stopping.mail_wishes import strip_wishes
from language.lists import format_alternatives

FREE_KINDS = ("text", "email")
"""Kinds whose answers are never taken for a similar label."""
LONGEST_QUESTION = 1_000
"""Characters of a question that are stored."""


def answer_question(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    """Judge an input by the open question; False if it does not fit, and then nothing has changed.

    ``typed`` is its text as it is compared (:func:`flows.language.matching.normalize_text`).
    """
    if step.kind in KEPT_AS_ANSWER and can_decline(step) and decline_question(turn, step, typed, mid=user_input.mid):
        return True
    return _take_answer(turn, step, user_input, typed) or decline_question(turn, step, typed, mid=user_input.mid)


def _take_answer(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    match step.kind:
        case "choice":
            return _take_label(turn, step, typed)
        case "many":
            return take_typed(turn, step, user_input)
        case "several":
            return take_sentence(turn, step, user_input)
        case "consent":
            return _take_consent(turn, step, user_input)
        case "email":
            return give_address.answer_with_address(turn, user_input)
        case "confirm" | "prove":
            return _take_proof(turn, step, user_input, typed)
        case "question":
            return _take_question(turn, step, user_input.text) or _take_label(turn, step, typed)
        case _:
            return _take_judged(turn, step, user_input, typed)


def build_note(turn: ConversationTurn, text: str) -> TeamListEntry:
    """Return an entry for the team's list of unanswered questions."""
    return unanswered_questions.unanswered_entry(
        at=turn.context.now,
        flow=turn.flow.name if turn.flow else "",
        step=turn.step.name if turn.step else "",
        language=turn.language,
        text=text,
    )


def answer_from_table(turn: ConversationTurn, table: str, text: str) -> bool:
    """Answer a question from a table; False if the table has no answer."""
    faq = turn.catalog.faqs.get(table, {}).get(turn.language)
    entry = faq.find_entry(text) if faq else None
    if entry is None:
        return False
    turn.add_reason(f"“{entry.id}” of the table {table} answered a question.")
    turn.speech.say_texts(entry.answer)
    return True


# -- judging --------------------------------------------------------------------------------------------------
def _take_judged(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    # “Not at all” is the label at the low end of a scale.
    if typed in step.mark_labels:
        user_input = replace(user_input, text=str(step.mark_labels[typed]))
    verdict = judge_input(turn, step, user_input)
    if isinstance(verdict, RejectedAnswer):
        return step.kind not in FREE_KINDS and _take_label(turn, step, typed)
    keep_answer(turn, step, verdict.value)
    turn.add_reason("An answer was given.")
    if verdict.said_back:
        turn.speech.say_reply("heard", heard=verdict.said_back)
    # Only the no of a yes/no question takes the way out; 0 and an empty text are answers like others.
    if verdict.value is not False:
        follow_trigger(turn, NEXT)
    else:
        leave_step(turn, step, DECLINES)
    return True


def _take_question(turn: ConversationTurn, step: Step, text: str) -> bool:
    if step.question is None or not answer_from_table(turn, step.question.table, text):
        return False
    keep_answer(turn, step, " ".join(text.split())[:LONGEST_QUESTION])
    follow_trigger(turn, NEXT)
    return True


def _take_label(turn: ConversationTurn, step: Step, typed: str) -> bool:
    # “The first one” below a row of cards is the first card, not the first button under them.
    card = typed_cards.match_card_by_place(turn, typed)
    choice: int | Ambiguous | None = None
    if card is None:
        # “I'm 34” lies in one of “18 to 24” and “25 to 34”, though it is a word of the second alone.
        if not step.choice_index.count:
            choice = find_range(typed, step.labels, turn.language)
        choice = read_choice(typed, step.choice_index) if choice is None else choice
    if choice is not None:
        _take_read(turn, step, choice)
        return True
    card = card or typed_cards.match_card(turn, typed)
    if card:
        press_button(turn, step, *card)
    return card is not None


def _take_read(turn: ConversationTurn, step: Step, choice: int | Ambiguous) -> None:
    """Take the choice that a text means; if it may be one of several, ask which."""
    if isinstance(choice, int):
        take_choice(turn, step, choice)
        return
    labels, replies = turn.texts.choice_labels, turn.texts.quick_replies
    turn.add_reason("Several choices were meant, so the bot asks which.")
    # Buttons of a message have no quick reply; their labels can be tapped where they stand.
    shown = [number for number in choice.numbers if number < len(labels)]
    turn.speech.own_quick_replies = tuple(replies[number] for number in shown)
    fits = format_alternatives([labels[number] for number in shown], turn.language)
    turn.speech.say_reply("which_choice" if shown else "again_choice", fits=fits)


def _take_consent(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    texts = step.texts.values()
    # The labels of all languages count: people answer in the language they like.
    names = [normalize_text(pack.topic_names.get(step.topic, "")) for pack in turn.catalog.language_packs.values()]
    # “Once a month is fine” repeats what the bot has said.
    wording = normalize_text(turn.context.config.consent_wording(step.topic, turn.language)[1])
    names.append(" ".join(word for word in wording.split() if word in HOW_OFTEN))
    agreeing, declining = {text.agree_label for text in texts}, {text.decline_label for text in texts}
    verdict = read_typed_consent(user_input.text, agreeing, declining, names)
    if verdict:
        agree_to_topic(turn, step, str(turn.variables.get(SHOWN, "")), how="typed", mid=user_input.mid)
    elif verdict is False:
        decline_topic(turn, step, how="typed", mid=user_input.mid)
    return verdict is not None


def _take_proof(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    # The address comes first, since it may hold six digits (“mia123456@…”).
    if give_address.change_address(turn, user_input):
        return True
    code = typed_codes.read_code(strip_wishes(user_input.text))
    if code:
        try_code(turn, step, code, user_input.mid)
        return True
    if turn.catalog.command_words.get(typed) == "new_code" or _asks_new_code(turn, typed):
        request_new_code(turn, step)
        return True
    choice = read_choice(typed, step.choice_index)
    if choice is None and says_no_mail(typed):
        choice = find_missing_mail(step.labels)
    if choice is None and says_wrong_address(typed):
        choice = find_change_of_address(step.labels)
    if choice is not None:
        _take_read(turn, step, choice)
    else:
        return False
    return True


def _asks_new_code(turn: ConversationTurn, typed: str) -> bool:
    return asks_new_code(typed) or bool(
        find_near_match(typed, [word for word, command in turn.catalog.command_words.items() if command == "new_code"])
    )


def request_new_code(turn: ConversationTurn, step: Step) -> None:
    """Ask for a fresh code; the reply is the same whatever others did with the address."""
    if turn.address in turn.record.addresses:
        topics = asked_topics(turn, step)
        turn.add_outcome(confirmation_requests.request_proof(turn.record, turn.address, topics, turn.context))
    if is_settled(turn, step):
        follow_trigger(turn, NEXT)
    else:
        turn.add_reason("A new code was asked for.")
        held = turn.record.addresses.get(turn.address)
        refused = held is not None and held.status in confirmation_requests.REFUSED
        turn.speech.say_reply("no_code" if refused else "new_code")


def try_code(turn: ConversationTurn, step: Step, code: str, mid: str) -> None:
    """Try a code at a step that waits for one."""
    verdict, outcome = double_opt_in.confirm_by_code(turn.record, code, turn.context, mid=mid)
    turn.add_outcome(outcome)
    topic = asked_topic(turn, step)
    consent = turn.record.consents.get(topic)
    # The code belonged to a request for other topics (an earlier flow, say): entering again asks for this one.
    if verdict == "confirmed" and topic and (consent is None or consent.status != "confirmed"):
        turn.add_reason(f"The address is proven, but {topic} is not confirmed by it.")
        walk_to(turn, step.name)
    elif verdict == "confirmed" or (verdict == "none" and is_settled(turn, step)):
        follow_trigger(turn, NEXT)
    elif verdict == "wrong":
        if turn.texts.again:
            turn.speech.say_texts(turn.texts.again)
        else:
            turn.speech.say_reply("again_code")
    else:
        turn.add_reason("No code fits any more.")
        follow_trigger(turn, ELSE)


def continue_confirmed(turn: ConversationTurn, topic: str) -> None:
    """Go on after a consent was confirmed by the button, or by a code typed at another question."""
    if turn.step and turn.step.kind in ("confirm", "prove") and is_settled(turn, turn.step):
        turn.add_reason("The address is proven.")
        follow_trigger(turn, NEXT)
        return
    # Otherwise the conversation jumps to the step that confirms this topic, in the present flow or, if the person
    # is in none, in the first flow that has such a step.
    flow = turn.flow
    if flow is None and turn.record.conversation is None:
        flow = next((flow for flow in turn.catalog.flows.values() if flow.find_confirmation(topic)), None)
    step = _find_confirmation(turn, flow, topic) if flow else None
    if flow is None or step is None:
        turn.speech.say_reply("confirmed")
        turn.speech.repeat_question()
        return
    if turn.flow is not flow:
        turn.flow, turn.flow_hash, turn.variables, turn.trail = flow, flow.hash, {}, ()
    turn.step = step
    turn.add_reason(f"{topic} is confirmed.")
    follow_trigger(turn, NEXT)


def _find_confirmation(turn: ConversationTurn, flow: Flow, topic: str) -> Step | None:
    """Return the step of a flow that confirms a topic, also the one that its caller has it confirm."""
    proving = flow.first_step("prove") if turn.flow is flow else None
    asked = proving is not None and bool(topic) and asked_topic(turn, proving) == topic
    return proving if asked else flow.find_confirmation(topic)
