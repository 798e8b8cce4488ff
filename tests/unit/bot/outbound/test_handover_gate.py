"""The handover gate: queued messages are stopped once an agent has joined the conversation."""

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
async def test_a_message_decided_before_the_handover_is_not_sent(id: str, paused: bool, silenced: bool) -> None:  # noqa: A002, FBT001  as parametrised
    """The number in its id tells; later messages are sent, and all are once the bot has the thread again."""
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
    result = await HandoverGate(store=store)("mia", SendChat(id=id, to="2", text="Hi"))
    assert result.silenced is silenced


async def test_messages_to_an_erased_person_are_sent() -> None:
    """The confirmation of their erasure is among them."""
    result = await HandoverGate(store=MemoryStore(server_ms=lambda: 0))("mia", SendChat(id="mia.1", to="2", text="Hi"))
    assert result == OPEN


MIA = Subscriber(id="mia", identity=Identity(page="1", psid="2"), created_at=NOON, last_event_at=NOON)
HELD = replace(MIA, paused=True, handover=Handover(since=NOON, by="team", chats=4))


class Cache(dict[str, tuple[Subscriber, int]]):
    """What a process saw last."""

    def enter_meeting(self, meeting: int) -> int:
        """Forget everything at another meeting than the first."""
        if meeting:
            self.clear()
        return meeting

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record and its version."""
        return self.get(subscriber)

    def forget_record(self, subscriber: str) -> None:
        """Drop the record."""
        del self[subscriber]


@pytest.mark.parametrize(
    ("cached", "fresh", "result"),
    [
        (MIA, False, GateResult(silenced=False, version=7)),
        (MIA, True, GateResult(silenced=True, version=1)),
        (HELD, False, GateResult(silenced=True, version=1)),
    ],
    ids=["cached as free", "cached and stale", "cached as held"],
)
async def test_a_cached_record_opens_the_gate_for_its_version_and_never_closes_it(
    cached: Subscriber,
    fresh: bool,  # noqa: FBT001  as parametrised
    result: GateResult,
) -> None:
    """The attempt begins on exactly that version; before a message is dropped, the store is asked."""
    store = MemoryStore(server_ms=lambda: 0)
    await store.commit(Commit(subscriber="mia", version=0, record=records.encode(HELD)))
    cache = Cache({"mia": (cached, 7)})
    gate = HandoverGate(store=store, cache=cache)
    assert await gate("mia", SendChat(id="mia.1", to="2", text="Hi"), fresh=fresh) == result
    assert fresh is not bool(cache)


async def test_what_was_remembered_before_the_store_was_met_anew_opens_nothing() -> None:
    """A store that lost its end counts the same versions again: the remembered one may now be an agent's."""
    store = MemoryStore(server_ms=lambda: 0)
    await store.commit(Commit(subscriber="mia", version=0, record=records.encode(HELD)))
    store.meetings = 1
    gate = HandoverGate(store=store, cache=Cache({"mia": (MIA, 1)}))

    assert await gate("mia", SendChat(id="mia.1", to="2", text="Hi")) == GateResult(silenced=True, version=1, met=1)
