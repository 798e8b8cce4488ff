"""Settings: read once from ``DOORSTEP_*`` or ``.env``, and cast.  All wrong ones are refused together, by name."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, NoDecode, SettingsConfigDict

from domain.keyring import SHORTEST_SECRET
from domain.ports import StoreSettingsError
from email_out.transports.base import MailSettingsError
from email_out.transports.open_transport import check_mail_url
from language.findings import find_nearest
from service.runtime.settings_file import FAULT_TEXTS, Lmtp, list_unreadable_lines
from store.address import read_address

PREFIX = "DOORSTEP_"
FILE = ".env"
TEST_PREFIX = f"{PREFIX}TEST_"
"""Prefix of variables for test runs; they are not settings."""
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
"""Hosts on the same machine, which need no https."""
JSON_EXAMPLE = """'{"1234": "EAAG…"}'"""
PLACEHOLDERS = re.compile(r"<[^<>]*>|…|^from step \d$|://user:password@|://key:secret@api")
"""What README and :data:`NEEDED` write where a value of one's own belongs."""
SHELL_MARKS = ("$(", "`")
"""Signs of a command that a shell would run; a settings file runs none."""


class SettingsError(Exception):
    """A setting is missing or wrong.  The message names each such setting, and says what to set."""


class Settings(BaseSettings):
    """All settings; see ``docs/settings.md``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = Field(default="127.0.0.1", description="Where to listen.")
    port: int = Field(default=8080, ge=0, le=65535, description="Where to listen; 0 takes a free one.")
    public_url: str = Field(default="", description="Base of every link in mails.")
    store_url: str = Field(default="", description="Valkey or Redis, also as a cluster; empty: embedded under DATA.")
    data: Path = Field(default=Path("var/store"), description="Folder of the embedded store.")
    archive_days: int = Field(default=400, ge=1, description="Days that old history is kept under DATA.")
    stops: Path | None = Field(default=None, description="Folder of what people stopped; empty: stops, under DATA.")
    workspace: Path | None = Field(default=None, description="Folder with doorstep.yaml.")
    secret: str = Field(default="", description="Key of signed links and keyed hashes, 32 bytes or more.")
    older_secrets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Earlier values of SECRET whose links still work, comma-separated, newest first."
    )
    messenger_app_secret: str = Field(default="", description="App secret of the Meta app.")
    messenger_app_id: str = Field(
        default="", description="App ID of the Meta app: for the doctor, deletion requests, and who wrote in a thread."
    )
    messenger_verify_token: str = Field(default="", description="Verify token of the webhook.")
    messenger_page_tokens: Annotated[dict[str, str], NoDecode] = Field(
        default={}, description='JSON, page id → token, such as {"1234": "EAAG…"}.'
    )
    messenger_page_secrets: Annotated[dict[str, str], NoDecode] = Field(
        default={}, description="JSON, page id → app secret, for Pages of another Meta app than the others."
    )
    messenger_texts_a_second: int = Field(
        default=250, ge=1, description="Texts a second for each Page, all processes together; the platform allows 300."
    )
    graph_url: str = Field(default="https://graph.facebook.com", description="Base of the Graph API.")
    graph_version: str = Field(default="25.0", pattern=r"^\d+\.\d+$", description="Version of the Graph API.")
    mail_url: str = Field(
        default="", description="smtp://user:password@host:587, smtps://… or mailjet://key:secret@api.mailjet.com."
    )
    mail_transactional_url: str = Field(default="", description="Overrides MAIL_URL for transactional mail.")
    mail_marketing_url: str = Field(default="", description="Overrides MAIL_URL for marketing mail.")
    lmtp: Lmtp = Field(
        default="", description="Where bounces are handed over: 127.0.0.1:2424, or the path of a socket."
    )
    mailjet_events: str = Field(default="", description="user:password with which Mailjet posts to /feedback/mailjet.")
    mailjet_keys: str = Field(default="", description="More Mailjet keys to erase people at: URLs by spaces.")
    dkim_keys: str = Field(default="", description="Folder of the keys that sign mail: doorstep mail keys make.")
    lease_seconds: int = Field(
        default=60,
        ge=2,
        description="Seconds that a delivery stays with its worker at most; a dead one's go on within 5.",
    )
    accept_loss: bool = Field(default=False, description="Start on a store that may lose data; for a laptop.")
    clock: Literal["", "machine", "store"] = Field(default="", description="Whose clock is right while they differ.")
    api_token: str = Field(default="", description="Bearer token of the events API.")

    @field_validator("messenger_page_tokens", "messenger_page_secrets", mode="before")
    @classmethod
    def _read_by_page(cls, value: Any) -> Any:  # noqa: ANN401  whatever the environment holds
        if not isinstance(value, str):  # handed in by code, for example by the demo
            return value
        try:
            tokens = json.loads(value or "{}")
        except json.JSONDecodeError as error:
            # The position helps to find the fault; the text itself must not be shown, as it holds tokens.
            message = f"is no JSON (at character {error.pos + 1}), such as {JSON_EXAMPLE}"
            raise ValueError(message) from None
        if not isinstance(tokens, dict) or not all(isinstance(token, str) and token for token in tokens.values()):
            message = f"is no JSON object of page id and text, such as {JSON_EXAMPLE}"
            raise ValueError(message)
        if not all(page.isascii() and page.isdigit() for page in tokens):
            message = f"must name each Page by its id, a number (Page settings → About), such as {JSON_EXAMPLE}"
            raise ValueError(message)
        return tokens

    @field_validator("older_secrets", mode="before")
    @classmethod
    def _read_older_secrets(cls, value: Any) -> Any:  # noqa: ANN401  whatever the environment holds
        return (
            tuple(secret.strip() for secret in value.split(",") if secret.strip()) if isinstance(value, str) else value
        )

    @field_validator("store_url")
    @classmethod
    def _check_store_url(cls, value: str) -> str:
        if value:
            try:
                read_address(value)
            except StoreSettingsError as error:
                raise ValueError(str(error).removeprefix("DOORSTEP_STORE_URL ")) from None
        return value

    @field_validator("public_url", "graph_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            message = "must be a URL such as https://doorstep.example.com"
            raise ValueError(message)
        return value.rstrip("/")  # so that paths can simply be appended

    @field_validator("messenger_app_id")
    @classmethod
    def _check_app_id(cls, value: str) -> str:
        if value and not (value.isascii() and value.isdigit()):
            message = "must be a number: App settings → Basic → App ID"
            raise ValueError(message)
        return value

    @field_validator("secret", "older_secrets")
    @classmethod
    def _check_length(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for secret in (value,) if isinstance(value, str) else value:
            if secret and len(secret.encode()) < SHORTEST_SECRET:
                held = "has" if isinstance(value, str) else "has a secret of"
                message = f"{held} {len(secret.encode())} bytes; {SHORTEST_SECRET} are needed"
                raise ValueError(message)
        return value

    @field_validator("mail_url", "mail_transactional_url", "mail_marketing_url", "mailjet_keys")
    @classmethod
    def _check_mail_url(cls, value: str, info: ValidationInfo) -> str:
        try:
            for url in value.split() if info.field_name == "mailjet_keys" else filter(None, [value]):
                check_mail_url(url, way_out=info.field_name != "mail_marketing_url")
        except MailSettingsError as error:
            raise ValueError(str(error).removeprefix("the mail URL ")) from None
        except ValueError:  # its text quotes the URL
            message = "must be smtp://user:password@host:587"
            raise ValueError(message) from None
        return value

    def app_secret_for(self, page: str) -> str:
        """Return the secret of the Meta app that this Page belongs to."""
        return self.messenger_page_secrets.get(page, self.messenger_app_secret)

    def mail_url_for(self, lane: str) -> str:
        """Return the mail server's URL of a lane (``transactional`` or ``marketing``); the first may name a way out."""
        if lane == "transactional":
            return self.mail_transactional_url or self.mail_url
        return " ".join((self.mail_marketing_url or self.mail_url).split()[:1])


NEEDED = {
    "public_url": "the https address people reach this service at",
    "workspace": "the folder with your doorstep.yaml; doorstep init my-brand makes one",
    "secret": "32 random bytes or more: openssl rand -hex 32",
    "messenger_app_secret": "App settings → Basic → App secret",
    "messenger_verify_token": "any long random word, given to Meta too when the webhook is set",
    "messenger_page_tokens": 'JSON, page id → Page access token: {"1234": "EAAG…"}',
    "mail_url": "smtp://user:password@host:587",
    "api_token": "a long random word your product sends as bearer token",
}
"""Settings that ``run`` requires, and where each comes from."""

SHORTEST_TOKENS = {"messenger_verify_token": 16, "api_token": 16, "mailjet_events": 24}
"""Characters that ``run`` requires, so that a token cannot be guessed."""


def read_settings(*, needed: bool = True, **overrides: Any) -> Settings:  # noqa: ANN401  each field casts its own
    """Return the settings; with ``needed``, also check what ``run`` requires.

    Raises :class:`SettingsError` naming every wrong setting, without its value.
    """
    # DOORSTEP_SECRET=$(openssl rand -hex 32) works in a shell, but in .env the secret would be this very text.
    given = read_raw() | overrides
    faults = {
        name: f"holds {'`$(…)`' if '$(' in value else 'backticks'} itself: {FILE} runs no commands. "
        "Put the command's output there"
        for name, value in given.items()
        if name in Settings.model_fields and isinstance(value, str) and any(mark in value for mark in SHELL_MARKS)
    }
    faults |= {
        name: "holds the example of the guide. Put your own value there"
        for name, value in given.items()
        if name in Settings.model_fields and isinstance(value, str) and PLACEHOLDERS.search(value)
    }
    settings = None
    # pydantic reports all fields at once, so that a first start needs one round of corrections, not eight.
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        for fault in error.errors():
            text = _plain_fault(fault["type"], fault["msg"], fault.get("ctx", {}))
            faults.setdefault(str(fault["loc"][0]), text)
    if needed:
        # If casting failed there is no Settings object; the raw values still tell which settings are missing.
        have = settings.model_dump() if settings else given
        sound = {name: value for name, value in have.items() if name not in faults}
        faults |= _weak_faults(sound) | {
            name: fault for name, fault in _missing_faults(have, *NEEDED).items() if name not in faults
        }
    # In the order of the fields, which is that of docs/settings.md.
    lines = [_fault_line(name, faults[name]) for name in Settings.model_fields if name in faults]
    if needed:
        lines += unknown_names()
    if lines or settings is None:
        raise SettingsError("\n".join(lines))
    return settings


def read_raw() -> dict[str, str]:
    """Return the values of environment and ``.env``, by lower-case name without the prefix.  Raises SettingsError."""
    try:
        text = Path(FILE).read_text("utf-8") if Path(FILE).is_file() else ""
        # A line that cannot be read would be skipped, and its setting be missing without a word.
        unreadable = list_unreadable_lines(text, FILE, setting_names())
        if unreadable:
            raise SettingsError("\n".join(unreadable))
        sources = (DotEnvSettingsSource(Settings), EnvSettingsSource(Settings))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{FILE} cannot be read ({type(error).__name__}); save it as UTF-8 text"
        raise SettingsError(message) from None
    both = {name.upper(): value for source in sources for name, value in source.env_vars.items() if value}
    return {name.removeprefix(PREFIX).lower(): value for name, value in both.items() if name.startswith(PREFIX)}


def setting_names() -> set[str]:
    """Return the full names of all settings."""
    return {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def unknown_names() -> list[str]:
    """Return a sentence for each ``DOORSTEP_*`` name that is not a setting."""
    names = sorted({f"{PREFIX}{name.upper()}" for name in read_raw()} - setting_names())
    return [
        f"{name} is no setting." + (f" Did you mean {PREFIX}{close.upper()}?" if close else "")
        for name in names
        if not name.startswith(TEST_PREFIX)
        for close in (find_nearest(name.removeprefix(PREFIX), Settings.model_fields),)
    ]


def require_settings(settings: Settings, *names: str) -> None:
    """Check that these settings are set.  Raises :class:`SettingsError` naming each that is missing."""
    absent = _missing_faults(settings.model_dump(), *names)
    if absent:
        raise SettingsError("\n".join(_fault_line(name, fault) for name, fault in absent.items()))


def _missing_faults(have: Mapping[str, Any], *names: str) -> dict[str, str]:
    # MAIL_URL may be left out if both lanes have a URL of their own.
    lanes = have.get("mail_transactional_url") and have.get("mail_marketing_url")
    return {
        name: f"is missing: {NEEDED[name]}"
        for name in names
        if not have.get(name) and not (name == "mail_url" and lanes)
    }


def _weak_faults(have: Mapping[str, Any]) -> dict[str, str]:
    """Return the faults of settings that would do for a local test, but not on the internet."""
    faults = {
        name: f"has {len(have[name])} characters; {least} are needed: openssl rand -hex 16"
        for name, least in SHORTEST_TOKENS.items()
        if have.get(name) and len(have[name]) < least
    }
    url = str(have.get("public_url", ""))
    if url.startswith("http://") and urlsplit(url).hostname not in LOCAL_HOSTS:
        faults["public_url"] = "must begin with https://: codes and consent travel over it"
    return faults


def _plain_fault(kind: str, message: str, context: Mapping[str, Any]) -> str:
    return FAULT_TEXTS[kind].format(**context) if kind in FAULT_TEXTS else message.removeprefix("Value error, ")


def _fault_line(name: str, fault: str) -> str:
    colon = "" if fault.startswith(("has ", "holds ", "is ")) else ":"
    dot = "" if fault.startswith("is missing") else "."
    return f"{PREFIX}{name.upper()}{colon} {fault}{dot}"
