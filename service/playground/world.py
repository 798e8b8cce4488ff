"""The world behind the page: the running demo, spoken to over its own protocols, read from its own store."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import timedelta

from service.playground import journal, link_scanner, mailbox, scripts, thread
from service.playground.actions import Acting
from service.playground.player import Player, Stage, newcomer
from service.playground.ports import UnknownPersonError
from service.playground.read_person import Reading
from service.playground.views import Due, Mail, Person, Scan, Script, ScriptFile, State, Told
from service.stand_ins.graph_page import WINDOW
from service.stand_ins.smtp_server import Received
from service.workspace.edition import read_files

LOOK_S = 0.2
"""How often the world is looked at while somebody watches."""
KEEP_S = 1.0
"""How often it is remembered when it has changed."""


class DemoWorld:
    """Implements :class:`service.playground.ports.World` on a running demo."""

    def __init__(self, stage: Stage, kept: journal.Journal) -> None:
        """Go on from what was remembered; use :func:`opened`."""
        self._stage = stage
        self._players = {one.psid: one for one in kept.players}
        self._said = list(kept.said)
        self._acting = Acting(stage=stage)
        self._reading = Reading(stage=stage)
        self._files = 0
        self._saved = ""
        for one in kept.players:
            if one.language:
                self._acting.introduced(one, one.language)
        windows = stage.graph.pages[stage.page].windows
        windows |= {said.psid: said.at + WINDOW for said in kept.said if not said.team}
        stage.editions.changed.append(self._edited)

    def _edited(self) -> None:
        """Note which file was saved: of all that could be read or were complained of, the newest."""
        editions = self._stage.editions
        self._files += 1
        files = {*editions.current.files, *(one.file for one in editions.findings)}
        self._saved = scripts.saved_last(self._stage.folder, files)

    def _player(self, psid: str) -> Player:
        if not psid:
            return next(iter(self._players.values()))
        try:
            return self._players[psid]
        except KeyError:
            raise UnknownPersonError from None

    # -- what is shown ----------------------------------------------------------------------------------------
    async def state(self, psid: str) -> State:
        """Return all that is shown of a person."""
        player, stage, edition = self._player(psid), self._stage, self._stage.editions.current
        seen = await self._reading.seen(player)
        config, book = edition.config, edition.rules.flows
        sent, received = stage.graph.thread(player.psid), stage.inbox.received
        said = [one for one in self._said if one.psid == player.psid]
        person = self._person(player, seen.language)
        return State(
            now=stage.clock.now(),
            moved_seconds=int(stage.clock.offset.total_seconds()),
            timezone=config.timezone,
            brand=config.brand, bot=config.bot, page=config.page_username,
            people=tuple(self._person(one, one.language) for one in self._players.values()),
            person=person,
            asks=scripts.asks(book, seen.standing),
            opening=scripts.opening(book),
            doors=scripts.doors(book, config), starts=scripts.starts(book, config), breakers=scripts.breakers(config),
            chat=thread.thread(said, sent, player.email, self._voices()),
            typing=thread.is_typing(sent),
            mails=mailbox.heads(received, seen.addresses),
            team=mailbox.heads(received, self._team()),
            knows=seen.knows,
            due=await self._due(player),
            actions=self._acting.actions(player, seen.proven),
            edition=edition.hash,
            script=f"{edition.hash}:{self._files}",
            problems=scripts.problems(stage.editions.findings, self._saved),
            lit=scripts.lit(edition, seen.standing, seen.runs, player.name, person.language),
        )  # fmt: skip

    def _person(self, player: Player, language: str) -> Person:
        started = bool(player.language)
        spoken = language or player.language or self._stage.editions.current.config.language
        return Person(psid=player.psid, name=player.name, language=spoken, started=started)

    def _voices(self) -> dict[str, str]:
        """Return the names of the personas who speak, by id."""
        return {name: str(one["name"]) for name, one in self._stage.graph.pages[self._stage.page].personas.items()}

    def _team(self) -> frozenset[str]:
        """Return the addresses of the team's mailboxes."""
        return frozenset(one.email.casefold() for one in self._stage.editions.current.config.team.values())

    async def _due(self, player: Player) -> Due | None:
        return await self._reading.next_due(player, tuple(self._players.values()))

    async def mail(self, psid: str, mail: str) -> Mail | None:
        """Return one mail of this person's inbox, or of the team's."""
        seen = await self._reading.seen(self._player(psid))
        return mailbox.mail(self._stage.inbox.received, seen.addresses | self._team(), mail)

    async def script(self) -> Script:
        """Return the files as they are saved."""
        files, _ = await asyncio.to_thread(read_files, self._stage.folder)
        wrong = {one.file for one in self._stage.editions.findings if one.severity == "error"}
        shown = [ScriptFile(path=path, text=files[path], running=path not in wrong) for path in scripts.in_order(files)]
        return Script(folder=str(self._stage.folder), files=tuple(shown))

    # -- what is done -----------------------------------------------------------------------------------------
    async def arrive(self) -> str:
        """Let a new person come."""
        player = newcomer(len(self._players))
        self._players[player.psid] = player
        return player.psid

    async def get_started(self, psid: str, language: str) -> None:
        """Come in by this language's door."""
        edition = self._stage.editions.current
        doors = scripts.doors(edition.rules.flows, edition.config)
        door = next((one for one in doors if one.language == language), doors[0])
        player = self._started(self._player(psid), door.language)
        self._said.append(await self._acting.come(player, door))

    async def follow(self, psid: str, ref: str, language: str) -> None:
        """Come by a link or an ad."""
        known = bool(self._player(psid).language)
        player = self._started(self._player(psid), language)
        self._said.append(await self._acting.follow(player, ref, newcomer=not known))

    async def say(self, psid: str, text: str, language: str) -> None:
        """Type a message."""
        player = self._started(self._player(psid), language)
        self._said.append(await self._acting.say(player, text))

    async def send_photo(self, psid: str) -> None:
        """Send a picture."""
        player = self._started(self._player(psid), "")
        self._said.append(await self._acting.send_photo(player))

    async def answer(self, psid: str, text: str) -> None:
        """Write as the team."""
        self._said.append(await self._acting.answer(self._player(psid), text))

    async def hand_back(self, psid: str) -> None:
        """Give the conversation back to the bot."""
        await self._acting.hand_back(self._player(psid))

    async def tap(self, psid: str, *, title: str, payload: str, postback: bool, language: str) -> None:
        """Tap a quick reply, a template button or an ice breaker."""
        player = self._started(self._player(psid), language)
        self._said.append(await self._acting.tap(player, title, payload, postback=postback))

    def _started(self, player: Player, language: str) -> Player:
        if player.language:
            return player
        config = self._stage.editions.current.config
        spoken = language if language in config.languages else config.language
        started = self._players[player.psid] = self._acting.introduced(player, spoken)
        return started

    async def move(self, ahead: timedelta) -> None:
        """Move business time ahead."""
        await self._stage.clock.move(ahead)

    async def move_to_next(self, psid: str) -> None:
        """Move business time to the nearest due moment, this person's before anybody's."""
        due = await self._due(self._player(psid))
        now = self._stage.clock.now()
        if due and due.at > now:
            await self._stage.clock.move(due.at - now)

    async def post_event(self, psid: str, event: str) -> Told:
        """Tell the events API."""
        player = self._player(psid)
        seen = await self._reading.seen(player)
        return await self._acting.post_event(player, event, seen.proven)

    async def scan(self, psid: str) -> Scan:
        """Visit every link of this person's mails, and compare what is stored."""
        player, stage = self._player(psid), self._stage
        seen = await self._reading.seen(player)
        mine: list[Received] = mailbox.sent_to(stage.inbox.received, seen.addresses)
        links = link_scanner.links(mine)
        own = [link for link in links if link.startswith(f"{stage.url}/")]
        before = await self._reading.fingerprints(player)
        visits = await link_scanner.visit(stage.http, own)
        after = await self._reading.fingerprints(player)
        changed = tuple(name for name, value in before.items() if after[name] != value)
        return Scan(links=len(own), visits=visits, elsewhere=len(links) - len(own), changed=changed)

    # -- what has changed -------------------------------------------------------------------------------------
    async def changes(self) -> AsyncIterator[None]:
        """Yield at once, and whenever something shown has changed; looks while somebody listens.

        The first look comes before the first word: what changes while the page asks for its state is told again.
        """
        last = await self._mark()
        yield
        while True:
            await asyncio.sleep(LOOK_S)
            mark = await self._mark()
            if mark != last:
                last = mark
                yield

    async def _mark(self) -> Hashable:
        stage = self._stage
        received = stage.inbox.received[-1].number if stage.inbox.received else 0
        people = [await self._reading.mark(one) for one in self._players.values()]
        return (
            len(stage.graph.sent), len(self._said), received, stage.clock.offset, stage.editions.current.hash,
            self._files, tuple(people),
        )  # fmt: skip

    async def remember(self) -> None:
        """Keep everything in the store while it changes, until cancelled."""
        last: Hashable = None
        while True:
            sent, received = len(self._stage.graph.sent), len(self._stage.inbox.received)
            mark = (tuple(self._players.values()), len(self._said), sent, received)
            if mark != last:
                await self.keep()
                last = mark
            await asyncio.sleep(KEEP_S)

    async def keep(self) -> None:
        """Keep everything as it is now."""
        stage = self._stage
        await journal.keep(stage.store, stage.graph, stage.inbox, players=self._players.values(), said=self._said)


@asynccontextmanager
async def opened(stage: Stage) -> AsyncIterator[DemoWorld]:
    """Open the world where it was left; on leaving, remember it."""
    kept = await journal.fetch(stage.store, stage.graph, stage.inbox)
    world = DemoWorld(stage, kept)
    task = asyncio.create_task(world.remember())
    try:
        yield world
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await world.keep()
