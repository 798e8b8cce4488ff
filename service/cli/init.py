"""``doorstep init``: makes a workspace of the user's own from the shipped content."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from service.cli import output
from service.cli.init_questions import BARE_QUESTIONS, QUESTIONS, Answers, InitQuestion, WrongAnswerError
from service.cli.rebrand import BASE, TRANSLATIONS, name_topic, rebrand_files, renew_marks
from service.transcripts.read_files import FOLDER, read_transcript_files, read_yaml_folder
from service.transcripts.timelines.read_timelines import FOLDER as TIMELINES
from service.workspace.brand_leftovers import BrandLeftovers, find_brand_leftovers
from service.workspace.edition import compile_edition, onboarding_files, shipped_files, starter_files


def init_workspace(  # noqa: PLR0913  one option a fact
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the workspace.")],
    *,
    bare: Annotated[
        bool,
        typer.Option("--bare", help="A neutral start: one flow, one sequence, three mails; else the full example."),
    ] = False,
    onboarding: Annotated[
        bool,
        typer.Option("--onboarding", help="The example of onboarding: a sequence for each need, little chat."),
    ] = False,
    brand: Annotated[str, typer.Option(help="Name people know.")] = "",
    bot: Annotated[str, typer.Option(help="Name of the bot.")] = "",
    company: Annotated[str, typer.Option(help="Legal name of the controller.")] = "",
    address: Annotated[str, typer.Option(help="Postal address; stands in every mail.")] = "",
    contact: Annotated[str, typer.Option(help="Mail address for questions; its domain sends the mail.")] = "",
    website: Annotated[str, typer.Option(help="Your website.")] = "",
    privacy_url: Annotated[str, typer.Option(help="Your privacy page.")] = "",
    page_username: Annotated[str, typer.Option(help="Your Page's name in m.me links.")] = "",
    provider: Annotated[str, typer.Option(help="Who delivers the mail; default: you.")] = "",
    transactional_email: Annotated[
        str, typer.Option(help="Address that codes and tickets come from; default: the contact.")
    ] = "",
    sender_name: Annotated[str, typer.Option(help="From whom newsletters come; default: the brand.")] = "",
    sender_email: Annotated[str, typer.Option(help="Address that newsletters come from.")] = "",
    languages: Annotated[str, typer.Option(help="Such as en,de; the first is the default.")] = "",
    topic: Annotated[str, typer.Option(help="What people subscribe to.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name, such as Europe/Berlin.")] = "",
) -> None:
    """Make a workspace of your own from the shipped one; asks for what is not given."""
    # Nothing is overwritten, not even by a second run.
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} is there already and not an empty folder; choose a new one."
        raise typer.BadParameter(message)
    if bare and onboarding:
        message = "Choose one: --bare or --onboarding."
        raise typer.BadParameter(message)
    given = {
        "brand": brand, "bot": bot, "company": company, "address": address, "contact": contact, "website": website,
        "privacy_url": privacy_url, "page_username": page_username, "provider": provider,
        "transactional_email": transactional_email, "sender_name": sender_name, "sender_email": sender_email,
        "languages": languages, "topic": topic, "timezone": timezone,
    }  # fmt: skip
    questions = BARE_QUESTIONS if bare else QUESTIONS
    checked = _check_options(questions, given)
    answers = _ask_missing(questions, checked) if is_on_terminal() else _fill_defaults(questions, checked)
    languages_named = answers["languages"].split(", ")
    # The shipped transcripts and timelines come along: they show that the changed workspace still works.
    # Only the starter asks for the languages: its flow is written in the first of them.
    if bare:
        shipped = starter_files(languages_named)
    else:
        shipped = onboarding_files() if onboarding else {**shipped_files(), **_read_shipped_tests()}
    files = rebrand_files(shipped, answers, languages_named)
    _write_workspace(folder, renew_marks(name_topic(files, answers["topic"])) if bare else files, languages_named)


def _read_shipped_tests() -> dict[str, str]:
    return {**read_transcript_files(None)[0], **read_yaml_folder(None, TIMELINES)[0]}


def is_on_terminal() -> bool:
    """Return True if the user can be asked."""
    return sys.stdin.isatty()


def _check_options(questions: Sequence[InitQuestion], given: Answers) -> dict[str, str]:
    """Return the checked values of the options; raises a usage error that names every wrong option."""
    checked, wrong = {}, []
    for question in questions:
        written = given[question.name]
        try:
            checked[question.name] = question.check(written) if written else ""
        except WrongAnswerError as error:
            wrong.append(f"{question.flag}: {error}")
    if wrong:  # all at once, so that nobody has to run it once for each
        raise typer.BadParameter("\n".join(wrong))
    return checked


def _fill_defaults(questions: Sequence[InitQuestion], given: Answers) -> Answers:
    """Fill in defaults where nobody can be asked; raises a usage error that names every missing option."""
    answers: dict[str, str] = {}
    missing = [question.flag for question in questions if not given[question.name] and question.default is None]
    if missing:
        message = f"Give {', '.join(missing)}: nobody can be asked here, and nothing sensible can be assumed."
        raise typer.BadParameter(message)
    for question in questions:
        answers[question.name] = given[question.name] or question.offer_default(answers)
    return answers


def _ask_missing(questions: Sequence[InitQuestion], given: Answers) -> Answers:
    """Ask at the terminal for what was not given."""
    answers: dict[str, str] = {}
    for question in questions:
        answers[question.name] = given[question.name] or _ask_until_valid(question, question.offer_default(answers))
    return answers


def _ask_until_valid(question: InitQuestion, default: str) -> str:
    while True:
        answer = str(typer.prompt(question.prompt, default=default or None))
        try:
            return question.check(answer)
        except WrongAnswerError as error:
            typer.echo(str(error))


def _write_workspace(folder: Path, files: Mapping[str, str], languages: Sequence[str]) -> None:
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror}."
        raise output.print_error(message, output.USAGE) from None
    # Transcripts and timelines are written, but are no part of an edition.
    written = files
    files = {name: text for name, text in files.items() if not name.startswith((f"{FOLDER}/", f"{TIMELINES}/"))}
    edition, findings = compile_edition(files)
    errors = [finding for finding in findings if finding.severity == "error"]
    output.print_findings(errors)
    for language in languages:
        # English and German have shipped texts; any other language begins with none.
        if language not in (BASE, *TRANSLATIONS):
            _print_missing_translations(folder, files, language)
    if errors:
        counted = output.count_noun(len(errors), "error")
        _print_text(
            f"Written, with {counted}. Mend {'it' if len(errors) == 1 else 'them'}, then: doorstep check {folder}."
        )
        raise typer.Exit(output.WRONG)
    _print_text(f"{folder}/: {output.count_noun(len(written), 'file')} written.")
    leftovers = find_brand_leftovers(written, edition.config) if edition else BrandLeftovers()
    if leftovers.words:
        places = output.count_noun(leftovers.words, "place")
        subject = f"{places} in {output.count_noun(len(leftovers.findings), 'file')}"
        _print_text(
            f"{subject} still speak of Amsel Tea: rewrite them, and watch the count with\n  doorstep check {folder}\n"
            "To begin with neutral words instead: doorstep init DIR --bare"
        )
    else:
        _print_text(f"Next: doorstep check {folder}, doorstep test {folder}, doorstep demo {folder}")


def _print_missing_translations(folder: Path, files: Mapping[str, str], language: str) -> None:
    """Print which files a language without shipped texts needs."""
    originals = sorted(name for name in files if name.startswith(("flows/", "emails/")) and name.count(".") == 1)
    _print_text(f"There are no texts in “{language}” yet. Translate the texts in {folder}/doorstep.yaml, and add:")
    for name in originals:
        stem, _, ending = name.rpartition(".")
        _print_text(f"  {folder}/{stem}.{language}.{ending}")


def _print_text(text: str) -> None:
    output.out.print(escape(text), soft_wrap=True)
