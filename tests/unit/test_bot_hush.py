"""What still waits to be sent when somebody of the team begins to speak."""

import pytest

from bot.hush import Hush
from store.memory import MemoryStore
from subscribers import record as records
from subscribers.effects import SendChat
from subscribers.ports import Commit
from subscribers.record import Handover, Identity, Subscriber
from tests.unit.people import NOON


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
        id="mia", identity=Identity(page="1", psid="2"), created_at=NOON, last_event_at=NOON, paused=paused,
        handover=Handover(since=NOON, by="team", chats=4),
    )
    await store.commit(Commit(subscriber="mia", version=0, record=records.encode(mia)))
    assert await Hush(store=store)("mia", SendChat(id=id, to="2", text="Hi")) is silenced


async def test_nobody_is_silenced_who_is_not_known() -> None:
    """Who was erased hears their farewell."""
    assert not await Hush(store=MemoryStore(server_ms=lambda: 0))("mia", SendChat(id="mia.1", to="2", text="Hi"))
