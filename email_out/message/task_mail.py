"""Composes the mail that brings the team a task: what is to be done, until when, and a link for each way it can end."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.effects import NOTICE, SendMail
from domain.keyring import Keyring
from domain.questions.question_state import read_labels
from domain.questions.task_state import DUE, OUTCOMES, TASK
from domain.workspace_config import TeamMailbox, WorkspaceConfig
from email_out.message.mime import Mailbox, OutgoingMail
from email_out.templates.answer_links import AnswerLinks
from language.cldr import format_moment, zone_of
from language.personal_values import clean_lines

PURPOSE = "t"
"""What the links of tasks are signed for, and their route."""
LONGEST_SUBJECT = 90
"""Characters of a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWords:
    """The built-in texts of the mail in one language."""

    task: str
    overdue: str
    due: str
    was_due: str
    ask: str
    done: str


WORDS: Mapping[str, TaskWords] = {
    "en": TaskWords(
        task="Task", overdue="Overdue", due="Please by {when}.", was_due="This was due {when}.",
        ask="How did it go? One press, and it is noted:", done="It is done",
    ),
    "de": TaskWords(
        task="Aufgabe", overdue="Überfällig", due="Bitte bis {when}.", was_due="Das war fällig: {when}.",
        ask="Wie ist es ausgegangen? Ein Klick, und es ist notiert:", done="Erledigt",
    ),
}  # fmt: skip
"""By language; English stands for the others."""


def words_for(language: str) -> TaskWords:
    """Return the texts in a language, or in English."""
    return WORDS.get(language.split("-", 1)[0].casefold(), WORDS["en"])


def compose_task_mail(
    mail: SendMail, team: TeamMailbox, config: WorkspaceConfig, subscriber: str, links: tuple[Keyring, str]
) -> OutgoingMail:
    """Return the mail; ``links`` are the keys that sign them, and the base of every link without a slash at its end."""
    keys, public_url = links
    words = words_for(mail.language)
    # A task without outcomes ends by one press.
    labels = read_labels(str(mail.variables.get(OUTCOMES) or "")) or (words.done,)
    task = str(mail.variables.get(TASK) or "")
    urls = [
        f"{public_url}/{PURPOSE}/{keys.sign_link(PURPOSE, subscriber, task, str(number))}"
        for number in range(len(labels))
    ]
    # A person may have typed what a field of this text says.
    text = clean_lines(str(mail.variables.get(NOTICE) or "")).strip()
    due = str(mail.variables.get(DUE) or "")
    # The reminder is decided when the time is over, the first mail before it.
    is_late = due <= mail.queued_at.isoformat()
    # By the clock of the workspace, as the team reads it.
    local = datetime.fromisoformat(due).astimezone(zone_of(config.timezone)).isoformat() if due else ""
    when = format_moment(local, mail.language, config.timezone)
    until = (words.was_due if is_late else words.due).format(when=when)
    # Not everybody has told a name; by the name of the record the team finds whom it is about.
    closing = f"{config.brand_for(mail.language)}, {mail.sequence}/{mail.step}: doorstep explain {subscriber}"
    answers = AnswerLinks(tuple(zip(labels, urls, strict=True)))
    first_line = " ".join(text.split("\n", 1)[0].split())
    return OutgoingMail(
        id=mail.id,
        sender=Mailbox(email=config.senders.transactional.email, name=f"{config.brand} · {config.bot}"),
        to=Mailbox(email=team.email),
        subject=f"{words.overdue if is_late else words.task}: {first_line}"[:LONGEST_SUBJECT],
        date=mail.queued_at,
        text=f"{text}\n\n{until}\n\n{words.ask}\n\n{answers}\n\n-- \n{closing}\n",
        html=_write_html((text, until, words.ask), answers, closing, team.language or config.default_language),
    )


def _write_html(texts: tuple[str, ...], answers: AnswerLinks, closing: str, language: str) -> str:
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n'
        '<head><meta name="color-scheme" content="light dark"></head>\n'
        '<body style="font-family: sans-serif">\n'
        f"{paragraphs}<p>{answers.__html__()}</p>\n"
        f'<p style="font-size: 85%">{html.escape(closing)}</p>\n</body>\n</html>\n'
    )
