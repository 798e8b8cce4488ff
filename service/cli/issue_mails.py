"""Renders the mails of an issue for three people: the shortest, the longest, and one of whom nothing is known."""

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from domain.keyring import Keyring
from domain.record import Profile
from email_out.templates.render import RenderedMail, render
from onboarding.issues.catalog import Issue
from service.cli.sample_mail import make_sample
from service.engine.clock import fresh_entropy
from service.workspace.edition import Edition

PEOPLE = {"shortest": "Bo", "longest": "Wilhelmina-Alexandra Konstantinopolidis", "emptiest": ""}
"""First name of each."""
LOCAL = "http://127.0.0.1:8080"


def write_sample_mails(edition: Edition, issue: Issue, folder: Path | None, now: datetime) -> list[str]:
    """Render every mail of an issue in every language for each of the three, and return a line about each.

    With a folder, they are written there as ``mail.language.person.html`` and ``.txt``.  Raises
    :class:`email_out.templates.render.RenderError`.
    """
    lines: list[str] = []
    for template in issue.templates:
        for language in edition.config.languages:
            rendered = {person: _render(edition, issue, (template, language), person, now) for person in PEOPLE}
            sizes = ", ".join(f"{person} {len(mail.html) / 1000:.1f} kB" for person, mail in rendered.items())
            lines.append(f"{template} ({language}): “{rendered['shortest'].subject}” {sizes}")
            if folder:
                _write_all(folder, f"{template}.{language}", rendered)
    return lines


def _render(edition: Edition, issue: Issue, which: tuple[str, str], person: str, now: datetime) -> RenderedMail:
    template, language = which
    # Signed with keys of their own: a link that is pressed in a sample opens nothing.
    keys = Keyring(fresh_entropy().hex())
    address = keys.address_hash("sample@example.com")
    record, mail = make_sample(
        edition, template, "sample@example.com", language, PEOPLE[person], address, now, fresh_entropy().hex()
    )
    # What falls back to nothing shows here: an empty greeting, a sentence with a hole.
    if person == "emptiest":
        record = replace(record, fields={}, profile=Profile(), behaviour={}, codes={})
    mail = replace(mail, lane="marketing", topic=issue.topic, issue=issue.name, variables={})
    # The sample agreed to the first topic of the workspace; the issue may have another.
    consent = next(iter(record.consents.values()), None)
    consents = {issue.topic: consent} if consent else {}
    return render(edition.mails, mail, replace(record, consents=consents), edition.config, keys, LOCAL)


def _write_all(folder: Path, stem: str, rendered: dict[str, RenderedMail]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for person, mail in rendered.items():
        (folder / f"{stem}.{person}.html").write_text(mail.html, "utf-8")
        (folder / f"{stem}.{person}.txt").write_text(mail.text, "utf-8")
