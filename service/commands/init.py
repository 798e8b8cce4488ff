"""``doorstep init``: a workspace of one's own, from the shipped content."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from service.commands import printing
from service.commands.check import leftovers
from service.workspace import DECLARATIONS, compile_edition, shipped_files

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
"""Top-level values of the shipped doorstep.yaml that are asked for or derived."""

LANGUAGES = ("en", "de")
"""Languages of the shipped texts: the files' own, then the translations beside them."""

TOPIC, TOPIC_NAME = "friday_leaf", "The Friday Leaf"


def slug(name: str) -> str:
    """Return a name as it may stand in YAML: lower case, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_0123456789")[:40] or "letter"


def fill(files: dict[str, str], values: dict[str, str], languages: list[str], topic: str) -> dict[str, str]:
    """Return the shipped files with another brand's facts in doorstep.yaml, and only the languages wanted."""
    text = files[DECLARATIONS]
    for name, value in values.items():
        text = text.replace(f"\n{name}: {SHIPPED[name]}", f"\n{name}: {json.dumps(value)}")
    text = re.sub(r"(?m)^languages: .*$", f"languages: [{', '.join(languages)}]", text)
    domain = values["contact"].rpartition("@")[2] or "example.com"
    brand = json.dumps(values["brand"])
    for shipped, own in (
        ("friday-leaf.amseltea.example", f"{slug(topic).replace('_', '-')}.{domain}"),
        ("post.amseltea.example", f"post.{domain}"),
        ("lena@leaf.amseltea.example", f"letters@letters.{domain}"),
        ("lena@amseltea.example", values["contact"]),
        ("name: Lena from Amsel Tea", f"name: {brand}"),
        ("name: Amsel Tea", f"name: {brand}"),
        ("brand_in: {de: Amsel Tee}\n", ""),
        (", name_in: {de: Amsel Tee}", ""),
        ("    name_in: {de: Lena von Amsel Tee}\n", ""),
        (f"name: {{en: {TOPIC_NAME}", f"name: {{en: {json.dumps(topic)}"),
        (TOPIC_NAME, topic),
        (TOPIC_NAME.replace("The", "the", 1), topic),
    ):
        text = text.replace(shipped, own)
    filled = {**files, DECLARATIONS: text}
    wanted = {name: body for name, body in filled.items() if _language_of(name) in ("", *languages)}
    return {name: body.replace(TOPIC, slug(topic)) for name, body in wanted.items()}


def _spoken(said: str) -> list[str]:
    """Return the languages wanted; the first is the default."""
    spoken = list(dict.fromkeys(one.strip() for one in said.split(",") if one.strip()))
    if LANGUAGES[0] not in spoken or not set(spoken) <= set(LANGUAGES):
        message = (
            f"The shipped texts are in {LANGUAGES[0]}, with {', '.join(LANGUAGES[1:])} beside it: name "
            f"{LANGUAGES[0]} and any of these, the default first; others are added as files of their own later."
        )
        raise typer.BadParameter(message, param_hint="--languages")
    return spoken


def _language_of(name: str) -> str:
    parts = name.rpartition("/")[2].split(".")
    return parts[1] if len(parts) == 3 else ""  # noqa: PLR2004  name.language.ending


def init(  # noqa: PLR0913  one option a fact
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the workspace.")],
    *,
    brand: Annotated[str, typer.Option(help="Name people know.")] = "",
    company: Annotated[str, typer.Option(help="Legal name of the controller.")] = "",
    address: Annotated[str, typer.Option(help="Postal address; stands in every mail.")] = "",
    contact: Annotated[str, typer.Option(help="Mail address for questions; its domain sends the mail.")] = "",
    website: Annotated[str, typer.Option(help="Your website.")] = "",
    privacy_url: Annotated[str, typer.Option(help="Your privacy page.")] = "",
    page_username: Annotated[str, typer.Option(help="Your Page's name in m.me links.")] = "",
    languages: Annotated[str, typer.Option(help="Such as en,de; the first is the default.")] = "",
    topic: Annotated[str, typer.Option(help="What people subscribe to.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name, such as Europe/Berlin.")] = "",
) -> None:
    """Make a workspace of your own from the shipped one; asks for what is not given."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} is there already and not an empty folder; choose a new one."
        raise typer.BadParameter(message)
    ask = _asker()
    brand = brand or ask("Brand", folder.name.replace("-", " ").title())
    given = {
        "brand": brand,
        "company": company or ask("Company (legal name)", f"{brand} Ltd"),
        "address": address or ask("Postal address", "1 Example Street, Exampleton"),
        "contact": contact or ask("Contact address", f"hello@{slug(brand).replace('_', '')}.example"),
        "website": website or ask("Website", f"https://{slug(brand).replace('_', '')}.example"),
        "page_username": page_username or ask("Page name in m.me links", brand.replace(" ", "")),
        "timezone": timezone or ask("Time zone", SHIPPED["timezone"]),
    }
    given["privacy_url"] = privacy_url or ask("Privacy page", f"{given['website']}/privacy")
    spoken = _spoken(languages or ask("Languages", ", ".join(LANGUAGES)))
    _write(folder, fill(shipped_files(), given, spoken, topic or ask("What people subscribe to", "The Weekly")))


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    edition, found = compile_edition(files)
    printing.findings([one for one in found if one.severity == "error"])
    left = leftovers(files, edition.house.brand) if edition else []
    printing.out.print(f"[green]{folder}[/]: {len(files)} files.")
    printing.out.print(
        f"{len(left)} of them still speak of Amsel Tea: rewrite them, and watch the count with\n"
        f"  doorstep check {folder}"
    )


def _asker() -> Callable[[str, str], str]:
    """Return how to ask: at the prompt on a terminal, else the default is taken."""
    if not sys.stdin.isatty():
        return lambda _, default: default
    return lambda question, default: str(typer.prompt(question, default=default))
