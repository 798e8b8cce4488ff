"""Checks that need more than one room: declarations among themselves, sequences and flows against mails."""

import re
import zoneinfo
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from email_out.templates.render import MailBook
from flows.compiled.catalog import FlowBook
from onboarding.language.catalog import SequenceBook
from domain.consent.decisions import CONFIRMATION, PROOF
from domain.workspace_config import WorkspaceConfig, Texts
from language.findings import Finding, did_you_mean, nearest
from language.yaml_source import Path, Source

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_WEB = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)
MENU_LABEL, QUESTION = 30, 80
"""Most characters of a line of the persistent menu and of an ice breaker (Messenger Profile API)."""
_UNTRANSLATED = ("no-translation", "missing-translation")
"""Findings that say for one file what :func:`languages` says for all."""


def declarations(source: Source, config: WorkspaceConfig) -> list[Finding]:
    """Check doorstep.yaml beyond its shape: time zone, addresses, links, languages of every text."""
    return [
        *_timezone(source, config), *_addresses(source, config), *_links(source, config), *_texts(source, config),
        *_offers(source, config), *_pages(source, config),
    ]  # fmt: skip


def _timezone(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    zones = zoneinfo.available_timezones()
    if config.timezone not in zones:
        message = f"“{config.timezone}” is no IANA time zone."
        yield source.finding(("timezone",), "unknown-timezone", message, _zone_hint(config.timezone, zones))


def _zone_hint(written: str, zones: Collection[str]) -> str:
    """Return the zone of a city (“Berlin”), else the nearest name."""
    ordered = sorted(zones, key=lambda zone: (zone.startswith("Europe/"), zone))
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in ordered if "/" in zone}
    city = nearest(written.rpartition("/")[2].strip().replace(" ", "_"), cities)
    close = nearest(written, zones) or cities.get(city, "")
    return f"Did you mean “{close}”?" if close else "Write it like Europe/Berlin: continent and city."


def _addresses(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    written: list[tuple[Path, str]] = [(("contact",), config.contact)]
    for stream in ("transactional", "marketing"):
        sender = getattr(config.senders, stream)
        written += [(("senders", stream, key), getattr(sender, key)) for key in ("email", "reply_to")]
    written += [(("team", name, "email"), one.email) for name, one in config.team.items()]
    for path, address in written:
        if (address or path[-1] != "reply_to") and not _ADDRESS.fullmatch(address):
            message = f"“{address[:40]}” is no email address."
            yield source.finding(path, "not-an-address", message, "Write it like hello@example.com.")


def _links(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    places: list[tuple[Path, str]] = [((key,), getattr(config, key)) for key in ("privacy_url", "website")]
    places += [(("personas", name, "picture"), one.picture) for name, one in config.personas.items()]
    places += [(("menu", at, "url"), one.url) for at, one in enumerate(config.menu)]
    for path, written in places:
        if written and not _WEB.fullmatch(written):
            hint = f"https://{written}" if "." in written and "://" not in written else "Begin it with https://."
            yield source.finding(path, "not-a-link", f"“{written[:60]}” is no web address.", hint)


def _offers(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield menu lines that do nothing or two things, and labels that the platform would cut."""
    for at, item in enumerate(config.menu):
        if bool(item.flow) == bool(item.url):
            message = "A line of the menu begins a flow or opens a page; here is both or neither."
            yield source.finding(("menu", at), "menu-target", message, "Give it one of “flow” and “url”.")
    labelled = [(("menu", at, "label"), one.label, MENU_LABEL) for at, one in enumerate(config.menu)]
    labelled += [
        (("ice_breakers", at, "question"), one.question, QUESTION) for at, one in enumerate(config.ice_breakers)
    ]
    for path, texts, most in labelled:
        for language, text in texts.items():
            if len(text) > most:
                message = f"“{text[:100]}” has {len(text)} characters; at most {most} are shown here."
                yield source.finding((*path, language), "long-label", message, "Say it in fewer words.")


def _pages(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield Pages that are named by something else than their id, or speak a language that nothing is written in."""
    for page, one in config.pages.items():
        if not (page.isascii() and page.isdigit()):
            hint = "It stands in the settings of the Page: Page transparency → Page ID."
            yield source.finding(("pages", page), "page-id", f"“{page[:60]}” is no Page id.", hint, key=True)
        if one.language and one.language not in config.languages:
            hint = did_you_mean(one.language, config.languages) or "Add it to the languages."
            message = f"“{one.language}” is not among the languages."
            yield source.finding(("pages", page, "language"), "unknown-language", message, hint)


def _texts(source: Source, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield each text that lacks a language; a language that all of them lack is left to :func:`languages`."""
    for path, what, texts in _needed(config):
        for language in config.languages:
            if not texts.get(language) and language not in _bare(config):
                yield source.finding(path, "missing-language", f"{what} has no text in “{language}”.")
    for path, what, texts in _said(config):
        for language in config.languages:
            if texts and not texts.get(language) and language not in _bare(config):
                message = f"{what} has no text in “{language}”, so people read another language."
                yield source.finding(path, "missing-language", message, f"{language}: …", severity="warning")


def _needed(config: WorkspaceConfig) -> Iterator[tuple[Path, str, Texts]]:
    """Yield the texts that every language needs, with their place and what they are."""
    for topic, declared in config.topics.items():
        for part in ("name", "wording"):
            yield ("topics", topic, part), f"{part} of topic “{topic}”", getattr(declared, part)
    for kind in ("named", "unnamed"):
        yield ("greeting", kind), f"The greeting ({kind})", getattr(config.greeting, kind)


def _said(config: WorkspaceConfig) -> Iterator[tuple[Path, str, Texts]]:
    """Yield the texts that need not be there, but if so in every language; a fallback of one word may be a value."""
    for name, field in config.fields.items():
        yield ("fields", name, "label"), f"The label of “{name}”", field.label
        if any(" " in text for text in field.fallback.values()):
            yield ("fields", name, "fallback"), f"The fallback of “{name}”", field.fallback


def _bare(config: WorkspaceConfig) -> list[str]:
    """Return the languages in which doorstep.yaml says nothing at all."""
    needed = [texts for _, _, texts in _needed(config)]
    return [language for language in config.languages if not any(texts.get(language) for texts in needed)]


def languages(
    source: Source, config: WorkspaceConfig, files: Collection[str], found: Iterable[Finding]
) -> list[Finding]:
    """Return the findings with one for each language that is not written, or not declared, instead of one a file."""
    bare, kept = _bare(config), _undeclared(source, config, found)
    for at, language in enumerate(config.languages):
        unwritten = at > 0 and not any(f".{language}." in name for name in files)
        if unwritten:
            kept = [one for one in kept if one.code not in _UNTRANSLATED or f".{language}." not in one.hint]
        if unwritten or language in bare:
            severity: Literal["error", "warning"] = "error" if language in bare else "warning"
            where = f"topics and greeting in {source.file}, flows/*.{language}.yaml, emails/*.{language}.mjml"
            kept.append(
                source.finding(
                    ("languages", at), "missing-language", f"There are no texts in “{language}”.",
                    f"Write them: {where}. Or take “{language}” out.", severity=severity,
                )
            )
    return kept


def _undeclared(source: Source, config: WorkspaceConfig, found: Iterable[Finding]) -> list[Finding]:
    """Return the findings with one for each language that several files are written in and nobody declared."""
    kept: list[Finding] = []
    foreign: dict[str, list[Finding]] = {}
    for one in found:
        language = one.file.split(".")[1] if one.file.count(".") > 1 else ""
        strange = one.code == "unknown-language" and language and language not in config.languages
        (foreign.setdefault(language, []) if strange else kept).append(one)
    for language, many in foreign.items():
        message = f"{len(many)} files are written in “{language}”, which is not among the languages."
        hint = f"Add “{language}” here, or take the files out: {many[0].file} and so on."
        told = source.finding(("languages",), "unknown-language", message, hint)
        kept += [told] if len(many) > 1 else many
    return kept


def ways_in(source: Source, config: WorkspaceConfig, book: FlowBook, files: Collection[str]) -> Iterator[Finding]:
    """Yield each flow of the menu, the ice breakers and the Pages, and the FAQ table, that do not exist.

    A flow that is not in the book because it has errors is told there; its file usually has its name.
    """
    flows = {*book.flows, *(name.split("/")[1].split(".")[0] for name in files if name.startswith("flows/"))}
    named: list[tuple[Path, str]] = [(("menu", at, "flow"), one.flow or "") for at, one in enumerate(config.menu)]
    named += [(("ice_breakers", at, "flow"), one.flow) for at, one in enumerate(config.ice_breakers)]
    named += [(("pages", page, "flow"), one.flow or "") for page, one in config.pages.items()]
    for path, name in named:
        if name and name not in flows:
            yield source.finding(path, "unknown-flow", f"There is no flow “{name}”.", did_you_mean(name, flows))
    tables = {name.split("/")[1].split(".")[0] for name in files if name.startswith("tables/")}
    if config.faq and config.faq not in tables:
        hint = did_you_mean(config.faq, tables) or f"Write tables/{config.faq}.yaml."
        yield source.finding(("faq",), "unknown-table", f"There is no table “{config.faq}”.", hint)


def templates(
    sequences: SequenceBook, mails: MailBook, flows: FlowBook, files: Collection[str] = ()
) -> list[Finding]:
    """Check that every mail a sequence or a flow sends has a template, and that the confirmation has one.

    A mail that is not in the book because it has errors is told there; its file is among ``files``.
    """
    written = {*mails.names, *(name.split("/")[1].split(".")[0] for name in files if name.startswith("emails/"))}
    found = [
        Finding(
            file=file, line=line, column=column, code="unknown-template",
            message=f"There is no mail “{template}” in emails/.",
            hint=did_you_mean(template, written) or f"Write emails/{template}.mjml.",
        )
        for file, line, column, template in _sent(sequences, flows)
        if template not in written
    ]
    found += [
        Finding(
            file=f"emails/{name}.mjml", line=0, column=0, code="missing-file", message=message,
            hint="Copy it from: doorstep init DIR",
        )
        for name, message in _needed_mails(flows).items()
        if name not in written
    ]
    return found


def _sent(sequences: SequenceBook, flows: FlowBook) -> Iterator[tuple[str, int, int, str]]:
    """Yield file, line, column and template of every mail that is sent."""
    for template, spot in sequences.templates:
        yield spot.file, spot.line, spot.column, template
    for flow in flows.flows.values():
        for step in flow.steps.values():
            if step.letter:
                yield flow.file, step.line, 3, step.letter.template


def _needed_mails(flows: FlowBook) -> dict[str, str]:
    """Return the mails that no file asks for by name, each with the reason why it is needed."""
    needed = {CONFIRMATION: "Double opt-in needs this mail."}
    if any(step.kind == "prove" for flow in flows.flows.values() for step in flow.steps.values()):
        needed[PROOF] = "A flow that proves an address needs this mail."
    return needed
