"""Fits the shipped workspace to another brand; doorstep.yaml is edited as text, so that its comments stay."""

import html
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

import msgspec

from flows.checks.translations import mark_of
from flows.language.model import FlowText
from language.yaml_reader import read_yaml, validate_model
from service.workspace.edition import CONFIG_FILE

SHIPPED_VALUES = {
    "brand": "Amsel Tea",
    "bot": "Pip",
    "company": "Amsel Tea GmbH",
    "address": "Speicherhof 7, 20457 Hamburg, Germany",
    "contact": "privacy@amseltea.example",
    "website": "https://amseltea.example",
    "privacy_url": "https://amseltea.example/privacy",
    "page_username": "AmselTea",
    "provider": "Mailjet",
    "timezone": "Europe/Berlin",
}
"""Top-level values of the shipped doorstep.yaml that ``init`` asks for."""

BASE, TRANSLATIONS = "en", ("de",)
"""Languages of the shipped texts: of the originals, then of the translations beside them."""

TOPIC = "friday_leaf"
TOPIC_NAMES = {"en": "The Friday Leaf", "de": "Das Freitagsblatt"}
FREQUENCY_IN_NAME = re.compile(r"dai?ly|week|month|quarter|täglich|woche|wöchentlich|monat", re.IGNORECASE)
"""Matches in the name of a topic that says how often its mails come."""
BOTH_LANGUAGES_BLOCK = re.compile(
    r"(?m)^ *# only where both languages are spoken:\n(?:.*\n)*?^ *# end of both languages\n"
)
"""Part of a flow that needs the texts of all shipped languages, such as the choice of a language."""
_SHIPPED_MAILBOX = re.compile(r"\b[a-z]+@amseltea\.example")
_GERMAN_SPELLINGS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
FREQUENCY_NOTES = (" (weekly)", " (wöchentlich)")
"""Taken out where the topic's own name says how often."""


def spell_in_ascii(name: str) -> str:
    """Return a name with its letters as a link spells them: “Sonnengruß” becomes Sonnengruss, “Café” Cafe."""
    # What has no such spelling (a brand in Cyrillic) is left to the caller.
    return unicodedata.normalize("NFKD", name.translate(_GERMAN_SPELLINGS)).encode("ascii", "ignore").decode()


def slugify(name: str) -> str:
    """Return a name as a YAML key: lower case, words joined by underscores, at most 40 characters."""
    return (
        re.sub(r"[^a-z0-9]+", "_", spell_in_ascii(name).casefold()).strip("_0123456789")[:40] or "letter"
    )  # a brand in Cyrillic leaves nothing


def rebrand_files(files: Mapping[str, str], values: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return the shipped files with another brand's facts in doorstep.yaml, in the wanted languages only.

    ``values`` are those of :data:`SHIPPED_VALUES`, with ``topic``, ``sender_name`` and ``sender_email``.
    """
    # Text edits instead of YAML: a parser would drop the comments, which are half of the value of this file.
    text = files[CONFIG_FILE]
    for name, shipped in SHIPPED_VALUES.items():
        # A JSON string is a YAML string in double quotes, whatever the answer contains.
        text = text.replace(f"\n{name}: {shipped}", f"\n{name}: {json.dumps(values[name], ensure_ascii=False)}")
    text = text.replace(
        f"brand: {SHIPPED_VALUES['brand']}", f"brand: {json.dumps(values['brand'], ensure_ascii=False)}"
    )
    text = re.sub(r"(?m)^languages: \S+ \S+", f"languages: [{', '.join(languages)}]", text)
    text = _replace_topic(_replace_senders(text, values), values["topic"])
    for language in (BASE, *TRANSLATIONS):
        text = text if language in languages else _remove_language(text, language)
    unspoken = [language for language in (BASE, *TRANSLATIONS) if language not in languages]
    filled = {name: _remove_says(name, body, unspoken) for name, body in files.items()} | {CONFIG_FILE: text}
    if languages[0] != BASE and BASE in languages:
        filled = {name: _name_answers(name, body) for name, body in filled.items()}
    # “newsletter.de.yaml” is only written if German is wanted; files without a language are originals.
    wanted = {name: body for name, body in filled.items() if _language_of(name) in ("", *languages)}
    if BASE not in languages:  # then the files without a language are only there where nothing else says the same
        wanted = {name: body for name, body in wanted.items() if not _stands_in(name, languages[0], wanted)}
    topic = slugify(values["topic"])  # the topic's key, which flows, sequences and mails name too
    if not {BASE, *TRANSLATIONS} <= set(languages):
        wanted = {name: BOTH_LANGUAGES_BLOCK.sub("", body) for name, body in wanted.items()}
    page = f"m.me/{values['page_username']}"
    return {
        _mail_name(name, languages[0]): body.replace(TOPIC, topic).replace("m.me/AmselTea", page)
        for name, body in wanted.items()
    }


def _replace_senders(text: str, values: Mapping[str, str]) -> str:
    """Replace names, addresses and domains of the senders; longer texts stand before those that they contain."""
    domain = values["contact"].rpartition("@")[2]
    brand, sender = (json.dumps(values[name], ensure_ascii=False) for name in ("brand", "sender_name"))
    for shipped, own in (
        ("friday-leaf.amseltea.example", f"{slugify(values['topic']).replace('_', '-')}.{domain}"),
        ("hello@post.amseltea.example", values["transactional_email"]),
        ("lena@leaf.amseltea.example", values["sender_email"]),
        ("lena@amseltea.example", values["contact"]),
        ("name: Lena from Amsel Tea", f"name: {sender}"),
        ("name: Amsel Tea", f"name: {brand}"),
        ("brand_in: {de: Amsel Tee}\n", ""),
        (", name_in: {de: Amsel Tee}", ""),
        ("    name_in: {de: Lena von Amsel Tee}\n", ""),
        ("tastings.amseltea.example", f"tastings.{domain}"),
    ):
        text = text.replace(shipped, own)
    # The mailboxes of the team: only the contact address is known to exist.
    text = _SHIPPED_MAILBOX.sub(lambda _: values["contact"], text)
    return text.replace('url: "https://amseltea.example"', f"url: {json.dumps(values['website'])}")


def _replace_topic(text: str, topic: str) -> str:
    """Replace the topic's name in all languages."""
    quoted = json.dumps(topic, ensure_ascii=False)
    for name in TOPIC_NAMES.values():
        text = re.sub(rf"(?<=: ){name}(?=[,}}])", lambda _: quoted, text)
        # Within sentences the article is written small: “the Friday Leaf”, “das Freitagsblatt”.
        article, _, noun = name.partition(" ")
        for variant in (f"{article.lower()} {noun}", name):
            text = text.replace(variant, topic)
    # “The Weekly (weekly)” would say it twice.
    for often in FREQUENCY_NOTES if FREQUENCY_IN_NAME.search(topic) else ():
        text = text.replace(often, "")
    return text


def _remove_language(text: str, language: str) -> str:
    """Remove the texts of a language: ``de: …`` in braces, and ``de: >-`` with the lines under it."""
    # A text in quotes may hold commas and braces; one without ends at them.
    value = r'(?:"(?:[^"\\]|\\.)*"|[^,}"]+)'
    # First behind another language (“{en: Hi, de: Hallo}”), then alone or first in its braces.
    text = re.sub(rf",\s*{language}: {value}", "", text)
    text = re.sub(rf"(?<={{){language}: {value},?\s*", "", text)
    return re.sub(rf"(?m)^( +){language}: >-\n(?:\1 +.*\n)+", "", text)


def _remove_says(name: str, body: str, unspoken: Sequence[str]) -> str:
    """Remove what a sequence says and asks in languages that the brand does not speak, each on a line of its own."""
    if name.startswith("sequences/") and unspoken:
        languages = "|".join(unspoken)
        # “labels: {de: {…}}” would be empty without its only language, so the line goes as a whole.
        return re.sub(rf"(?m)^ +(?:labels: \{{)?(?:{languages}): .*\n", "", body)
    return body


def _name_answers(name: str, body: str) -> str:
    """Name the answers of a sequence in the language they are written in, where another one is the default."""
    if not name.startswith("sequences/"):
        return body

    def add_originals(line: re.Match[str]) -> str:
        # The answers in another language are listed by what stands in the file: those are the originals.
        read = msgspec.convert(read_yaml(line[0].strip(), name).value, dict[str, dict[str, dict[str, str]]])
        labels = read["labels"][TRANSLATIONS[0]]
        originals = json.dumps({label: label for label in labels}, ensure_ascii=False)
        return line[0].replace("labels: {", f"labels: {{{BASE}: {originals}, ", 1)

    # Edited as text, as doorstep.yaml is: a parser would drop the comments of the file.
    return re.sub(rf"(?m)^ +labels: \{{{TRANSLATIONS[0]}: .*$", add_originals, body)


def name_topic(files: Mapping[str, str], topic: str) -> dict[str, str]:
    """Return the files with the topic's name where the starter's flows and mails have the shipped one."""
    in_yaml = json.dumps(topic, ensure_ascii=False)[1:-1]  # it stands in double quotes there
    return {
        name: body.replace(TOPIC_NAMES[BASE], html.escape(topic) if name.endswith(".mjml") else in_yaml)
        for name, body in files.items()
    }


def renew_marks(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files with the marks of translations fitting the originals, which now name another topic."""
    renewed = dict(files)
    for name, body in files.items():
        flow = f"flows/{name.removeprefix('flows/').partition('.')[0]}.yaml"
        text = validate_model(read_yaml(files.get(flow, ""), flow), FlowText)[0] if "\noriginals:\n" in body else None
        for step, model in text.steps.items() if text else ():
            marked = rf"(?m)^  {step}: \"?[0-9a-f]{{8}}\"?$"
            renewed[name] = re.sub(marked, f'  {step}: "{mark_of(model)}"', renewed[name])
    return renewed


def _stands_in(name: str, language: str, files: Mapping[str, str]) -> bool:
    """Return True for a mail without a language that is there in this language too."""
    stem, _, ending = name.rpartition(".")
    return name.startswith("emails/") and _language_of(name) == "" and f"{stem}.{language}.{ending}" in files


def _language_of(name: str) -> str:
    parts = name.rpartition("/")[2].split(".")
    return parts[1] if len(parts) == 3 else ""  # noqa: PLR2004  name.language.ending


def _mail_name(name: str, default: str) -> str:
    """Return the new name of a file.

    A mail without a language in its name is in the default language, so another default exchanges the names:
    with German first, ``welcome.de.mjml`` becomes ``welcome.mjml``, and ``welcome.mjml`` becomes ``welcome.en.mjml``.
    """
    folder, _, file = name.partition("/")
    if folder != "emails" or default == BASE:
        return name
    stem = file.partition(".")[0]
    language = _language_of(name) or BASE
    return f"{folder}/{stem}.mjml" if language == default else f"{folder}/{stem}.{language}.mjml"
