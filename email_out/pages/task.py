"""``/t/{token}``: how a task of the team ended.

As with an answer, a GET shows what was chosen and one button, and changes nothing: the team's mail has scanners, too.
The page names the step and the outcome, and nothing of the person: the link may be forwarded.
"""

from dataclasses import replace

from aiohttp import web

from domain.event_types.team import TaskSettled
from domain.questions.task_state import find_task
from domain.sequence_runs import TeamTask
from email_out.message.task_mail import PURPOSE
from email_out.pages.request_context import PageContext, PageVisit, press_event_id
from email_out.pages.texts import LANGUAGES, choose_language
from email_out.pages.unsubscribe import load_visit

TASK_PARTS = 3
"""Subscriber, task, place of the outcome."""


async def show_task(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show the outcome, and the button that notes it."""
    visit, task, number = await _load_task(context, visit)
    if task is None or task.done_at is not None:
        return _render_state(context, visit, task)
    return context.render_page(
        visit,
        context.format_text(visit, "task.title"),
        _describe(context, visit, task, number),
        button=context.format_text(visit, "task.button"),
        details=context.format_text(visit, "task.details"),
    )


async def post_task(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: note how it ended; a second press says the same."""
    visit, task, number = await _load_task(context, visit)
    if task is None or task.done_at is not None or visit.record is None:
        return _render_state(context, visit, task)
    # A double press is one event; a task that was opened again can be done again, on another version of the record.
    event_id = press_event_id("task", visit.record.id, task.id, str(number), str(visit.record.version))
    event = TaskSettled(id=event_id, at=context.clock(), task=task.id, number=number)
    after = (await context.transact(visit.record.id, (event,))).record
    return _render_state(context, visit, find_task(after, task.id) if after else None)


async def _load_task(context: PageContext, visit: PageVisit) -> tuple[PageVisit, TeamTask | None, int]:
    """Return the visit in the language of the team, the task, and the place of its outcome; no task of a wrong link."""
    visit, parts = await load_visit(context, visit, PURPOSE, TASK_PARTS)
    task = find_task(visit.record, parts[1]) if parts and visit.record else None
    # The person may be erased, or the task so old that it is no longer kept.
    if task is None or not parts[2].isdecimal() or int(parts[2]) >= max(1, len(task.labels)):
        return visit, None, 0
    box = context.config().team.get(task.team)
    language = (box.language if box else "") or context.config().default_language
    return replace(visit, language=choose_language(language, "", LANGUAGES)), task, int(parts[2])


def _describe(context: PageContext, visit: PageVisit, task: TeamTask, number: int) -> str:
    outcome = task.labels[number] if task.labels else context.format_text(visit, "task.done")
    return context.format_text(visit, "task.text", step=task.step.replace("_", " "), outcome=outcome)


def _render_state(context: PageContext, visit: PageVisit, task: TeamTask | None) -> web.Response:
    if task is None:
        return context.render_unknown_link(visit)
    outcome = task.outcome or context.format_text(visit, "task.done")
    return context.render_text_page(visit, "task_done", links=False, step=task.step.replace("_", " "), outcome=outcome)
