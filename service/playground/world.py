"""Implements the playground's port on the running demo: acts over its protocols, reads from its store."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import timedelta

from service.playground import journal, link_scanner, mailbox, scripts, thread
from service.playground.actions import PlayerActions
from service.playground.player import DemoServices, Player, make_newcomer
from service.playground.ports import UnknownPersonError
from service.playground.read_person import StoredPersonReader
from service.playground.views import (
    DueView,
    EventAnswerView,
    MailView,
    PersonView,
    ScanView,
    ScriptFileView,
    ScriptView,
    StateView,
)
from service.stand_ins.graph_page import WINDOW
from service.stand_ins.smtp_server import ReceivedMail
from service.workspace.edition import read_files

LOOK_SECONDS = 0.2
"""Interval at which changes are looked for while a page is open."""
LIVE_SECONDS = 10.0
"""How long a saved file is waited for until it is live; the page goes on then in any case."""
SAVE_SECONDS = 1.0
"""Interval at which the playground's own memory is saved if it has changed."""


class DemoWorld:
    """Implements :class:`service.playground.ports.PlaygroundWorld` on a running demo."""

    def __init__(self, demo: DemoServices, remembered: journal.Journal) -> None:
        """Go on from what was remembered; call :func:`open_world` instead."""
        self._demo = demo
        self._players = {player.psid: player for player in remembered.players}
        self._entries = list(remembered.said)
        self._actions = PlayerActions(demo=demo)
        self._reader = StoredPersonReader(demo=demo)
        self._edits = 0  # counts saves, so that the page notices one that left the edition as it was
        self._last_saved = ""
        # The profiles of stand-ins are not kept; those who have begun get theirs again.
        for player in remembered.players:
            if player.language:
                self._actions.introduce_player(player, player.language)
        # The platform's stand-in keeps no windows over a restart: what people wrote last opens them again.
        windows = demo.graph.pages[demo.page].windows
        windows |= {entry.psid: entry.at + WINDOW for entry in remembered.said if not entry.team}
        demo.editions.listeners.append(self._note_edit)

    @property
    def players(self) -> tuple[Player, ...]:
        """Everybody who is played, the first one first."""
        return tuple(self._players.values())

    def _note_edit(self) -> None:
        """Note which file was saved: the newest of those that were read or have findings."""
        editions = self._demo.editions
        self._edits += 1
        files = {*editions.current.files, *(finding.file for finding in editions.findings)}
        self._last_saved = scripts.saved_last(self._demo.folder, files)

    def _find_player(self, psid: str) -> Player:
        if not psid:  # the page asks without one when it is opened
            return next(iter(self._players.values()))
        try:
            return self._players[psid]
        except KeyError:
            raise UnknownPersonError from None

    async def read_state(self, psid: str) -> StateView:
        """Return all that the page shows of a person."""
        player, demo, edition = self._find_player(psid), self._demo, self._demo.editions.current
        snapshot = await self._reader.read_person(player)
        config, book = edition.config, edition.rules.flows
        sent, received = demo.graph.messages_to(player.psid), demo.inbox.received
        entries = [entry for entry in self._entries if entry.psid == player.psid]
        person = self._person_view(player, snapshot.language)
        return StateView(
            now=demo.clock.now(),
            moved_seconds=int(demo.clock.offset.total_seconds()),
            timezone=config.timezone, brand=config.brand, bot=config.bot, page=config.page_username,
            people=tuple(self._person_view(player, player.language) for player in self.players),
            person=person,
            asks=scripts.asked_kind(book, snapshot.standing),
            opening=scripts.opening_file(book),
            doors=scripts.list_language_entries(book, config), starts=scripts.list_starts(book, config),
            breakers=scripts.list_ice_breakers(config),
            chat=thread.build_thread(entries, sent, player.email, self._persona_names()),
            typing=thread.is_typing(sent),
            mails=mailbox.list_heads(received, snapshot.addresses),
            team=mailbox.list_heads(received, self._team_addresses()),
            knows=snapshot.knows,
            due=await self._next_due(player),
            actions=self._actions.list_actions(player, snapshot.proven),
            edition=edition.hash,
            script=f"{edition.hash}:{self._edits}",
            problems=scripts.list_problems(demo.editions.findings, self._last_saved),
            lit=scripts.find_lit_lines(edition, snapshot.standing, snapshot.runs, player.name, person.language),
        )  # fmt: skip

    def _person_view(self, player: Player, language: str) -> PersonView:
        started = bool(player.language)
        spoken = language or player.language or self._demo.editions.current.config.default_language
        return PersonView(psid=player.psid, name=player.name, language=spoken, started=started)

    def _persona_names(self) -> dict[str, str]:
        """Return the names of the personas who speak, by id."""
        return {
            name: str(persona["name"]) for name, persona in self._demo.graph.pages[self._demo.page].personas.items()
        }

    def _team_addresses(self) -> frozenset[str]:
        """Return the addresses of the team's mailboxes."""
        return frozenset(box.email.casefold() for box in self._demo.editions.current.config.team.values())

    async def _next_due(self, player: Player) -> DueView | None:
        return await self._reader.find_next_due(player, self.players)

    async def read_mail(self, psid: str, mail: str) -> MailView | None:
        """Return one mail of the person's inbox, or of the team's; None if there is none by this id."""
        snapshot = await self._reader.read_person(self._find_player(psid))
        return mailbox.find_mail(self._demo.inbox.received, snapshot.addresses | self._team_addresses(), mail)

    async def read_script(self) -> ScriptView:
        """Return the files as they are saved."""
        # Read again from disk: the running edition has the last text without errors, the page shows what was saved.
        files, _ = await asyncio.to_thread(read_files, self._demo.folder)
        files_with_errors = {finding.file for finding in self._demo.editions.findings if finding.severity == "error"}
        shown = [
            ScriptFileView(path=path, text=files[path], running=path not in files_with_errors)
            for path in scripts.in_order(files)
        ]
        return ScriptView(folder=str(self._demo.folder), files=tuple(shown))

    async def save_file(self, path: str, text: str, before: str) -> None:
        """Save a file of the workspace, and wait until the watcher of the folder has made it live, or found errors."""
        edits = self._edits
        await asyncio.to_thread(scripts.save_file, self._demo.folder, path, text, before)
        if text == before:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIVE_SECONDS):
                while self._edits == edits:  # noqa: ASYNC110  the watcher tells listeners, not waiters
                    await asyncio.sleep(LOOK_SECONDS)

    async def add_newcomer(self) -> str:
        """Add a new person."""
        player = make_newcomer(len(self._players))
        self._players[player.psid] = player
        return player.psid

    async def get_started(self, psid: str, language: str) -> None:
        """Begin the chat by the link or word of this language."""
        edition = self._demo.editions.current
        entries = scripts.list_language_entries(edition.rules.flows, edition.config)
        entry = next((entry for entry in entries if entry.language == language), entries[0])
        player = self._ensure_started(self._find_player(psid), entry.language)
        self._entries.append(await self._actions.get_started(player, entry))

    async def follow_link(self, psid: str, ref: str, language: str) -> None:
        """Come by a link or an ad."""
        was_here = bool(self._find_player(psid).language)
        player = self._ensure_started(self._find_player(psid), language)
        self._entries.append(await self._actions.follow_link(player, ref, newcomer=not was_here))

    async def type_text(self, psid: str, text: str, language: str) -> None:
        """Type a message."""
        player = self._ensure_started(self._find_player(psid), language)
        self._entries.append(await self._actions.type_text(player, text))

    async def send_photo(self, psid: str) -> None:
        """Send a picture."""
        player = self._ensure_started(self._find_player(psid), "")
        self._entries.append(await self._actions.send_photo(player))

    async def answer_as_team(self, psid: str, text: str) -> None:
        """Write as the team."""
        self._entries.append(await self._actions.answer_as_team(self._find_player(psid), text))

    async def hand_back(self, psid: str) -> None:
        """Give the conversation back to the bot."""
        await self._actions.hand_back(self._find_player(psid))

    async def tap_choice(self, psid: str, *, title: str, payload: str, postback: bool, language: str) -> None:
        """Tap a quick reply, a template button or an ice breaker."""
        player = self._ensure_started(self._find_player(psid), language)
        self._entries.append(await self._actions.tap_choice(player, title, payload, postback=postback))

    def _ensure_started(self, player: Player, language: str) -> Player:
        if player.language:
            return player  # the language is chosen once, by the first thing a newcomer does
        config = self._demo.editions.current.config
        spoken = language if language in config.languages else config.default_language
        started = self._players[player.psid] = self._actions.introduce_player(player, spoken)
        return started

    async def move_clock(self, ahead: timedelta) -> None:
        """Move business time ahead."""
        await self._demo.clock.move_ahead(ahead)

    async def move_to_next(self, psid: str) -> None:
        """Move business time to this person's next due moment, else to the next of any person."""
        due = await self._next_due(self._find_player(psid))
        now = self._demo.clock.now()
        if due and due.at > now:
            await self._demo.clock.move_ahead(due.at - now)

    async def post_event(self, psid: str, event: str) -> EventAnswerView:
        """Report a product event of this person to the events API."""
        player = self._find_player(psid)
        snapshot = await self._reader.read_person(player)
        return await self._actions.post_event(player, event, snapshot.proven)

    async def scan_links(self, psid: str) -> ScanView:
        """Visit every link in this person's mails, and compare what is stored before and after."""
        player, demo = self._find_player(psid), self._demo
        snapshot = await self._reader.read_person(player)
        received: list[ReceivedMail] = mailbox.sent_to(demo.inbox.received, snapshot.addresses)
        links = link_scanner.list_links(received)
        # Only links to this demo are visited; links to other sites are counted and left alone.
        own = [link for link in links if link.startswith(f"{demo.url}/")]
        before = await self._reader.fingerprint_stored(player)
        visits = await link_scanner.visit_links(demo.http, own)
        after = await self._reader.fingerprint_stored(player)
        changed = tuple(name for name, value in before.items() if after[name] != value)
        return ScanView(links=len(own), visits=visits, elsewhere=len(links) - len(own), changed=changed)

    async def watch_changes(self) -> AsyncIterator[None]:
        """Yield at once, and whenever something that the page shows has changed."""
        # The first mark is taken before the first yield: what changes while the page fetches its state differs from it,
        # and is reported again.
        last = await self._change_mark()
        yield
        while True:
            await asyncio.sleep(LOOK_SECONDS)  # stand-ins and store have no common event to wait for
            mark = await self._change_mark()
            if mark != last:
                last = mark
                yield

    async def _change_mark(self) -> Hashable:
        demo = self._demo
        received = demo.inbox.received[-1].number if demo.inbox.received else 0
        people = [await self._reader.change_mark(player) for player in self._players.values()]
        return (
            len(demo.graph.sent), len(self._entries), received, demo.clock.offset, demo.editions.current.hash,
            self._edits, tuple(people),
        )  # fmt: skip

    async def save_periodically(self) -> None:
        """Save whenever something has changed, until cancelled."""
        last: Hashable = None
        while True:
            sent, received = len(self._demo.graph.sent), len(self._demo.inbox.received)
            # Everything here only grows or is replaced, so lengths are enough to notice a change.
            mark = (tuple(self._players.values()), len(self._entries), sent, received)
            if mark != last:
                await self.save_now()
                last = mark
            await asyncio.sleep(SAVE_SECONDS)

    async def save_now(self) -> None:
        """Save the players, their chats and their mails."""
        demo = self._demo
        await journal.save_journal(
            demo.store, demo.graph, demo.inbox, players=self._players.values(), entries=self._entries
        )


@asynccontextmanager
async def open_world(demo: DemoServices) -> AsyncIterator[DemoWorld]:
    """Open the playground where it was left; save it again on leaving."""
    kept = await journal.read_journal(demo.store, demo.graph, demo.inbox)
    world = DemoWorld(demo, kept)
    task = asyncio.create_task(world.save_periodically())
    try:
        yield world
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await world.save_now()  # what came after the last periodic save
