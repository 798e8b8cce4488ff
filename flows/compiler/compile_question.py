"""Compiles what a step asks (``ask:``) to a judge of everything that a person may answer.

Pure: time, time zone and language of the person are arguments.  A judge never raises; compiling raises ``AskError``
for a range or pattern that makes no sense.  Choices are compared in :mod:`flows.understanding.choosing.choices`,
questions with tables in :mod:`flows.understanding.faq.find_entry`.
"""

from collections.abc import Callable

from domain.workspace_config import WorkspaceConfig
from flows.answers.addresses.read_addresses import read_addresses
from flows.answers.addresses.result import NoAddress, OneAddress
from flows.answers.dates.compile_date_question import compile_date_question
from flows.answers.introductions import find_name
from flows.answers.numbers import compile_number
from flows.answers.patterns import compile_pattern
from flows.answers.phones import judge_phone
from flows.answers.question import (
    AcceptedAnswer,
    AnswerContext,
    AnswerJudge,
    AskError,
    CompiledQuestion,
    RejectedAnswer,
    Verdict,
)
from flows.answers.ratings import compile_rating
from flows.answers.user_input import UserInput
from flows.language.model import Ask, AskKind
from flows.understanding.agreement import read_answer

__all__ = [
    "AcceptedAnswer",
    "AnswerContext",
    "AskError",
    "CompiledQuestion",
    "RejectedAnswer",
    "Verdict",
    "compile_ask",
]

MOST_ANSWER = 1_000
"""Characters of a free answer that are stored."""
MOST_URL = 2_000
"""Characters of the address of an attachment; a longer one is not taken."""
FILES = ("image", "video", "audio", "file")
"""Kinds of attachments that a file question takes, unless it names its own."""

_USED_KEYS: dict[AskKind, tuple[str, ...]] = {
    "number": ("number", "from", "to"), "date": ("from", "to", "their_time", "open"),
    "time": ("from", "to", "their_time"), "moment": ("from", "to", "their_time", "open"),
    "rating": ("from", "to"), "many": ("from", "to"), "text": ("pattern",), "file": ("files",), "question": ("table",),
    "several": ("steps",),
}  # fmt: skip
"""Which keys of ``ask:`` each kind uses, besides ``for``."""


def compile_ask(ask: Ask, config: WorkspaceConfig) -> CompiledQuestion:
    """Compile what a step waits for.  Raises :class:`flows.answers.question.AskError`."""
    # A rating also gives its marks, for the quick replies under it; a question has its table instead of a judge.
    _refuse_unused(ask)
    if ask.kind == "rating":
        judge, marks = compile_rating(ask)
        return CompiledQuestion(kind="rating", judge=judge, marks=marks)
    if ask.kind == "many":
        least, most = _read_counts(ask)
        return CompiledQuestion(kind="many", judge=_judge_elsewhere, least=least, most=most)
    if ask.kind == "several":
        if not ask.steps:
            message = "Several answers belong to several steps, and none is named."
            raise AskError(message, "Write steps: [when, party], the steps that ask for them.", key="steps")
        return CompiledQuestion(kind="several", judge=_judge_elsewhere, parts=tuple(ask.steps))
    if ask.kind == "question":
        table = ask.table or config.faq
        if not table:
            message = "A question is answered from a table, and none is named."
            raise AskError(message, "Write table: NAME here, or faq: NAME in doorstep.yaml.", key="table")
        return CompiledQuestion(kind="question", judge=_judge_elsewhere, table=table)
    # A moment is an appointment unless the flow says otherwise; a day may be a birthday.
    keeps_hours = ask.kind == "moment" and not ask.their_time if ask.open is None else ask.open
    # A phone number is completed by the country where the person is.
    their_time = ask.their_time or ask.kind == "phone"
    return CompiledQuestion(kind=ask.kind, judge=_KINDS[ask.kind](ask), keeps_hours=keeps_hours, their_time=their_time)


def compile_asked(ask: Ask | None, config: WorkspaceConfig) -> CompiledQuestion | None:
    """Return the question of a step; None if it asks nothing, or something that makes no sense."""
    try:
        return compile_ask(ask, config) if ask else None
    except AskError:
        return None  # the step then takes no answer, and the flow is left out for its error


def _refuse_unused(ask: Ask) -> None:
    written = {
        "from": ask.lowest, "to": ask.highest, "pattern": ask.pattern, "table": ask.table, "files": ask.files,
        "their_time": ask.their_time, "number": ask.number,
        "open": ask.open, "steps": ask.steps,
    }  # fmt: skip
    for key, value in written.items():
        if value and key not in _USED_KEYS.get(ask.kind, ()):
            message = f"“{key}” means nothing where {ask.kind.replace('_', '/')} is asked for."
            raise AskError(message, "Leave it out.", key=key)


def _read_counts(ask: Ask) -> tuple[int, int]:
    """Return the fewest and the most choices of ``ask: many``; 0 at most means all."""
    for key, text in (("from", ask.lowest), ("to", ask.highest)):
        if text and not (text.isdecimal() and len(text) <= 2):  # noqa: PLR2004  thirteen choices at most
            message = f"“{text[:40]}” does not say how many choices."
            raise AskError(message, "Write a whole number, such as 2.", key=key)
    least, most = int(ask.lowest or 1), int(ask.highest or 0)
    if ask.highest and most < max(least, 1):
        message = f"From {least} to {most} choices is none."
        raise AskError(message, "Turn them round.", key="to")
    return least, most


def _judge_elsewhere(sent: UserInput, scene: AnswerContext) -> Verdict:
    """Refuse everything: choices and questions are judged where their labels and tables are known."""
    del sent, scene
    return RejectedAnswer(reply="again_choice")


def _compile_text(ask: Ask) -> AnswerJudge:
    fits = compile_pattern(ask.pattern) if ask.pattern else None

    def judge_text(sent: UserInput, context: AnswerContext) -> Verdict:
        answer = find_name(" ".join(sent.text.split())[:MOST_ANSWER], context.asked)
        if not answer or (fits and not fits(answer)):
            return RejectedAnswer(reply="again_pattern" if fits and answer else "again_text")
        return AcceptedAnswer(value=answer)

    return judge_text


def _compile_email(_: Ask) -> AnswerJudge:
    def judge_email(sent: UserInput, _: AnswerContext) -> Verdict:
        # What must be asked about is asked in :mod:`flows.handlers.give_address`, before this judge.
        # The platform's chip with the profile's address sends it as its payload.
        reading = read_addresses(sent.payload if "@" in sent.payload else sent.text)
        if isinstance(reading, OneAddress):
            return AcceptedAnswer(value=reading.email)
        problem = reading.problem if isinstance(reading, NoAddress) else ""
        return RejectedAnswer(reply=f"again_email_{problem}" if problem else "again_email")

    return judge_email


def _compile_yes_no(_: Ask) -> AnswerJudge:
    def judge_yes_no(sent: UserInput, context: AnswerContext) -> Verdict:
        verdict = read_answer(sent.text, context.asked)
        return RejectedAnswer(reply="again_yes_no") if verdict is None else AcceptedAnswer(value=verdict)

    return judge_yes_no


def _compile_file(ask: Ask) -> AnswerJudge:
    wanted = frozenset(ask.files or FILES)

    def judge_file(sent: UserInput, _: AnswerContext) -> Verdict:
        # The first attachment of a wanted kind; a sticker before it does not matter.
        for kind, url in zip(sent.attachments, sent.urls, strict=False):
            if kind in wanted and 0 < len(url) <= MOST_URL:
                return AcceptedAnswer(value=url)
        return RejectedAnswer(reply="again_file")

    return judge_file


_KINDS: dict[AskKind, Callable[[Ask], AnswerJudge]] = {
    "text": _compile_text,
    "email": _compile_email,
    "phone": lambda _: judge_phone,
    "number": compile_number,
    "date": lambda ask: compile_date_question(ask, "date"),
    "time": lambda ask: compile_date_question(ask, "time"),
    "moment": lambda ask: compile_date_question(ask, "moment"),
    "yes_no": _compile_yes_no,
    "file": _compile_file,
    "choice": lambda _: _judge_elsewhere,
}
