"""``/a/{token}``: the answer to a question of a mail.

A GET shows the answer that was chosen and one button, and changes nothing: link scanners open every link, and a mail
program may load some before its reader does.  Only the button counts.
"""

from collections.abc import Mapping

from aiohttp import web

from domain.events import ChoiceAnswered
from domain.questions.question_state import QuestionState, find_question, question_state, takes_words
from domain.sequence_runs import OpenQuestion
from email_out.pages.preferences import read_form
from email_out.pages.request_context import PageContext, PageVisit, press_event_id
from email_out.pages.unsubscribe import load_visit
from language.personal_values import clean_lines

ANSWER_PARTS = 4
"""Subscriber, address, mail, place of the answer."""
WORDS = "words"
"""Field of the form for what people add in their own words."""
PURPOSE = "a"
"""What the links are signed for."""
PAGES: Mapping[QuestionState, tuple[str, int]] = {
    "given": ("answer_given", 200), "settled": ("answer_settled", 200), "expired": ("answer_expired", 410),
}  # fmt: skip
"""State of an answer that can no longer be given → texts of the page and HTTP status."""


async def show_answer(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show the answer, and the button that sends it."""
    visit, send, number = await _load_answer(context, visit)
    state = _state_of(context, visit, send, number)
    if state != "open":
        return _render_state(context, visit, state, send, number)
    return context.render_page(
        visit,
        context.format_text(visit, "answer.title"),
        context.format_text(visit, "answer.text", answer=_label_of(visit, send, number)),
        button=context.format_text(visit, "answer.button"),
        details=context.format_text(visit, "answer.details"),
    )


async def post_answer(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: take the answer in, and say thank you; a second press says the same."""
    visit, send, number = await _load_answer(context, visit)
    state = _state_of(context, visit, send, number)
    if state == "given" and (words := await _read_words(visit, context)):
        return await _take_words(context, visit, send, number, words)
    if state != "open" or visit.record is None:
        return _render_state(context, visit, state, send, number)
    asked = visit.record.runs[find_question(visit.record, send)].question
    # A double press is one event; an answer that comes back after another one is a new event.
    before = str(asked.given_at) if asked else ""
    event_id = press_event_id("answer", visit.record.id, send, str(number), before)
    event = ChoiceAnswered(id=event_id, at=context.clock(), send=send, number=number)
    after = (await context.transact(visit.record.id, (event,))).record
    visit = context.localise_visit(visit, after)
    state = _state_of(context, visit, send, number)
    # Still open: this press was one that had counted before, and another answer has been given since.
    return _render_state(context, visit, "settled" if state == "open" else state, send, number)


async def _read_words(visit: PageVisit, context: PageContext) -> str:
    """Return what somebody adds in their own words; empty if they add nothing, or the form cannot be read."""
    del context
    form = await read_form(visit.request)
    return clean_lines(str(form.get(WORDS, ""))).strip()


async def _take_words(context: PageContext, visit: PageVisit, send: str, number: int, words: str) -> web.Response:
    """Keep what was added, and say thank you; what comes too late is not kept, and the page offers no form then."""
    assert visit.record is not None  # noqa: S101  an answer that was given has a record
    event_id = press_event_id("words", visit.record.id, send, str(number), words)
    event = ChoiceAnswered(id=event_id, at=context.clock(), send=send, number=number, text=words)
    await context.transact(visit.record.id, (event,))
    return context.render_text_page(visit, "answer_words")


async def _load_answer(context: PageContext, visit: PageVisit) -> tuple[PageVisit, str, int]:
    """Return the visit with its record, the mail, and the place of the answer; no mail if the link is not genuine."""
    visit, parts = await load_visit(context, visit, PURPOSE, ANSWER_PARTS)
    is_genuine = bool(parts) and visit.record is not None and parts[1] in visit.record.addresses
    return (visit, parts[2], int(parts[3])) if is_genuine and parts[3].isdecimal() else (visit, "", 0)


def _state_of(context: PageContext, visit: PageVisit, send: str, number: int) -> QuestionState:
    return question_state(visit.record, send, number, context.clock()) if visit.record and send else "unknown"


def _label_of(visit: PageVisit, send: str, number: int) -> str:
    asked = _question_of(visit, send)
    return asked.shown_labels[number] if asked else ""


def _question_of(visit: PageVisit, send: str) -> OpenQuestion | None:
    name = find_question(visit.record, send) if visit.record else ""
    return visit.record.runs[name].question if visit.record and name else None


def _render_state(context: PageContext, visit: PageVisit, state: QuestionState, send: str, number: int) -> web.Response:
    if state not in PAGES:
        return context.render_unknown_link(visit)
    name, status = PAGES[state]
    asked = _question_of(visit, send)
    if asked and takes_words(asked, number, context.clock()):
        title, text = (
            context.format_text(visit, f"{name}.{part}", answer=asked.shown_labels[number])
            for part in ("title", "text")
        )
        return context.render_page(visit, title, text, template="answered.html", name=WORDS)
    return context.render_text_page(visit, name, status=status, answer=_label_of(visit, send, number))
