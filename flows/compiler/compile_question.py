"""Questions: what a step waits for, compiled once, and everything that a person can answer, judged.

Pure: the time, the person's time zone and language are handed in.  A judge never raises; compiling raises
``AskError`` for a range or pattern that makes no sense.  Choices are compared in ``matching``,
questions with tables in :mod:`flows.language.faq`.
"""

from collections.abc import Callable

from domain.workspace_config import WorkspaceConfig
from flows.answers.dates.compile_date_question import compile_when
from flows.answers.emails import find_email
from flows.answers.numbers import compile_number, compile_rating
from flows.answers.patterns import compile_pattern
from flows.answers.phones import judge_phone
from flows.answers.question import Asked, AskError, Fit, Given, Judge, Scene, Unfit, Verdict
from flows.language.matching import NO, YES, normal
from flows.language.model import Ask, AskKind

__all__ = ["AskError", "Asked", "Fit", "Given", "Scene", "Unfit", "Verdict", "compile_ask"]

MOST_ANSWER = 1_000
"""Characters of a free answer that are kept."""
MOST_URL = 2_000
FILES = ("image", "video", "audio", "file")

_SIGNS = {"👍": True, "✅": True, "👌": True, "👎": False, "❌": False}
_YES_WORDS = frozenset({
    *YES, "y", "true", "yup", "jup", "of", "course", "right", "correct", "exactly", "absolutely", "definitely",
    "please", "jawohl", "natürlich", "auf", "jeden", "fall", "na", "genau", "stimmt", "richtig", "bitte",
    "sicher", "doch",
})  # fmt: skip
_NO_WORDS = frozenset({
    *NO, "n", "false", "nee", "ne", "thanks", "thank", "you", "danke", "auf", "keinen", "fall", "not", "wrong",
    "falsch",
})  # fmt: skip
"""Words that alone, or together, say yes or no."""

_USES: dict[AskKind, tuple[str, ...]] = {
    "number": ("from", "to"), "date": ("from", "to"), "time": ("from", "to"), "moment": ("from", "to"),
    "rating": ("from", "to"), "text": ("pattern",), "file": ("files",), "question": ("table",),
}  # fmt: skip
"""Which keys of ``ask:`` each kind uses, besides ``for``."""


def compile_ask(ask: Ask, config: WorkspaceConfig) -> Asked:
    """Compile what a step waits for.  Raises :class:`flows.answers.question.AskError`."""
    _refuse_unused(ask)
    if ask.kind == "rating":
        judge, most = compile_rating(ask)
        return Asked(kind="rating", judge=judge, marks=most)
    if ask.kind == "question":
        table = ask.table or config.faq
        if not table:
            message = "A question is answered from a table, and none is named."
            raise AskError(message, "Write table: NAME here, or faq: NAME in doorstep.yaml.", key="table")
        return Asked(kind="question", judge=_elsewhere, table=table)
    return Asked(kind=ask.kind, judge=_KINDS[ask.kind](ask))


def _refuse_unused(ask: Ask) -> None:
    written = {"from": ask.lowest, "to": ask.highest, "pattern": ask.pattern, "table": ask.table, "files": ask.files}
    for key, value in written.items():
        if value and key not in _USES.get(ask.kind, ()):
            message = f"“{key}” means nothing where {ask.kind.replace('_', '/')} is asked for."
            raise AskError(message, "Leave it out.", key=key)


def _elsewhere(given: Given, scene: Scene) -> Verdict:
    """Refuse: choices and questions are judged where their labels and tables are known."""
    del given, scene
    return Unfit(reply="again_choice")


def _text(ask: Ask) -> Judge:
    fits = compile_pattern(ask.pattern) if ask.pattern else None

    def judge(given: Given, _: Scene) -> Verdict:
        kept = " ".join(given.text.split())[:MOST_ANSWER]
        if not kept or (fits and not fits(kept)):
            return Unfit(reply="again_pattern" if fits and kept else "again_text")
        return Fit(value=kept)

    return judge


def _email(_: Ask) -> Judge:
    def judge(given: Given, _: Scene) -> Verdict:
        email = find_email(given.payload) or find_email(given.text)
        return Fit(value=email) if email else Unfit(reply="again_email")

    return judge


def _yes_no(_: Ask) -> Judge:
    def judge(given: Given, _: Scene) -> Verdict:
        verdict = _says_yes(normal(given.text))
        return Unfit(reply="again_yes_no") if verdict is None else Fit(value=verdict)

    return judge


def _says_yes(typed: str) -> bool | None:
    """Tell whether a text says yes; None if it says neither, or more than that."""
    if typed in _SIGNS:
        return _SIGNS[typed]
    words = set(typed.split())
    for verdict, known in ((True, _YES_WORDS), (False, _NO_WORDS)):
        if typed in known or (words and words <= known):
            return verdict
    return None


def _file(ask: Ask) -> Judge:
    wanted = frozenset(ask.files or FILES)

    def judge(given: Given, _: Scene) -> Verdict:
        for kind, url in zip(given.attachments, given.urls, strict=False):
            if kind in wanted and 0 < len(url) <= MOST_URL:
                return Fit(value=url)
        return Unfit(reply="again_file")

    return judge


_KINDS: dict[AskKind, Callable[[Ask], Judge]] = {
    "text": _text,
    "email": _email,
    "phone": lambda _: judge_phone,
    "number": compile_number,
    "date": lambda ask: compile_when(ask, "date"),
    "time": lambda ask: compile_when(ask, "time"),
    "moment": lambda ask: compile_when(ask, "moment"),
    "yes_no": _yes_no,
    "file": _file,
    "choice": lambda _: _elsewhere,
}
