"""What people say in the middle of a question that answers it not: a question of theirs, small talk, a sticker.

None of it is a try.  It gets its answer or a kind word, and the open question is asked once more, in its short form.
A question that the table of the workspace (``faq:``) cannot answer is noted for the team.
"""

from msgspec.structs import replace

from flows.answers.head_counts import asks_for_people
from flows.answers.numbers import find_numbers
from flows.answers.offered_figures import asks_with_figure, strip_figures
from flows.answers.question import RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import Step
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import NOISE
from flows.handlers.answer_question import answer_from_table, answer_question, build_note
from flows.handlers.give_address import repeat_open_question
from flows.handlers.judge_answer import judge_input, question_text
from flows.language.matching import normalize_text
from flows.understanding.codes.code_requests import asks_about_mail, asks_only_of_waiting, matter_words
from flows.understanding.data_questions import ASKED_DATA, DATA_KINDS, asks_of_data
from flows.understanding.faq.find_entry import asks_bare_price
from flows.understanding.questions import begins_as_question, is_question, split_question
from flows.understanding.small_talk import ABILITIES, WAIT, drop_names, read_small_talk

COUNTED_KINDS = ("number", "date", "time", "moment", "phone", "rating")
"""Kinds whose answers hold figures: a question with a figure in it (“9 of us?”) is an answer that does not fit."""
FIGURE_KINDS = ("number", "rating")
"""Kinds whose answers may be any text with one figure in it."""
WHOLE_KINDS = ("consent", "confirm", "prove", "email", "text", "question", "file")
"""Kinds whose answers are read out of the whole text, or must not be divided."""
FACT_OPENERS = frozenset({"is", "are", "do", "does", "did", "has", "ist", "sind", "gibt", "gibts", "habt", "hat"})
MOST_BESIDE = 1
"""Words that name a matter in a question that still is an answer: “is 9 pm free?”."""
LEAST_SPACES = 3
"""Words (less one) of a question about a choice; shorter ones may choose it."""
OFFERS_PERSON_FROM = 2
"""At the second thing that the bot cannot use, it offers a person."""
REPEATS_UP_TO = 3
"""Times that the question is repeated after things the bot cannot read; later only a short word is said."""


def take_plain_digression(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    """Take what names an answer and means none: “what does it cost for 4 people?”, “is Hamburg open on Sunday?”."""
    if step.kind == "choice":
        # “Do you deliver?” may be a label.
        opener = typed.partition(" ")[0]
        if any(label.partition(" ")[0] == opener for label in step.labels) or not begins_as_question(user_input.text):
            return False
        # “Is Hamburg open on Sunday?” asks about a choice and takes none; “is Hamburg ok?” may take it.
        asks_fact = opener in FACT_OPENERS and "?" in user_input.text and typed.count(" ") >= LEAST_SPACES
        if asks_fact:
            return take_digression(turn, step, user_input, typed)
        return _answer_from_workspace(turn, user_input.text)
    if step.kind not in FIGURE_KINDS:
        return False
    if read_small_talk(typed) == WAIT:
        return take_digression(turn, step, user_input, typed)
    # “Is there a discount for 4 people?” asks; “4, and is there parking?” answers first.
    if not _asks_with_figure(turn, step, user_input.text):
        return False
    answer, _ = split_question(user_input.text, ends_with_answer=True)
    return not find_numbers(answer, turn.language) and _answer_question_of_theirs(turn, step, user_input)


def take_answer_and_question(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    """Take an answer with a question behind it (“yes, and how long does it take?”); False if it is not both."""
    # A yes with a question behind it is no clear yes, so a consent is asked again.
    if step.kind in WHOLE_KINDS:
        return False
    answer, question = split_question(user_input.text, ends_with_answer=step.kind in (*FIGURE_KINDS, "choice"))
    if not answer:
        return False
    said, noted, reasons = len(turn.speech.pieces), len(turn.effects), len(turn.reasons)
    faq = turn.context.config.faq
    if not (faq and answer_from_table(turn, faq, question)) and not _leave_to_team(turn, step, question):
        return False
    if answer_question(turn, step, replace(user_input, text=answer), normalize_text(answer)):
        return True
    del turn.speech.pieces[said:], turn.effects[noted:], turn.reasons[reasons:]
    return False


def _leave_to_team(turn: ConversationTurn, step: Step, question: str) -> bool:
    """Note the question behind an answer for the team and say so; False if it only asks whether the answer fits."""
    if step.kind not in FIGURE_KINDS or "?" not in question or not _asks_with_figure(turn, step, question):
        return False
    turn.add_effects(build_note(turn, question))
    turn.add_reason("A question behind the answer has no answer in the table.")
    turn.speech.say_reply("unknown_question")
    return True


def take_digression(turn: ConversationTurn, step: Step, user_input: UserInput, typed: str) -> bool:
    """Answer what does not answer the open question and is no try to; False if it may be one."""
    if step.kind != "file" and not any(sign.isalnum() for sign in typed) and not read_small_talk(typed):
        _answer_noise(turn, step)
        return True
    if say_small_talk(turn, typed):
        repeat_open_question(turn)
        return True
    return is_question(user_input.text) and _answer_question_of_theirs(turn, step, user_input)


def say_small_talk(turn: ConversationTurn, typed: str) -> bool:
    """Say a kind word to small talk; False if it is none."""
    kind = read_small_talk(drop_names(typed, turn.catalog.talk_names))
    if not kind:
        return False
    turn.add_reason("Small talk was answered.")
    turn.speech.say_reply("help" if kind == ABILITIES else f"talk_{kind}")
    return True


def _answer_question_of_theirs(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    # A step that asks for questions has judged this one by its own table already.
    typed, awaits_code = normalize_text(user_input.text), step.kind in ("confirm", "prove")
    if step.kind == "question" or (awaits_code and asks_only_of_waiting(typed)):
        return False
    # “What does it cost?” at a consent asks for what is agreed to; the table tells the price of something else.
    question = strip_figures(user_input.text) if step.kind in FIGURE_KINDS else user_input.text
    if not (step.kind == "consent" and asks_bare_price(question)) and _answer_from_workspace(turn, question):
        return True
    # “What for? Who sees it?”: “it” is what the open question asks for.
    if (
        step.kind in DATA_KINDS
        and asks_of_data(question)
        and _answer_from_workspace(turn, ASKED_DATA.get(turn.language, ""))
    ):
        return True
    # “Is the mail sent?”: what is said there to everything but a code helps more than a person.
    if (awaits_code and asks_about_mail(typed)) or _is_attempt(turn, step, user_input):
        return False
    turn.add_effects(build_note(turn, user_input.text))
    turn.add_reason("A question in the middle has no answer in the table, so a person was offered.")
    turn.speech.say_reply("unknown_question")
    turn.speech.offers_person = True
    repeat_open_question(turn)
    return True


def _answer_from_workspace(turn: ConversationTurn, text: str) -> bool:
    faq = turn.context.config.faq
    if not faq or not answer_from_table(turn, faq, text):
        return False
    repeat_open_question(turn)
    return True


def _is_attempt(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    """Return True if a question is also an answer that does not fit: “is 9 pm possible?” to a question for a time."""
    if step.kind not in COUNTED_KINDS or (step.kind in FIGURE_KINDS and _asks_with_figure(turn, step, user_input.text)):
        return False
    verdict = judge_input(turn, step, user_input)
    if not isinstance(verdict, RejectedAnswer) or verdict.reply != f"again_{step.kind}":
        return True
    # “Is there a discount on 4 May?” holds a figure, and asks of something else.
    names_matter = step.kind not in FIGURE_KINDS and len(matter_words(normalize_text(user_input.text))) > MOST_BESIDE
    return any(sign.isdecimal() for sign in user_input.text) and not names_matter


def _asks_with_figure(turn: ConversationTurn, step: Step, text: str) -> bool:
    asked = question_text(turn, step)
    return asks_with_figure(text, asked, of_people=asks_for_people(asked))


def _answer_noise(turn: ConversationTurn, step: Step) -> None:
    """Say that only text can be read: a voice message, a picture, a sticker, a row of emoji."""
    name, _, said = str(turn.variables.get(NOISE, "")).partition(" ")
    count = (int(said) if name == step.name else 0) + 1
    turn.variables = {**turn.variables, NOISE: f"{step.name} {min(count, REPEATS_UP_TO)}"}
    turn.add_reason("What came cannot be read as an answer, so it cost no try.")
    turn.speech.offers_person = count >= OFFERS_PERSON_FROM
    turn.speech.say_reply("only_text" if count < OFFERS_PERSON_FROM else "only_text_2")
    if count < REPEATS_UP_TO:
        repeat_open_question(turn)
