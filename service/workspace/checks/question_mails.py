"""Checks that a mail which asks something shows its answers."""

from collections.abc import Iterator

from domain.questions.question_state import CHOICES
from domain.workspace_config import WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from language.findings import Finding
from onboarding.language.catalog import Send, SequenceCatalog


def check_question_mails(sequences: SequenceCatalog, mails: MailCatalog, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each mail, in each language, whose step waits for an answer and which has no links for it."""
    for sequence in sequences.sequences.values():
        asking = {
            template
            for step in sequence.steps.values()
            if isinstance(step.action, Send) and step.action.question
            for template in step.action.templates
        }
        for template, place in sequence.templates:
            found = (mails.find_template(template, language) for language in config.languages)
            if template in asking and any(mail and CHOICES not in mail.variable_names for mail in found):
                yield Finding(
                    file=place.file, line=place.line, column=place.column, code="missing-choices",
                    message=f"“{template}” shows no answers, so nobody can give one.",
                    hint="Write <mj-text>{{ choices }}</mj-text> where its button would stand, in each language.",
                    severity="error",
                )  # fmt: skip
