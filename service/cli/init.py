"""``doorstep init``: a workspace of one's own, from the shipped content."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from service.cli import output
from service.cli.check import leftovers, places
from service.cli.init_questions import QUESTIONS, Answers, Question, WrongAnswerError
from service.cli.rebrand import BASE, TRANSLATIONS, fill
from service.transcripts.read_files import FOLDER, files_of
from service.workspace.edition import compile_edition, shipped_files


def init(  # noqa: PLR0913  one option a fact
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the workspace.")],
    *,
    brand: Annotated[str, typer.Option(help="Name people know.")] = "",
    bot: Annotated[str, typer.Option(help="Name of the bot.")] = "",
    company: Annotated[str, typer.Option(help="Legal name of the controller.")] = "",
    address: Annotated[str, typer.Option(help="Postal address; stands in every mail.")] = "",
    contact: Annotated[str, typer.Option(help="Mail address for questions; its domain sends the mail.")] = "",
    website: Annotated[str, typer.Option(help="Your website.")] = "",
    privacy_url: Annotated[str, typer.Option(help="Your privacy page.")] = "",
    page_username: Annotated[str, typer.Option(help="Your Page's name in m.me links.")] = "",
    provider: Annotated[str, typer.Option(help="Who delivers the mail; default: you.")] = "",
    sender_name: Annotated[str, typer.Option(help="From whom mails come; default: the brand.")] = "",
    sender_email: Annotated[str, typer.Option(help="Address they come from.")] = "",
    languages: Annotated[str, typer.Option(help="Such as en,de; the first is the default.")] = "",
    topic: Annotated[str, typer.Option(help="What people subscribe to.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name, such as Europe/Berlin.")] = "",
) -> None:
    """Make a workspace of your own from the shipped one; asks for what is not given."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} is there already and not an empty folder; choose a new one."
        raise typer.BadParameter(message)
    given = {
        "brand": brand, "bot": bot, "company": company, "address": address, "contact": contact, "website": website,
        "privacy_url": privacy_url, "page_username": page_username, "provider": provider, "sender_name": sender_name,
        "sender_email": sender_email, "languages": languages, "topic": topic, "timezone": timezone,
    }  # fmt: skip
    answers = _asked(_refused(given)) if on_a_terminal() else _assumed(_refused(given))
    spoken = answers["languages"].split(", ")
    _write(folder, fill({**shipped_files(), **files_of(None)[0]}, answers, spoken), spoken)


def on_a_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty()


def _refused(given: Answers) -> dict[str, str]:
    """Check what the flags say; raises a usage error naming every flag that cannot be used."""
    checked, wrong = {}, []
    for question in QUESTIONS:
        said = given[question.name]
        try:
            checked[question.name] = question.checked(said) if said else ""
        except WrongAnswerError as error:
            wrong.append(f"{question.flag}: {error}")
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    return checked


def _assumed(given: Answers) -> Answers:
    """Fill in what nobody can be asked for; raises a usage error naming every flag that is missing."""
    answers: dict[str, str] = {}
    missing = [one.flag for one in QUESTIONS if not given[one.name] and one.default is None]
    if missing:
        message = f"Give {', '.join(missing)}: nobody can be asked here, and nothing sensible can be assumed."
        raise typer.BadParameter(message)
    for question in QUESTIONS:
        answers[question.name] = given[question.name] or question.offered(answers)
    return answers


def _asked(given: Answers) -> Answers:
    """Ask at the terminal for what was not given, and again while an answer cannot be used."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        answers[question.name] = given[question.name] or _answer(question, question.offered(answers))
    return answers


def _answer(question: Question, default: str) -> str:
    while True:
        said = str(typer.prompt(question.asked, default=default or None))
        try:
            return question.checked(said)
        except WrongAnswerError as error:
            typer.echo(str(error))


def _write(folder: Path, files: Mapping[str, str], languages: Sequence[str]) -> None:
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror}."
        raise output.fail(message, output.USAGE) from None
    written, files = len(files), {name: text for name, text in files.items() if not name.startswith(f"{FOLDER}/")}
    edition, found = compile_edition(files)
    errors = [one for one in found if one.severity == "error"]
    output.findings(errors)
    for language in languages:
        if language not in (BASE, *TRANSLATIONS):
            _translate(folder, files, language)
    if errors:
        counted = output.counted(len(errors), "error")
        _say(f"Written, with {counted}. Mend {'it' if len(errors) == 1 else 'them'}, then: doorstep check {folder}.")
        raise typer.Exit(output.WRONG)
    _say(f"{folder}/: {output.counted(written, 'file')} written.")
    left = leftovers(files, edition.config.brand) if edition else []
    if left:
        told = f"{output.counted(places(files), 'place')} in {output.counted(len(left), 'file')}"
        _say(f"{told} still speak of Amsel Tea: rewrite them, and watch the count with\n  doorstep check {folder}")


def _translate(folder: Path, files: Mapping[str, str], language: str) -> None:
    """Say which files a language without shipped texts needs."""
    own = sorted(name for name in files if name.startswith(("flows/", "emails/")) and name.count(".") == 1)
    _say(f"There are no texts in “{language}” yet. Translate the texts in {folder}/doorstep.yaml, and add:")
    for name in own:
        stem, _, ending = name.rpartition(".")
        _say(f"  {folder}/{stem}.{language}.{ending}")


def _say(text: str) -> None:
    output.out.print(escape(text), soft_wrap=True)
