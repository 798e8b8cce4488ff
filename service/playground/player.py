"""What the demo hands to its playground, and who is played there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from msgspec import Struct

from domain.keyring import Keyring
from domain.ports import Entropy, Store
from service.engine.clock import MovableClock
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.graph_api import Person as Profile
from service.stand_ins.smtp_server import Inbox
from service.workspace.publishing.editions import Editions


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The running demo, as far as the playground needs it."""

    store: Store
    keys: Keyring
    clock: MovableClock
    editions: Editions
    entropy: Entropy
    graph: GraphStandIn
    inbox: Inbox
    profiles: dict[str, Profile]
    """By PSID; the same mapping that the Graph stand-in reads.  Newcomers are added to it."""
    http: aiohttp.ClientSession
    """For webhooks, product events and scanner visits."""
    url: str
    """Base of the service's own routes."""
    page: str
    """Page id."""
    app_secret: str
    """Signs the webhooks."""
    api_token: str
    """Bearer token of the events API."""
    folder: Path
    """The workspace a marketer edits."""


class Player(Struct, frozen=True, kw_only=True):
    """Somebody who is played."""

    psid: str
    name: str
    """As the page shows it."""
    email: str
    """What the Messenger profile offers as ``user_email``."""
    language: str = ""
    """The door they came by; empty: not yet here."""


LOCALES: Mapping[str, str] = {"de": "de_DE", "en": "en_US", "fr": "fr_FR", "es": "es_ES", "it": "it_IT"}
"""Messenger locale of a newcomer by language."""

NAMELESS = "Someone"
"""Begins what the page calls somebody without a name."""
NAMES = ("Noah", "Lea", "", "Ada", "Ben", "", "Ida", "Tom")
"""Newcomers in turn; without a name: phone accounts have no profile."""

FIRST = Player(psid="1001", name="Mia", email="mia@example.com")
"""Who is there at the beginning."""


def newcomer(number: int) -> Player:
    """Return the newcomer of this number, counted from 1."""
    called = [NAMES[one % len(NAMES)] or NAMELESS for one in range(number)]
    again = called.count(called[-1])
    shown = f"{called[-1]} {again}" if again > 1 else called[-1]
    email = f"{shown.replace(' ', '').lower()}@example.com"
    name = f"{shown} (no name)" if called[-1] == NAMELESS else shown
    return Player(psid=str(1001 + number), name=name, email=email)


def profile_of(player: Player) -> Profile | None:
    """Return what the platform tells of a player; None for one without a profile."""
    if player.name.startswith(NAMELESS):
        return None
    return Profile(first_name=player.name.split()[0], locale=LOCALES.get(player.language, "en_US"), timezone=1)
