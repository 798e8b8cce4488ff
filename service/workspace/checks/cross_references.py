"""Checks of doorstep.yaml beyond its shape, and of references between doorstep.yaml, flows, sequences and mails."""

import re
import zoneinfo
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from domain.consent.confirmation_requests import CONFIRMATION, PROOF
from domain.workspace_config import Texts, WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from flows.compiled.catalog import FlowCatalog
from flows.language.read_files import list_flow_names
from language.findings import Finding, find_nearest, suggest_name
from language.opening_hours import UnclearHoursError, read_opening_hours
from language.yaml_source import YamlPath, YamlSource
from onboarding.issues.catalog import IssueCatalog
from onboarding.language.catalog import SequenceCatalog
from service.workspace.checks.addresses import check_addresses
from service.workspace.checks.condition_names import check_field_sources, check_segments
from service.workspace.checks.contact_lists import check_contact_lists
from service.workspace.checks.hook_addresses import check_hooks
from service.workspace.checks.mail_limits import check_ask_every, check_holdout, check_holidays, check_mail_limits

# Only finds a name or a link written in place of an address; whether it takes mail is known from sending alone.
_WEB = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)
MENU_LABEL, QUESTION = 30, 80
"""Most characters of a line of the persistent menu and of an ice breaker (Messenger Profile API)."""
_OWN_MAILS = {
    CONFIRMATION: "the mail of “confirm”, which brings its code",
    PROOF: "the mail of “prove”, which brings its code",
    "_layout": "the frame that mails stand in",
}
"""Files under emails/ that no step sends, and what each is."""
_UNTRANSLATED = ("no-translation", "missing-translation")
"""Findings about one file, which :func:`merge_language_findings` replaces by one for the whole language."""


def check_config(source: YamlSource, config: WorkspaceConfig) -> list[Finding]:
    """Check doorstep.yaml beyond its shape: time zone, addresses, links, languages of every text."""
    return [
        *_check_timezone(source, config),
        *_check_opening_hours(source, config),
        *check_mail_limits(source, config),
        *check_ask_every(source, config),
        *check_holidays(source, config),
        *check_segments(source, config),
        *check_field_sources(source, config),
        *check_holdout(source, config),
        *check_addresses(source, config),
        *_check_links(source, config),
        *check_hooks(source, config),
        *check_contact_lists(source, config),
        *_check_texts(source, config),
        *_check_menu(source, config),
        *_check_pages(source, config),
    ]


def _check_timezone(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    zones = zoneinfo.available_timezones()
    if config.timezone not in zones:
        message = f"“{config.timezone}” is no IANA time zone."
        yield source.finding_at(("timezone",), "unknown-timezone", message, _zone_hint(config.timezone, zones))


def _check_opening_hours(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    for key, value in config.open.items():
        try:
            read_opening_hours({key: value})
        except UnclearHoursError as error:
            yield source.finding_at(("open", key), "bad-hours", str(error), error.hint, key=error.is_key)
            return
    try:  # days that stand twice show only beside each other
        read_opening_hours(config.open)
    except UnclearHoursError as error:
        yield source.finding_at(("open", error.key), "bad-hours", str(error), error.hint, key=True)


def _zone_hint(written: str, zones: Collection[str]) -> str:
    """Return the zone with the nearest name, else that of the city named (“Berlin”)."""
    # Later entries win in a dict, so Europe comes last: “Dublin” and the like mean the European city here.
    ordered = sorted(zones, key=lambda zone: (zone.startswith("Europe/"), zone))
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in ordered if "/" in zone}
    city = find_nearest(written.rpartition("/")[2].strip().replace(" ", "_"), cities)
    close = find_nearest(written, zones) or cities.get(city, "")
    return f"Did you mean “{close}”?" if close else "Write it like Europe/Berlin: continent and city."


def _check_links(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    places: list[tuple[YamlPath, str]] = [((key,), getattr(config, key)) for key in ("privacy_url", "website")]
    places += [(("personas", name, "picture"), persona.picture) for name, persona in config.personas.items()]
    places += [(("menu", at, "url"), item.url) for at, item in enumerate(config.menu)]
    for path, written in places:
        if written and not _WEB.fullmatch(written):
            hint = f"https://{written}" if "." in written and "://" not in written else "Begin it with https://."
            yield source.finding_at(path, "not-a-link", f"“{written[:60]}” is no web address.", hint)


def _check_menu(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield menu lines that have no target or two, and labels that the platform would cut."""
    for at, item in enumerate(config.menu):
        if bool(item.flow) == bool(item.url):
            message = "A line of the menu begins a flow or opens a page; here is both or neither."
            yield source.finding_at(("menu", at), "menu-target", message, "Give it one of “flow” and “url”.")
    labelled = [(("menu", at, "label"), item.label, MENU_LABEL) for at, item in enumerate(config.menu)]
    labelled += [
        (("ice_breakers", at, "question"), breaker.question, QUESTION) for at, breaker in enumerate(config.ice_breakers)
    ]
    for path, texts, most in labelled:
        for language, text in texts.items():
            if len(text) > most:
                message = f"“{text[:100]}” has {len(text)} characters; at most {most} are shown here."
                yield source.finding_at((*path, language), "long-label", message, "Say it in fewer words.")


def _check_pages(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield Pages that are not named by their id, or whose language is not declared."""
    for page, declared in config.pages.items():
        # The id is digits; people tend to write the name in the Page's address instead.
        if not (page.isascii() and page.isdigit()):
            hint = "It stands in the settings of the Page: Page transparency → Page ID."
            yield source.finding_at(("pages", page), "page-id", f"“{page[:60]}” is no Page id.", hint, key=True)
        if declared.language and declared.language not in config.languages:
            hint = suggest_name(declared.language, config.languages) or "Add it to the languages."
            message = f"“{declared.language}” is not among the languages."
            yield source.finding_at(("pages", page, "language"), "unknown-language", message, hint)


def _check_texts(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield each text that lacks a language, unless all texts lack it: :func:`merge_language_findings` reports that."""
    for path, what, texts in _required_texts(config):
        for language in config.languages:
            if not texts.get(language) and language not in _languages_without_texts(config):
                yield source.finding_at(path, "missing-language", f"{what} has no text in “{language}”.")
    for path, what, texts in _optional_texts(config):
        for language in config.languages:
            if texts and not texts.get(language) and language not in _languages_without_texts(config):
                message = f"{what} has no text in “{language}”, so people read another language."
                yield source.finding_at(path, "missing-language", message, f"{language}: …", severity="warning")


def _required_texts(config: WorkspaceConfig) -> Iterator[tuple[YamlPath, str, Texts]]:
    """Yield the texts that every language needs: path, description, texts."""
    for topic, declared in config.topics.items():
        for part in ("name", "wording") if declared.basis == "consent" else ("name",):
            yield ("topics", topic, part), f"{part} of topic “{topic}”", getattr(declared, part)
    for kind in ("named", "unnamed"):
        yield ("greeting", kind), f"The greeting ({kind})", getattr(config.greeting, kind)


def _optional_texts(config: WorkspaceConfig) -> Iterator[tuple[YamlPath, str, Texts]]:
    """Yield the texts that are optional, but need every language once they are written."""
    for name, field in config.fields.items():
        yield ("fields", name, "label"), f"The label of “{name}”", field.label
        # A fallback of one word may be a value, such as “0” or a name, that is the same in every language.
        if any(" " in text for text in field.fallback.values()):
            yield ("fields", name, "fallback"), f"The fallback of “{name}”", field.fallback


def _languages_without_texts(config: WorkspaceConfig) -> list[str]:
    """Return the languages in which doorstep.yaml says nothing at all."""
    needed = [texts for _, _, texts in _required_texts(config)]
    return [language for language in config.languages if not any(texts.get(language) for texts in needed)]


def merge_language_findings(
    source: YamlSource, config: WorkspaceConfig, files: Collection[str], findings: Iterable[Finding]
) -> list[Finding]:
    """Return the findings with one for each language that has no texts or is not declared, instead of one a file.

    Adding ``de`` to the languages would otherwise bury the first errors under a hundred that say the same.
    """
    bare, kept = _languages_without_texts(config), _merge_undeclared_languages(source, config, findings)
    for at, language in enumerate(config.languages):
        # The first language is written in files without a suffix (newsletter.yaml), others in newsletter.de.yaml.
        unwritten = at > 0 and not any(f".{language}." in name for name in files)
        if unwritten:
            # The hint of these findings names the file to write, such as flows/newsletter.de.yaml.
            kept = [
                finding
                for finding in kept
                if not (finding.code in _UNTRANSLATED and f".{language}." in finding.hint)
                and not (finding.code == "not-translated" and f"“{language}”;" in finding.message)
            ]
        if unwritten or language in bare:
            severity: Literal["error", "warning"] = "error" if language in bare else "warning"
            where = f"topics and greeting in {source.file}, flows/*.{language}.yaml, emails/*.{language}.mjml"
            kept.append(
                source.finding_at(
                    ("languages", at),
                    "missing-language",
                    f"There are no texts in “{language}”.",
                    f"Write them: {where}. Or take “{language}” out.",
                    severity=severity,
                )
            )
    return kept


def _merge_undeclared_languages(
    source: YamlSource, config: WorkspaceConfig, findings: Iterable[Finding]
) -> list[Finding]:
    """Return the findings with one for each undeclared language that several files are written in."""
    kept: list[Finding] = []
    foreign: dict[str, list[Finding]] = {}
    for finding in findings:
        language = finding.file.split(".")[1] if finding.file.count(".") > 1 else ""  # flows/newsletter.fr.yaml → fr
        is_foreign = finding.code == "unknown-language" and language and language not in config.languages
        (foreign.setdefault(language, []) if is_foreign else kept).append(finding)
    for language, of_language in foreign.items():
        message = f"{len(of_language)} files are written in “{language}”, which is not among the languages."
        hint = f"Add “{language}” here, or take the files out: {of_language[0].file} and so on."
        merged = source.finding_at(("languages",), "unknown-language", message, hint)
        kept += [merged] if len(of_language) > 1 else of_language
    return kept


def check_flow_references(
    source: YamlSource, config: WorkspaceConfig, catalog: FlowCatalog, files: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield the references of menu, ice breakers, Pages and FAQ to flows and tables that do not exist."""
    # A flow with errors is missing in the catalog.  Its own findings say so; its file, which usually has its name,
    # keeps it from being reported a second time here.
    flows = {*catalog.flows, *list_flow_names(files)}
    named: list[tuple[YamlPath, str]] = [(("menu", at, "flow"), item.flow or "") for at, item in enumerate(config.menu)]
    named += [(("ice_breakers", at, "flow"), breaker.flow) for at, breaker in enumerate(config.ice_breakers)]
    named += [(("pages", page, "flow"), declared.flow or "") for page, declared in config.pages.items()]
    for path, name in named:
        if name and name not in flows:
            yield source.finding_at(path, "unknown-flow", f"There is no flow “{name}”.", suggest_name(name, flows))
    tables = {name.split("/")[1].split(".")[0] for name in files if name.startswith("tables/")}
    if config.faq and config.faq not in tables:
        hint = suggest_name(config.faq, tables) or f"Write tables/{config.faq}.yaml."
        yield source.finding_at(("faq",), "unknown-table", f"There is no table “{config.faq}”.", hint)


def check_templates(
    sequences: SequenceCatalog,
    mails: MailCatalog,
    flows: FlowCatalog,
    files: Collection[str],
    issues: IssueCatalog,
) -> list[Finding]:
    """Check that every mail that a sequence, a flow or an issue sends has a template, and the confirmation one, too."""
    # A mail with errors is missing in the catalog, but not in ``files``: its own findings are enough.
    there = {
        *mails.template_names,
        *(name.split("/")[1].split(".")[0] for name in files if name.startswith("emails/")),
    }
    written = there - _OWN_MAILS.keys()
    findings = [
        Finding(
            file=file,
            line=line,
            column=column,
            code="unknown-template",
            message=f"There is no mail “{template}” in emails/.",
            hint=suggest_name(template, written) or f"Write emails/{template}.mjml.",
        )
        for file, line, column, template in _sent_templates(sequences, flows, issues)
        if template not in written and template not in _OWN_MAILS
    ]
    findings += [
        Finding(
            file=file,
            line=line,
            column=column,
            code="reserved-mail",
            message=f"“{template}” is {_OWN_MAILS[template]}; no step can send it.",
            hint=suggest_name(template, written) or "Write a mail of your own under emails/, and name it here.",
        )
        for file, line, column, template in _sent_templates(sequences, flows, issues)
        if template in _OWN_MAILS
    ]
    findings += [
        Finding(
            file=f"emails/{name}.mjml",
            line=0,
            column=0,
            code="missing-file",
            message=message,
            hint="Copy it from: doorstep init DIR",
        )
        for name, message in _required_mails(flows).items()
        if name not in there
    ]
    return findings


def _sent_templates(
    sequences: SequenceCatalog, flows: FlowCatalog, issues: IssueCatalog
) -> Iterator[tuple[str, int, int, str]]:
    """Yield file, line, column and template of every mail that is sent."""
    used = (use for issue in issues.issues.values() for use in issue.uses)
    for template, spot in (*sequences.templates, *used):
        yield spot.file, spot.line, spot.column, template
    for flow in flows.flows.values():
        for step in flow.steps.values():
            if step.mail:
                yield flow.file, step.line, 3, step.mail.template


def _required_mails(flows: FlowCatalog) -> dict[str, str]:
    """Return the mails that are needed although no file names them, each with the reason."""
    needed = {CONFIRMATION: "Double opt-in needs this mail."}
    if flows.proves_without_topic():
        needed[PROOF] = "A flow that proves an address needs this mail."
    return needed
