"""Checks of mails that rest on a contract: they say so, and hold nothing but the matter itself.

Whoever orders has asked for the news of the order, and for nothing else.  An advertisement in such a mail is mail
without consent, so a service mail has one link of its own besides those to account, order and help.
"""

import re
from collections.abc import Iterator, Mapping

from language.findings import Finding
from onboarding.language.catalog import Send, SequenceCatalog

SERVICE = re.compile(r"\{#\s*kind:\s*service\s*#\}")
"""The declaration of a service mail; to Jinja it is a comment."""
_HREF = re.compile(r"""href\s*=\s*["']([^"']*)["']""")
_MATTER = re.compile(r"(?:account|orders?|help|support|konto|bestellung(?:en)?|hilfe)", re.IGNORECASE)
"""Words of an address that lead to account, order or help."""
MOST_OTHER_LINKS = 1
"""Links of its own."""


def check_service_mails(sequences: SequenceCatalog, files: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each mail of a service sequence that is none, or that leads to something else."""
    for template, sequence in sorted(_list_service_mails(sequences).items()):
        for name in sorted(files):
            if re.fullmatch(rf"emails/{re.escape(template)}(?:\.[\w-]+)?\.mjml", name):
                yield from _check_mail(name, files[name], sequence)


def _list_service_mails(sequences: SequenceCatalog) -> dict[str, str]:
    """Return the mails that rest on a contract, each with a sequence that sends it."""
    return {
        template: sequence.name
        for sequence in sequences.sequences.values()
        if sequence.is_service
        for step in sequence.steps.values()
        if isinstance(step.action, Send) and not step.action.topic
        for template in step.action.templates
    }


def _check_mail(file: str, source: str, sequence: str) -> Iterator[Finding]:
    if not SERVICE.search(source):
        message = f"“{sequence}” rests on a contract, and this mail does not say that it is a service mail."
        hint = "Begin it with {# kind: service #}, or give its step the topic that people agree to."
        yield Finding(file=file, line=1, column=1, code="not-service", message=message, hint=hint)
        return
    others = [found for found in _HREF.finditer(source) if not _is_matter(found[1])]
    for found in others[MOST_OTHER_LINKS:]:
        line = source.count("\n", 0, found.start()) + 1
        column = found.start() - source.rfind("\n", 0, found.start())
        message = "This is a second link besides account, order and help; a service mail is no place for offers."
        hint = "Take it out, or send it under a topic that people agree to."
        yield Finding(file=file, line=line, column=column, code="service-links", message=message, hint=hint)


def _is_matter(address: str) -> bool:
    """Return True if a link leads to account, order or help, or writes to somebody."""
    if address.startswith(("mailto:", "tel:", "#")):
        return True
    return any(_MATTER.fullmatch(word) for word in re.split(r"[^A-Za-z]+", address))
