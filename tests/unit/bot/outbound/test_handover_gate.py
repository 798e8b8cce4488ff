"""What still waits to be sent when somebody of the team begins to speak."""

import pytest
from msgspec.structs import replace

from bot.outbound.handover_gate import OPEN, GateResult, HandoverGate
from domain import record as records
from domain.effects import SendChat
from domain.ports import Commit
from domain.record import Handover, Identity, Subscriber
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON


@pytest.mark.parametrize(
    ("id", "paused", "silenced"),
    [
        ("mia.4", True, True), ("mia.3.here", True, True), ("mia.5", True, False), ("mia.4", False, False),
        ("page|flow||1_2|1_3", True, False), ("notes.4", True, False),
    ],
)  # fmt: skip
async def test_what_was_decided_before_the_team_spoke_is_not_sent(id: str, paused: bool, silenced: bool) -> None:  # noqa: A002, FBT001  as parametrised
    """By the number in its id; what was decided since goes, and so does all once the bot has the thread again."""
    store = MemoryStore(server_ms=lambda: 0)
    mia = Subscriber(
        id="mia",
        identity=Identity(page="1", psid="2"),
        created_at=NOON,
        last_event_at=NOON,
        paused=paused,
        handover=Handover(since=NOON, by="team", chats=4),
    )
    await store.commit(Commit(subscriber="mia", version=0, record=records.encode(mia)))
    heard = await HandoverGate(store=store)("mia", SendChat(id=id, to="2", text="Hi"))
    assert heard.silenced is silenced


async def test_nobody_is_silenced_who_is_not_known() -> None:
    """Who was erased hears their farewell."""
    heard = await HandoverGate(store=MemoryStore(server_ms=lambda: 0))("mia", SendChat(id="mia.1", to="2", text="Hi"))
    assert heard == OPEN


MIA = Subscriber(id="mia", identity=Identity(page="1", psid="2"), created_at=NOON, last_event_at=NOON)
HELD = replace(MIA, paused=True, handover=Handover(since=NOON, by="team", chats=4))


class Cache(dict[str, tuple[Subscriber, int]]):
    """What a process saw last."""

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record and its version."""
        return self.get(subscriber)

    def forget_record(self, subscriber: str) -> None:
        """Drop the record."""
        del self[subscriber]


@pytest.mark.parametrize(
    ("believed", "fresh", "heard"),
    [
        (MIA, False, GateResult(silenced=False, version=7)),
        (MIA, True, GateResult(silenced=True, version=1)),
        (HELD, False, GateResult(silenced=True, version=1)),
    ],
    ids=["believed to be free", "not to be believed", "believed to be held"],
)
async def test_what_is_believed_is_taken_with_its_version_and_never_silences(
    believed: Subscriber,
    fresh: bool,  # noqa: FBT001  as parametrised
    heard: GateResult,
) -> None:
    """The attempt begins on that version alone; before a message is dropped the store is asked."""
    store = MemoryStore(server_ms=lambda: 0)
    await store.commit(Commit(subscriber="mia", version=0, record=records.encode(HELD)))
    cache = Cache({"mia": (believed, 7)})
    gate = HandoverGate(store=store, cache=cache)
    assert await gate("mia", SendChat(id="mia.1", to="2", text="Hi"), fresh=fresh) == heard
    assert fresh is not bool(cache)
