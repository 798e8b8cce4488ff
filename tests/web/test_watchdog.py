"""The watchdog against a deaf bot, on a real Graph stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.graph_api.page_client import MessengerClient, open_session
from bot.inbound.event_kinds import FIELDS
from service.messenger import webhook_gap
from service.messenger.webhook_watchdog import Watchdog
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn
from tests.support.memory_store.store import MemoryStore

PAGE = "12"
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


@dataclass
class Team:
    """What the team was told, and what time it is."""

    now: datetime = MONDAY
    told: list[str] = field(default_factory=list)
    away: bool = False

    async def tell(self, text: str) -> bool:
        """Note a mail, unless the mail server is away."""
        if not self.away:
            self.told.append(text)
        return not self.away


@asynccontextmanager
async def _watching(team: Team) -> AsyncIterator[tuple[Watchdog, GraphStandIn]]:
    graph = GraphStandIn(tokens={PAGE: "token"}, app_secret="app", clock=lambda: team.now)
    store = MemoryStore(4, server_ms=lambda: int(team.now.timestamp() * 1000))
    async with listen_at(graph.build_application(), "127.0.0.1", 0) as url, open_session() as session:
        client = MessengerClient(page=PAGE, token="token", app_secret="app", session=session, graph_url=url)
        await client.subscribe_fields(FIELDS)
        yield Watchdog(store=store, clients={PAGE: client}, now=lambda: team.now, tell_team=team.tell), graph


async def _days(watchdog: Watchdog, team: Team, days: int) -> None:
    for _ in range(days * 8):
        watchdog.note_webhook(PAGE)
        await watchdog.write_times()
        team.now += timedelta(hours=3)


async def test_a_long_silence_is_reported_once() -> None:
    """Nine hours of silence on a Page that hears something every three: one mail; the next silence one more."""
    team = Team()
    async with _watching(team) as (watchdog, _):
        await _days(watchdog, team, 4)
        await watchdog.examine_pages()
        quiet = list(team.told)
        team.now += timedelta(hours=7)
        await watchdog.examine_pages()
        await watchdog.examine_pages()
        once = list(team.told)
        watchdog.note_webhook(PAGE)
        await watchdog.write_times()
        team.now += timedelta(hours=10)
        await watchdog.examine_pages()
    assert quiet == []
    assert [text.splitlines()[0] for text in once] == ["Page 12 may be deaf."]
    assert "10 h 0 min ago; usually the longest silence of a day is 3 h 0 min." in once[0]
    assert len(team.told) == 2


async def test_a_lost_subscription_is_made_again_and_told() -> None:
    """The platform took the app off the Page: it is subscribed to everything again, and the team hears of it."""
    team = Team()
    async with _watching(team) as (watchdog, graph):
        watchdog.note_webhook(PAGE)
        await watchdog.write_times()
        graph.subscribed.clear()
        await watchdog.examine_pages()
        await watchdog.examine_pages()
        assert graph.subscribed[PAGE] == list(FIELDS)
    assert len(team.told) == 1
    assert "It has been subscribed again." in team.told[0]


async def test_a_token_that_is_refused_is_told_every_six_hours() -> None:
    """The platform answers, and refuses: the team hears of it, and is spared it for a while."""
    team = Team()
    async with _watching(team) as (watchdog, graph):
        graph.tokens[PAGE] = "another"
        await watchdog.examine_pages()
        await watchdog.examine_pages()
        team.now += timedelta(hours=6)
        await watchdog.examine_pages()
    assert [text.splitlines()[0] for text in team.told] == ["Page 12 needs a look."] * 2
    assert "code 190" in team.told[0]


async def test_a_subscription_that_is_lost_again_and_again_is_told_every_six_hours() -> None:
    """Whatever takes the app off the Page between two looks floods nobody's mailbox."""
    team = Team()
    async with _watching(team) as (watchdog, graph):
        for _ in range(3):
            graph.subscribed.clear()
            await watchdog.examine_pages()
            await watchdog.examine_pages()
            team.now += timedelta(minutes=10)
        assert len(team.told) == 1
        team.now += timedelta(hours=6)
        graph.subscribed.clear()
        await watchdog.examine_pages()
    assert len(team.told) == 2


async def test_an_alarm_that_could_not_be_mailed_is_mailed_later() -> None:
    """While the mail server is away the silence is not taken for reported."""
    team = Team(away=True)
    async with _watching(team) as (watchdog, _):
        await _days(watchdog, team, 3)
        team.now += timedelta(hours=10)
        await watchdog.examine_pages()
        team.away = False
        await watchdog.examine_pages()
        await watchdog.examine_pages()
    assert [text.splitlines()[0] for text in team.told] == ["Page 12 may be deaf."]


async def test_another_apps_subscription_is_not_taken_for_ours() -> None:
    """A Page that tells somebody else's app everything tells ours nothing."""
    team = Team()
    async with _watching(team) as (watchdog, _):
        watchdog.app_id = "777"
        await watchdog.examine_pages()
    assert "not subscribed to: messages" in team.told[0]


async def test_who_is_not_to_look_does_not() -> None:
    """Of several processes one looks."""
    team = Team()
    async with _watching(team) as (watchdog, graph):
        graph.subscribed.clear()
        watchdog.is_examiner = lambda: False
        await watchdog.examine_pages()
    assert (team.told, graph.subscribed) == ([], {})


async def test_a_flood_of_webhooks_is_written_down_twice_a_minute() -> None:
    """Hearing costs no write; what is kept is the latest."""
    team = Team()
    async with _watching(team) as (watchdog, _):
        for _ in range(100):
            watchdog.note_webhook(PAGE)
            await watchdog.write_times()
            team.now += timedelta(seconds=1)
        kept = webhook_gap.decode_times(await watchdog.store.load_meta(f"heard:{PAGE}"))
    assert kept is not None
    assert kept.last == MONDAY + timedelta(seconds=90)
    assert kept.longest == 30.0
