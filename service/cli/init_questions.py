"""The questions of ``doorstep init``, the check of their answers, and their defaults."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from service.cli import timezones
from service.cli.rebrand import BASE, SHIPPED_VALUES, TRANSLATIONS, slugify, spell_in_ascii

PAGE_NAME = re.compile(r"[A-Za-z0-9](?:\.?[A-Za-z0-9]){4,49}")
"""Name of a Page in links, as Meta accepts it: 5 to 50 letters and digits, with single dots between them."""

Answers = Mapping[str, str]


class WrongAnswerError(ValueError):
    """An answer cannot be used.  The message says how to write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitQuestion:
    """One fact that the user is asked for."""

    name: str
    prompt: str
    """Text at the prompt."""
    check: Callable[[str], str]
    """Returns the answer in its final form; raises :class:`WrongAnswerError` if it cannot be used."""
    default: Callable[[Answers], str] | None = None
    """Returns the default from the answers so far; None if no default makes sense."""

    def offer_default(self, answers: Answers) -> str:
        """Return the default from the answers so far; empty if there is none."""
        return self.default(answers) if self.default else ""

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return f"--{self.name.replace('_', '-')}"


def check_text(answer: str) -> str:
    """Return an answer as one line of text."""
    line = " ".join(answer.split())
    if not line:
        message = "This needs an answer."
        raise WrongAnswerError(message)
    return line


def check_email(answer: str) -> str:
    """Return a mail address."""
    try:
        return validate_email(answer.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = "That is no mail address."
        raise WrongAnswerError(message) from None


def check_link(answer: str) -> str:
    """Return an http or https URL without a slash at its end."""
    try:
        parts = urlsplit(answer.strip())
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and len(answer.split()) == 1
    except ValueError:  # urlsplit raises for a broken IPv6 host: “https://[”
        good = False
    if not good:
        message = "That is no web address. Write it such as https://example.com."
        raise WrongAnswerError(message)
    return answer.strip().rstrip("/")


def check_page_name(answer: str) -> str:
    """Return the name of a Page in m.me links."""
    name = answer.strip().removeprefix("@")  # as Facebook shows it: @AmselTea
    if not PAGE_NAME.fullmatch(name):
        message = "That is no Page name: 5 to 50 letters and digits, as in m.me/AmselTea."
        raise WrongAnswerError(message)
    return name


def check_timezone(answer: str) -> str:
    """Return an IANA time zone."""
    try:
        return timezones.check_timezone(answer.strip())
    except timezones.UnknownTimezoneError as error:
        raise WrongAnswerError(str(error)) from None


def check_languages(answer: str) -> str:
    """Return language codes joined by commas, the default first."""
    codes = list(dict.fromkeys(code for code in re.split(r"[,\s]+", answer.strip()) if code))
    for code in codes:
        try:
            Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            message = f"“{code}” is no language code. Write codes such as en, de."
            raise WrongAnswerError(message) from None
    if not {BASE, *TRANSLATIONS} & set(codes):
        message = f"There are texts in {', '.join((BASE, *TRANSLATIONS))}: name one of them, and any others behind it."
        raise WrongAnswerError(message)
    return ", ".join(codes)


def check_example_languages(answer: str) -> str:
    """Return language codes joined by commas, the default first; English is among them."""
    codes = check_languages(answer)
    # Flows and mails of the example without a language in their name are English.
    if BASE not in codes.split(", "):
        message = (
            f"The texts of the example are in {BASE}, with {', '.join(TRANSLATIONS)} beside it: name {BASE} and any "
            "others, the default first. Without it: --bare."
        )
        raise WrongAnswerError(message)
    return codes


def _suggest_page_name(brand: str) -> str:
    """Return a Page name made of the brand: “Acme Tea” becomes AcmeTea; a short or foreign name ends with “page”."""
    name = re.sub(r"[^A-Za-z0-9]", "", spell_in_ascii(brand))
    # “Čaj” has two letters that a Page name may have, and would be too short.
    return name if PAGE_NAME.fullmatch(name) else slugify(brand).replace("_", "") + "page"


def _domain_of_contact(answers: Answers) -> str:
    return answers["contact"].rpartition("@")[2]


QUESTIONS = (
    InitQuestion(name="brand", prompt="Brand (the name people know)", check=check_text),
    InitQuestion(name="bot", prompt="Name of the bot", check=check_text, default=lambda _: SHIPPED_VALUES["bot"]),
    InitQuestion(name="company", prompt="Company (legal name)", check=check_text),
    InitQuestion(name="address", prompt="Postal address (stands in every mail)", check=check_text),
    InitQuestion(name="contact", prompt="Contact address (its domain sends the mail)", check=check_email),
    InitQuestion(
        name="website",
        prompt="Website",
        check=check_link,
        default=lambda answers: f"https://{_domain_of_contact(answers)}",
    ),
    InitQuestion(
        name="privacy_url",
        prompt="Privacy page",
        check=check_link,
        default=lambda answers: f"{answers['website']}/privacy",
    ),
    InitQuestion(
        name="page_username",
        prompt="Page name in m.me links",
        check=check_page_name,
        default=lambda answers: _suggest_page_name(answers["brand"]),
    ),
    InitQuestion(
        name="provider",
        prompt="Who delivers the mail (named in the consent text)",
        check=check_text,
        default=lambda answers: answers["company"],
    ),
    InitQuestion(
        name="transactional_email",
        prompt="Sender's address of codes and tickets",
        check=check_email,
        default=lambda answers: answers["contact"],  # the one address that is known to exist
    ),
    InitQuestion(
        name="sender_name", prompt="Sender of the mails", check=check_text, default=lambda answers: answers["brand"]
    ),
    InitQuestion(
        name="sender_email",
        prompt="Sender's address of newsletters",
        check=check_email,
        # A subdomain of its own, so that complaints about mail do not hurt the domain of people's mailboxes.
        default=lambda answers: f"letters@letters.{_domain_of_contact(answers)}",
    ),
    InitQuestion(
        name="languages",
        prompt="Languages (the first is the default)",
        check=check_example_languages,
        default=lambda _: ", ".join((BASE, *TRANSLATIONS)),
    ),
    InitQuestion(name="topic", prompt="What people subscribe to", check=check_text, default=lambda _: "The Weekly"),
    InitQuestion(
        name="timezone", prompt="Time zone", check=check_timezone, default=lambda _: SHIPPED_VALUES["timezone"]
    ),
)
"""In the order asked; a default may use the answers to the questions before it."""

BARE_QUESTIONS = tuple(
    replace(question, check=check_languages) if question.name == "languages" else question for question in QUESTIONS
)
"""The same for the starter, which need not be in English."""
