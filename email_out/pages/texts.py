"""What the pages say, by language (``pages/en.toml``, ``pages/de.toml``), and which language a visitor gets."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping

LANGUAGES = ("en", "de")
"""Languages the pages speak."""

_FILES = importlib.resources.files("email_out.pages")

TEXTS: Mapping[str, Mapping[str, str]] = {
    language: tomllib.loads((_FILES / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}


def choose_language(preferred: str, accept_language: str, offered: Iterable[str]) -> str:
    """Return the page's language: the person's own, else the best of ``Accept-Language``, else the first offered."""
    usable = [one for one in offered if one in TEXTS] or ["en"]
    wanted = [preferred, *(part.split(";")[0].strip() for part in accept_language[:200].split(","))]
    return next((short for one in wanted if (short := one.split("-")[0].lower()) in usable), usable[0])
