"""Reads and moves everybody at once, on the running demo."""

from zoneinfo import ZoneInfo

from language.conditions.sequence_tests import sequence_of
from service.playground.everybody.outlook import describe_in_crowd, end_of_tomorrow, list_ahead
from service.playground.everybody.pictures import draw_sequence
from service.playground.everybody.views import AheadView, AllToldView, EverybodyView, SequenceView
from service.playground.player import DemoServices
from service.playground.read_person import StoredPersonReader
from service.playground.stored_person import plain_name
from service.playground.world import DemoWorld

TAKEN = 202
"""Status with which the events API takes events."""


class DemoCrowd:
    """Implements :class:`service.playground.everybody.routes.Crowd` beside the world of the page."""

    def __init__(self, demo: DemoServices, world: DemoWorld) -> None:
        """Look at the people of this world."""
        self._demo, self._world = demo, world
        self._reader = StoredPersonReader(demo=demo)

    async def read_everybody(self) -> EverybodyView:
        """See the port."""
        edition = self._demo.editions.current
        until = end_of_tomorrow(self._demo.clock.now(), ZoneInfo(edition.config.timezone))
        people, mails, entered = [], list[AheadView](), set[str]()
        # One after the other: a playground has a handful of people, and a real store is asked for each.
        for player in self._world.players:
            snapshot = await self._reader.read_person(player)
            people.append(describe_in_crowd(player, snapshot.knows))
            record = await self._reader.load_player(player)
            if record:
                context = self._reader.build_context(record)
                entered |= {sequence_of(name) for name in record.runs}
                mails += list_ahead(edition.rules.sequences, record, player, context, until)
        # Those in which something can be seen come first.
        names = sorted(edition.rules.sequences.sequences, key=lambda name: (name not in entered, name))
        return EverybodyView(
            until=until,
            mails=tuple(sorted(mails, key=lambda mail: mail.at)),
            people=tuple(people),
            sequences=tuple(SequenceView(sequence=name, name=plain_name(name)) for name in names),
        )

    async def draw_sequence(self, name: str) -> str:
        """See the port."""
        return await draw_sequence(self._demo, name)

    async def post_event_of_all(self, event: str) -> AllToldView:
        """See the port."""
        # Each by a request of its own, as a product would tell it.
        told = 0
        for player in self._world.players:
            snapshot = await self._reader.read_person(player)
            # The events API knows people by a proven address; of others it would say “unknown person”.
            if snapshot.proven:
                answer = await self._world.post_event(player.psid, event)
                told += answer.status == TAKEN
        return AllToldView(told=told)
