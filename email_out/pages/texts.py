"""The texts of the web pages, by language (``pages/en.toml``, ``pages/de.toml``), and the choice of the language."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping

LANGUAGES = ("en", "de")
"""Languages in which the pages have texts."""

_FILES = importlib.resources.files("email_out.pages")

TEXTS: Mapping[str, Mapping[str, str]] = {
    language: tomllib.loads((_FILES / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}


def choose_language(preferred: str, accept_language: str, offered: Iterable[str]) -> str:
    """Return the page's language: the person's own, else the best of ``Accept-Language``, else the first offered."""
    usable = [language for language in offered if language in TEXTS] or ["en"]
    # “de-CH,de;q=0.9,en;q=0.8” → de-CH, de, en: browsers list them by preference, so the q values are not read.
    wanted = [preferred, *(part.split(";")[0].strip() for part in accept_language[:200].split(","))]
    return next((short for language in wanted if (short := language.split("-")[0].lower()) in usable), usable[0])
