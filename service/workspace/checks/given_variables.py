"""Checks that what a mail expects to be given is given: only a flow does that, by a row that it looked up."""

from collections.abc import Iterator, Mapping

from email_out.templates.catalog import MailCatalog
from email_out.templates.variables import VARIABLES
from language.findings import Finding
from onboarding.issues.catalog import IssueCatalog
from onboarding.language.catalog import SequenceCatalog


def list_given_variables(mails: MailCatalog) -> dict[str, frozenset[str]]:
    """Return by mail the variables that it declares and that whoever sends it must give, in any language."""
    given: dict[str, frozenset[str]] = {}
    for (name, _), template in mails.templates.items():
        own = {variable for variable, event in template.own_variables.items() if not event} - VARIABLES.keys()
        if own & template.variable_names:
            given[name] = given.get(name, frozenset()) | (own & template.variable_names)
    return given


def check_given_variables(
    given: Mapping[str, frozenset[str]], fields: frozenset[str], sequences: SequenceCatalog, issues: IssueCatalog
) -> Iterator[Finding]:
    """Yield a finding for each mail of a sequence or an issue that needs what only a flow can give."""
    used = (use for issue in issues.issues.values() for use in issue.uses)
    for template, place in (*sequences.templates, *used):
        for name in sorted(given.get(template, frozenset()) - fields):
            yield Finding(
                file=place.file, line=place.line, column=place.column, code="not-given",
                message=f"The mail “{template}” needs “{name}”, and only a flow that looked a row up gives it.",
                hint=f"Send it from a flow, or declare {name} under fields.",
            )  # fmt: skip
