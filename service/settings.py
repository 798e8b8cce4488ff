"""Settings: read once from ``DOORSTEP_*`` or ``.env``, cast, and refused by name."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DOORSTEP_"
SHIPPED = Path(__file__).parent / "library"


class SettingsError(Exception):
    """A setting is missing or cannot be used.  The message names each and says what to set."""


class Settings(BaseSettings):
    """All settings; see ``docs/settings.md``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="Where to listen.")
    port: int = Field(default=8080, ge=0, le=65535, description="Where to listen; 0 takes a free one.")
    public_url: str = Field(default="", description="Base of every link in mails.")
    store_url: str = Field(default="", description="Valkey or Redis; empty: embedded under DATA.")
    data: Path = Field(default=Path("var/store"), description="Folder of the embedded store.")
    workspace: Path | None = Field(default=None, description="Folder with doorstep.yaml; empty: the shipped one.")
    secret: str = Field(default="", description="Key of signed links and keyed hashes, 32 bytes or more.")
    older_secrets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Earlier values of SECRET whose links still work, comma-separated, newest first."
    )
    messenger_app_secret: str = Field(default="", description="App secret of the Meta app.")
    messenger_verify_token: str = Field(default="", description="Verify token of the webhook.")
    messenger_page_tokens: Annotated[dict[str, str], NoDecode] = Field(
        default={}, description='JSON, page id → token, such as {"1234": "EAAG…"}.'
    )
    graph_url: str = Field(default="https://graph.facebook.com", description="Base of the Graph API.")
    graph_version: str = Field(default="25.0", description="Version of the Graph API.")
    mail_url: str = Field(default="", description="smtp://user:password@host:587 or smtps://…")
    mail_transactional_url: str = Field(default="", description="Overrides MAIL_URL for transactional mail.")
    mail_marketing_url: str = Field(default="", description="Overrides MAIL_URL for marketing mail.")
    lease_seconds: int = Field(
        default=60, ge=2, description="Seconds a delivery stays with its worker; a dead worker's go on after them."
    )
    api_token: str = Field(default="", description="Bearer token of the events API.")

    @field_validator("messenger_page_tokens", mode="before")
    @classmethod
    def _read_tokens(cls, value: Any) -> Any:  # noqa: ANN401  whatever the environment holds
        if not isinstance(value, str):
            return value
        try:
            tokens = json.loads(value or "{}")
        except json.JSONDecodeError as error:
            message = f'is no JSON (at character {error.pos}); expected {{"page id": "token"}}'
            raise ValueError(message) from None
        if not isinstance(tokens, dict):
            message = 'expected a JSON object, such as {"page id": "token"}'
            raise ValueError(message)  # noqa: TRY004  pydantic reports ValueErrors
        return {str(page): token for page, token in tokens.items()}

    @field_validator("older_secrets", mode="before")
    @classmethod
    def _read_ring(cls, value: Any) -> Any:  # noqa: ANN401  whatever the environment holds
        return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value

    @field_validator("public_url", "graph_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            message = "expected a URL such as https://doorstep.example.com"
            raise ValueError(message)
        return value.rstrip("/")

    def mail_for(self, lane: str) -> str:
        """Return the mail server's URL of a lane (``transactional`` or ``marketing``)."""
        own = self.mail_transactional_url if lane == "transactional" else self.mail_marketing_url
        return own or self.mail_url


NEEDED = {
    "public_url": "the https address people reach this service at",
    "secret": "32 random bytes or more: openssl rand -hex 32",
    "messenger_app_secret": "App settings → Basic → App secret",
    "messenger_verify_token": "any long random word, given to Meta too when the webhook is set",
    "messenger_page_tokens": 'JSON, page id → Page access token: {"1234": "EAAG…"}',
    "mail_url": "smtp://user:password@host:587",
    "api_token": "a long random word your product sends as bearer token",
}
"""What ``run`` cannot do without, and where it comes from."""


def read(*, needed: bool = True, **overrides: Any) -> Settings:  # noqa: ANN401  each field casts its own
    """Read the settings; with ``needed``, refuse when one that ``run`` needs is missing.

    Raises :class:`SettingsError` naming every setting that is wrong, without its value.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        lines = [f"{PREFIX}{str(one['loc'][0]).upper()}: {_plain(one['msg'])}" for one in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    missing = [name for name in NEEDED if not getattr(settings, name) and not _given_by_lane(settings, name)]
    if needed and missing:
        raise SettingsError("\n".join(f"{PREFIX}{name.upper()} is missing: {NEEDED[name]}" for name in missing))
    return settings


def _given_by_lane(settings: Settings, name: str) -> bool:
    return name == "mail_url" and bool(settings.mail_transactional_url and settings.mail_marketing_url)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
