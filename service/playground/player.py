"""What the demo hands to its playground, and the people who are played there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from msgspec import Struct

from domain.keyring import Keyring
from domain.ports import Entropy, Store
from service.engine.clock import MovableClock
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.graph_api import PlatformUser as Profile
from service.stand_ins.smtp_server import Inbox
from service.workspace.publishing.editions import Editions


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServices:
    """The parts of the running demo that the playground uses."""

    store: Store
    keys: Keyring
    clock: MovableClock
    editions: Editions
    entropy: Entropy
    graph: GraphStandIn
    inbox: Inbox
    profiles: dict[str, Profile]
    """By PSID; the mapping that the Graph stand-in reads.  Newcomers are added to it."""
    http: aiohttp.ClientSession
    """For webhooks, product events and scanner visits."""
    url: str
    """Base address of the service's own routes."""
    page: str
    """Page id."""
    app_secret: str
    """Signs the webhooks."""
    api_token: str
    """Bearer token of the events API."""
    folder: Path
    """The workspace that a marketer edits."""


class Player(Struct, frozen=True, kw_only=True):
    """A person who is played.  Kept by :mod:`service.playground.journal`."""

    psid: str
    name: str
    """As the page shows it."""
    email: str
    """What the Messenger profile offers as ``user_email``."""
    language: str = ""
    """The language they began in; empty if they have not begun."""


LOCALES: Mapping[str, str] = {"de": "de_DE", "en": "en_US", "fr": "fr_FR", "es": "es_ES", "it": "it_IT"}
"""Messenger locale of a newcomer, by language."""

NAMELESS = "Someone"
"""Beginning of what the page calls a person without a name."""
NAMES = ("Noah", "Lea", "", "Ada", "Ben", "", "Ida", "Tom")
"""Names of newcomers in turn; empty for one without a profile, as accounts made with a phone number are."""

FIRST_PLAYER = Player(psid="1001", name="Mia", email="mia@example.com")
"""The person who is there at the beginning."""


def make_newcomer(number: int) -> Player:
    """Return the newcomer of this number, counted from 1."""
    # Names repeat after eight newcomers, and get a number then: "Noah 2".
    names_so_far = [NAMES[index % len(NAMES)] or NAMELESS for index in range(number)]
    count = names_so_far.count(names_so_far[-1])
    shown_name = f"{names_so_far[-1]} {count}" if count > 1 else names_so_far[-1]
    email = f"{shown_name.replace(' ', '').lower()}@example.com"
    name = f"{shown_name} (no name)" if names_so_far[-1] == NAMELESS else shown_name
    return Player(psid=str(1001 + number), name=name, email=email)


def profile_of(player: Player, hours: float) -> Profile | None:
    """Return the platform's profile of a player, ``hours`` ahead of UTC; None if they have none."""
    if player.name.startswith(NAMELESS):
        return None
    # The platform gives the time zone as hours from UTC, as they are on that day: in Berlin 1 in winter, 2 in summer.
    return Profile(first_name=player.name.split()[0], locale=LOCALES.get(player.language, "en_US"), timezone=hours)
