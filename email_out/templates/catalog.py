"""The mails of a workspace version, compiled: each ready to be filled for a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """One mail in one language, ready to be filled."""

    file: str
    subject: Template
    html: Template
    text: Template
    variable_names: frozenset[str]
    """Every variable that it uses; only these are computed for a person."""
    own_variables: Mapping[str, str]
    """Variables that the mail declares itself: name → event it counts; empty if a flow gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCatalog:
    """All mails of one workspace version."""

    templates: Mapping[tuple[str, str], MailTemplate]
    """By (name, language)."""
    language: str
    """Used where a mail is not translated."""

    def find_template(self, name: str, language: str) -> MailTemplate | None:
        """Return a mail in this language, else in the default one."""
        return self.templates.get((name, language)) or self.templates.get((name, self.language))

    @property
    def template_names(self) -> frozenset[str]:
        """Names of all mails; flows and sequences are checked against them."""
        return frozenset(name for name, _ in self.templates)
