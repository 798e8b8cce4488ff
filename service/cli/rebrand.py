"""The shipped workspace in another brand's words: doorstep.yaml edited as text, so that its comments stay."""

import json
import re
from collections.abc import Mapping, Sequence

from service.workspace.edition import DECLARATIONS

SHIPPED = {
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
"""Top-level values of the shipped doorstep.yaml that are asked for."""

BASE, TRANSLATIONS = "en", ("de",)
"""Languages of the shipped texts: the files' own, then those beside them."""

TOPIC = "friday_leaf"
TOPIC_NAMES = {"en": "The Friday Leaf", "de": "Das Freitagsblatt"}
HOW_OFTEN = re.compile(r"dai?ly|week|month|quarter|täglich|woche|wöchentlich|monat", re.IGNORECASE)
"""A topic whose name says how often it comes."""
ONLY_BOTH = re.compile(r"(?m)^ *# only where both languages are spoken:\n(?:.*\n)*?^ *# end of both languages\n")
"""What a flow offers because its texts are there in all shipped languages."""
SAID_OFTEN = (" (weekly)", " (wöchentlich)")


def slug(name: str) -> str:
    """Return a name as it may stand in YAML: lower case, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_0123456789")[:40] or "letter"


def fill(files: Mapping[str, str], values: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return the shipped files with another brand's facts in doorstep.yaml, and only the languages wanted.

    ``values`` are those of :data:`SHIPPED`, with ``topic``, ``sender_name`` and ``sender_email``.
    """
    text = files[DECLARATIONS]
    for name, shipped in SHIPPED.items():
        text = text.replace(f"\n{name}: {shipped}", f"\n{name}: {json.dumps(values[name], ensure_ascii=False)}")
    text = text.replace(f"brand: {SHIPPED['brand']}", f"brand: {json.dumps(values['brand'], ensure_ascii=False)}")
    text = re.sub(r"(?m)^languages: \S+ \S+", f"languages: [{', '.join(languages)}]", text)
    text = _topic(_senders(text, values), values["topic"])
    for language in (BASE, *TRANSLATIONS):
        text = text if language in languages else _without(text, language)
    filled = {**files, DECLARATIONS: text}
    wanted = {name: body for name, body in filled.items() if _language_of(name) in ("", *languages)}
    own = slug(values["topic"])
    if not {BASE, *TRANSLATIONS} <= set(languages):
        wanted = {name: ONLY_BOTH.sub("", body) for name, body in wanted.items()}
    return {_mail_name(name, languages[0]): body.replace(TOPIC, own) for name, body in wanted.items()}


def _senders(text: str, values: Mapping[str, str]) -> str:
    domain = values["contact"].rpartition("@")[2]
    brand, sender = (json.dumps(values[name], ensure_ascii=False) for name in ("brand", "sender_name"))
    for shipped, own in (
        ("friday-leaf.amseltea.example", f"{slug(values['topic']).replace('_', '-')}.{domain}"),
        ("post.amseltea.example", f"post.{domain}"),
        ("lena@leaf.amseltea.example", values["sender_email"]),
        ("lena@amseltea.example", values["contact"]),
        ("name: Lena from Amsel Tea", f"name: {sender}"),
        ("name: Amsel Tea", f"name: {brand}"),
        ("brand_in: {de: Amsel Tee}\n", ""),
        (", name_in: {de: Amsel Tee}", ""),
        ("    name_in: {de: Lena von Amsel Tee}\n", ""),
        ("@amseltea.example", f"@{domain}"),
        ("tastings.amseltea.example", f"tastings.{domain}"),
    ):
        text = text.replace(shipped, own)
    return text


def _topic(text: str, topic: str) -> str:
    """Name the topic in all languages, and say how often it comes only once."""
    quoted = json.dumps(topic, ensure_ascii=False)
    for name in TOPIC_NAMES.values():
        text = re.sub(rf"(?<=: ){name}(?=[,}}])", lambda _: quoted, text)
        article, _, noun = name.partition(" ")
        for said in (f"{article.lower()} {noun}", name):
            text = text.replace(said, topic)
    for often in SAID_OFTEN if HOW_OFTEN.search(topic) else ():
        text = text.replace(often, "")
    return text


def _without(text: str, language: str) -> str:
    """Take the texts of a language out: ``de: …`` in braces, and ``de: >-`` with the lines under it."""
    value = r'(?:"(?:[^"\\]|\\.)*"|[^,}"]+)'
    text = re.sub(rf",\s*{language}: {value}", "", text)
    text = re.sub(rf"(?<={{){language}: {value},?\s*", "", text)
    return re.sub(rf"(?m)^( +){language}: >-\n(?:\1 +.*\n)+", "", text)


def _language_of(name: str) -> str:
    parts = name.rpartition("/")[2].split(".")
    return parts[1] if len(parts) == 3 else ""  # noqa: PLR2004  name.language.ending


def _mail_name(name: str, default: str) -> str:
    """Return the name of a file: a mail without a language in its name is in the default one."""
    folder, _, file = name.partition("/")
    if folder != "emails" or default == BASE:
        return name
    stem = file.partition(".")[0]
    language = _language_of(name) or BASE
    return f"{folder}/{stem}.mjml" if language == default else f"{folder}/{stem}.{language}.mjml"
