"""Checks that need more than one room: declarations among themselves, sequences against mails."""

import zoneinfo

from email_out.render import MailBook
from onboarding.book import SequenceBook
from subscribers.consent import CONFIRMATION
from subscribers.declarations import Declarations
from subscribers.findings import Finding, did_you_mean
from subscribers.source import Source


def declarations(source: Source, house: Declarations) -> list[Finding]:
    """Check doorstep.yaml beyond its shape: time zone, languages of every text, sender addresses."""
    found: list[Finding] = []
    if house.timezone not in zoneinfo.available_timezones():
        found.append(
            source.finding(
                ("timezone",), "unknown-timezone", f"“{house.timezone}” is no IANA time zone.",
                did_you_mean(house.timezone, zoneinfo.available_timezones()),
            )
        )
    for topic, declared in house.topics.items():
        for part in ("name", "wording"):
            texts = getattr(declared, part)
            for language in house.languages:
                if not texts.get(language):
                    message = f"{part} of topic “{topic}” has no text in “{language}”."
                    found.append(source.finding(("topics", topic, part), "missing-language", message))
    for kind in ("named", "unnamed"):
        for language in house.languages:
            if not getattr(house.greeting, kind).get(language):
                message = f"The greeting ({kind}) has no text in “{language}”."
                found.append(source.finding(("greeting", kind), "missing-language", message))
    return found


def templates(sequences: SequenceBook, mails: MailBook) -> list[Finding]:
    """Check that every mail a sequence sends has a template, and that the confirmation has one."""
    found = [
        Finding(
            file=spot.file, line=spot.line, column=spot.column, code="unknown-template",
            message=f"There is no mail “{template}” in emails/.", hint=did_you_mean(template, mails.names),
        )
        for template, spot in sequences.templates
        if template not in mails.names
    ]
    if CONFIRMATION not in mails.names:
        found.append(
            Finding(
                file=f"emails/{CONFIRMATION}.mjml", line=0, column=0, code="missing-file",
                message="Double opt-in needs this mail.", hint="Copy it from: doorstep init DIR",
            )
        )
    return found
