"""What ``doorstep init`` asks, which answers do, and what holds where nobody answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from service.cli import timezones
from service.cli.rebrand import BASE, SHIPPED, TRANSLATIONS, slug

PAGE_NAME = re.compile(r"[A-Za-z0-9](?:\.?[A-Za-z0-9]){4,49}")
"""What Meta takes as the name of a Page in links: 5 to 50 letters and digits, with single dots between them."""

Answers = Mapping[str, str]


class WrongAnswerError(ValueError):
    """An answer cannot be used.  The message says what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact that is asked for."""

    name: str
    asked: str
    """How it is asked at the prompt."""
    checked: Callable[[str], str]
    """Returns the answer as it is kept; raises :class:`WrongAnswerError`."""
    default: Callable[[Answers], str] | None = None
    """What is offered, from the answers so far; None: there is no sensible one."""

    def offered(self, known: Answers) -> str:
        """Return what holds if nobody answers, from the answers so far; empty: nothing does."""
        return self.default(known) if self.default else ""

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return f"--{self.name.replace('_', '-')}"


def text(said: str) -> str:
    """Return a line of text."""
    line = " ".join(said.split())
    if not line:
        message = "This needs an answer."
        raise WrongAnswerError(message)
    return line


def mail(said: str) -> str:
    """Return a mail address."""
    try:
        return validate_email(said.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = "That is no mail address."
        raise WrongAnswerError(message) from None


def link(said: str) -> str:
    """Return an http or https URL without a slash at its end."""
    try:
        parts = urlsplit(said.strip())
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and len(said.split()) == 1
    except ValueError:
        good = False
    if not good:
        message = "That is no web address. Write it such as https://example.com."
        raise WrongAnswerError(message)
    return said.strip().rstrip("/")


def page(said: str) -> str:
    """Return the name of a Page in m.me links."""
    name = said.strip().removeprefix("@")
    if not PAGE_NAME.fullmatch(name):
        message = "That is no Page name: 5 to 50 letters and digits, as in m.me/AmselTea."
        raise WrongAnswerError(message)
    return name


def zone(said: str) -> str:
    """Return an IANA time zone."""
    try:
        return timezones.checked(said.strip())
    except timezones.NoZoneError as error:
        raise WrongAnswerError(str(error)) from None


def languages(said: str) -> str:
    """Return language codes joined by commas, the default first."""
    codes = list(dict.fromkeys(one for one in re.split(r"[,\s]+", said.strip()) if one))
    for code in codes:
        try:
            Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            message = f"“{code}” is no language code. Write codes such as en, de."
            raise WrongAnswerError(message) from None
    if BASE not in codes:
        message = (
            f"The shipped texts are in {BASE}, with {', '.join(TRANSLATIONS)} beside it: name {BASE} and any others, "
            "the default first."
        )
        raise WrongAnswerError(message)
    return ", ".join(codes)


def _page_of(brand: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]", "", brand)
    return name if PAGE_NAME.fullmatch(name) else slug(brand).replace("_", "") + "page"


def _domain(known: Answers) -> str:
    return known["contact"].rpartition("@")[2]


QUESTIONS = (
    Question(name="brand", asked="Brand (the name people know)", checked=text),
    Question(name="bot", asked="Name of the bot", checked=text, default=lambda _: SHIPPED["bot"]),
    Question(name="company", asked="Company (legal name)", checked=text),
    Question(name="address", asked="Postal address (stands in every mail)", checked=text),
    Question(name="contact", asked="Contact address (its domain sends the mail)", checked=mail),
    Question(name="website", asked="Website", checked=link, default=lambda known: f"https://{_domain(known)}"),
    Question(
        name="privacy_url", asked="Privacy page", checked=link, default=lambda known: f"{known['website']}/privacy"
    ),
    Question(
        name="page_username",
        asked="Page name in m.me links",
        checked=page,
        default=lambda known: _page_of(known["brand"]),
    ),
    Question(
        name="provider",
        asked="Who delivers the mail (named in the consent text)",
        checked=text,
        default=lambda known: known["company"],
    ),
    Question(name="sender_name", asked="Sender of the mails", checked=text, default=lambda known: known["brand"]),
    Question(
        name="sender_email",
        asked="Sender's address",
        checked=mail,
        default=lambda known: f"letters@letters.{_domain(known)}",
    ),
    Question(
        name="languages",
        asked="Languages (the first is the default)",
        checked=languages,
        default=lambda _: ", ".join((BASE, *TRANSLATIONS)),
    ),
    Question(name="topic", asked="What people subscribe to", checked=text, default=lambda _: "The Weekly"),
    Question(name="timezone", asked="Time zone", checked=zone, default=lambda _: SHIPPED["timezone"]),
)
"""In the order asked; a default may use the answers before it."""
