"""The two stores beside each other: whatever is done to both, they say the same."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict, replace

from domain.effects import FetchProfile, encode_posted
from domain.ports import MARKETING, TRANSACTIONAL, Claim, Commit, CommitStatus, Posting, Store
from store.valkey.store import open_store
from tests.contract.conftest import PARTITIONS, HandClock, empty
from tests.support.memory_store.store import MemoryStore

LANES = ("chat:1", TRANSACTIONAL, MARKETING)
NAMES = ("mia", "bob")
START = datetime(2026, 6, 15, 8, tzinfo=UTC)
LONG = 10_000_000
TIMES = {"token", "server_ms", "begun_ms", "at_ms", "next_ready_ms", "until_ms"}
"""Fields that differ because the two clocks do."""

postings = st.builds(
    lambda lane, number: Posting(
        lane=lane, item=encode_posted(FetchProfile(id=f"m{number}")), send_id="" if lane == LANES[0] else f"S{number}"
    ),
    st.sampled_from(LANES),
    st.integers(0, 3),
)
small = st.none() | st.integers(0, 3)
PARTS: dict[str, Any] = {
    "ledger": (b"l1", b"l2"),
    "history": (b"g1",),
    "wordings": (("h1", b"one"), ("h2", b"two")),
    "counters": {"n": 2, "m": 1},
    "left_out": (("S1", "late"),),
    "readers": (("leaf", 5), ("tea", -3)),
}
"""Parts of a commit that are there or not."""
steps = st.one_of(
    st.tuples(
        st.just("commit"), st.sampled_from(NAMES), st.booleans(),
        st.lists(st.sampled_from("abcd"), max_size=2, unique=True), st.lists(postings, max_size=3), small,
        small, st.booleans(), st.booleans(), st.integers(0, 2), st.lists(st.sampled_from(("b", "c")), max_size=2),
        st.sets(st.sampled_from(sorted(PARTS))),
    ),
    st.tuples(st.just("swap_edition"), st.booleans()),
    st.tuples(st.just("erase"), st.sampled_from(NAMES)),
    st.tuples(st.just("fill_pool"), st.lists(st.sampled_from("xyz"), max_size=3)),
    st.tuples(st.just("draw_voucher"), st.sampled_from(NAMES)),
    st.tuples(
        st.just("take_seats"), st.sampled_from(NAMES), st.integers(0, 3), st.integers(0, 5), st.sampled_from("abcd"),
        st.integers(0, 3),
    ),
    st.tuples(st.just("return_seats"), st.sampled_from(NAMES)),
    st.tuples(st.just("place_reader"), st.sampled_from(NAMES), st.booleans()),
    st.tuples(st.just("list_readers"), st.sampled_from(NAMES)),
    st.tuples(st.just("claim"), st.sampled_from(LANES), st.sampled_from(NAMES)),
    st.tuples(st.just("poll"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("begin"), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("tell"), st.integers(0, 4)),
    st.tuples(st.just("quarantine"), st.sampled_from(NAMES)),
    st.tuples(st.just("settle"), st.integers(0, 4), st.sampled_from(("sent", "unknown", "failed")), st.booleans()),
    st.tuples(st.just("retry"), st.integers(0, 4), st.booleans(), st.booleans()),
    st.tuples(st.just("confirm_delivery"), st.sampled_from(NAMES), st.integers(0, 3)),
)  # fmt: skip


class Player:
    """Plays steps on one store and remembers the claims it was given."""

    def __init__(self, store: Store) -> None:
        """Start without claims."""
        self.store = store
        self.claims: list[Claim] = []
        self.due: dict[tuple[str, int], tuple[int | None, int | None]] = {}
        """What is due by name and version, as a process remembers what it wrote."""

    def _claim(self, number: int) -> tuple[Claim, str] | None:
        if not self.claims:
            return None
        claim = self.claims[-1 - number % len(self.claims)]
        return claim, "" if claim.lane == LANES[0] else f"S{claim.item[-1:].decode()}"

    def _got(self, *claims: Claim | None) -> object:
        self.claims += [claim for claim in claims if claim]
        return [claim and plain(claim) for claim in claims]

    async def commit(self, name: str, stale: bool, ids: list[str], out: list[Posting], *rest: Any) -> object:  # noqa: FBT001, ANN401  drawn
        """Commit on the present version, or on a stale one."""
        chat, mail, claim, ends_quarantine, edition, lists, parts = rest
        loaded = await self.store.load(name, ids)
        known = self.due.get((name, loaded.version))
        commit = Commit(
            subscriber=name, version=loaded.version + stale, record=b"r", event_ids=tuple(ids), outbox=tuple(out),
            due_chat=chat, due_mail=mail, same_due_chat=known is not None and known[0] == chat,
            same_due_mail=known is not None and known[1] == mail, claim=claim, lease_ms=LONG,
            ends_quarantine=ends_quarantine,
            edition_number=edition, list_entries=tuple((list_name, name.encode()) for list_name in lists),
            **{part: PARTS[part] for part in parts},
        )  # fmt: skip
        done = await self.store.commit(commit)
        if done.status is CommitStatus.COMMITTED:
            self.due[name, commit.next_version] = (chat, mail)
        return plain(loaded), done.status, done.seen, self._got(*done.claims)

    async def swap_edition(self, late: bool) -> object:  # noqa: FBT001  drawn by hypothesis
        """Make the next edition live, or come too late."""
        edition = await self.store.live_edition_number()
        return await self.store.set_live_edition(edition + 1, expected=edition - late, description=b"%d" % edition)

    async def erase(self, name: str) -> None:
        """Forget somebody; versions begin at 1 again here, which the service's own never do."""
        self.due = {key: due for key, due in self.due.items() if key[0] != name}
        await self.store.erase(name)

    async def fill_pool(self, vouchers: list[str]) -> object:
        """Add vouchers."""
        return await self.store.fill_pool("p", vouchers)

    async def draw_voucher(self, name: str) -> object:
        """Draw a voucher."""
        return await self.store.draw_voucher("p", name)

    async def take_seats(self, name: str, wanted: int, capacity: int, request: str, seconds: int) -> object:
        """Ask for seats, anew or again, sooner or later than before."""
        at = START + timedelta(seconds=seconds)
        return await self.store.take_seats("s", name, wanted=wanted, capacity=capacity, request=request, at=at)

    async def place_reader(self, name: str, stale: bool) -> object:  # noqa: FBT001  drawn by hypothesis
        """Write a place, as a walk would that read this version or an older one."""
        version = (await self.store.load(name)).version
        return await self.store.place_reader(name, version=version + stale, readers=(("leaf", 7),))

    async def list_readers(self, name: str) -> object:
        """Return who reads a topic, and a line of somebody's send ledger."""
        readers = await self.store.list_readers(self.store.partition_of(name), "leaf")
        line = await self.store.find_line(name, ("S0", "S1"))
        return readers, await self.store.count_readers("tea", -5, 9), line and plain(line)

    async def return_seats(self, name: str) -> None:
        """Give all seats back."""
        await self.store.return_seats(name)

    async def claim(self, lane: str, name: str) -> object:
        """Claim a head."""
        return self._got(await self.store.claim(lane, name, lease_ms=LONG))

    async def poll(self, name: str, now_ms: int) -> object:
        """Poll a partition."""
        work = await self.store.poll(
            self.store.partition_of(name), now_ms=now_ms, lanes=LANES, most_due=9, most_claims=9, lease_ms=LONG
        )
        claims = sorted(work.claims, key=lambda claim: (claim.lane, claim.subscriber))
        return plain(replace(work, claims=())), work.next_ready_ms is None, self._got(*claims)

    async def begin(self, number: int, judged: bool) -> object:  # noqa: FBT001  drawn by hypothesis
        """Begin with some claim, old or new, on any version or on the first."""
        found = self._claim(number)
        return found and await self.store.begin(found[0], send_id=found[1], version=1 if judged else None)

    async def tell(self, number: int) -> object:
        """Commit what is told of the item of some claim, old or new."""
        found = self._claim(number)
        if not found:
            return None
        name = found[0].subscriber
        version = (await self.store.load(name)).version
        told = await self.store.commit(Commit(subscriber=name, version=version, record=b"told", held=found[0]))
        return told.status

    async def quarantine(self, name: str) -> object:
        """Let deciding raise."""
        return (await self.store.quarantine(name, error="x", delay_ms=LONG)).failures

    async def settle(self, number: int, status: Any, more: bool) -> object:  # noqa: FBT001, ANN401  drawn by hypothesis
        """Settle some claim."""
        found = self._claim(number)
        if not found:
            return None
        ours, following = await self.store.settle(
            found[0], send_id=found[1], status=status, note="n o", lease_ms=LONG if more else 0
        )
        return ours, self._got(following)

    async def retry(self, number: int, keep: bool, counted: bool) -> object:  # noqa: FBT001  drawn by hypothesis
        """Put some claim back at once."""
        found = self._claim(number)
        return found and await self.store.retry(
            found[0], delay_ms=0, send_id=found[1], keep_attempt=keep, counted=counted
        )

    async def confirm_delivery(self, name: str, number: int) -> object:
        """Tell of an echo."""
        return await self.store.confirm_delivery(LANES[0], name, f"m{number}")

    async def whole(self) -> object:
        """Return what both stores must agree on in the end."""
        lines = [
            sorted((line.id, line.status, line.note) for line in await self.store.sends_of(name)) for name in NAMES
        ]
        unknown = {(line.id, line.subscriber) for line in await self.store.sends_with_status("unknown")}
        attempting = {(line.id, line.subscriber) for line in await self.store.sends_with_status("attempting")}
        due = await self.store.next_due("chat"), await self.store.next_due("mail")
        quarantined = [(entry.subscriber, entry.failures) for entry in await self.store.all_quarantined()]
        shared = (
            [sorted(await self.store.list_entries(list_name)) for list_name in ("b", "c")],
            await self.store.count_vouchers("p"),
            await self.store.count_seats("s"),
        )
        live = (
            await self.store.live_edition_number(),
            [await self.store.load_meta(f"live:{number}") for number in range(4)],
        )
        people = (
            [await self.store.load(name, "abcd") for name in NAMES],
            {named_record async for named_record in self.store.all_subscribers()},
        )
        kept = [
            (
                await self.store.consent_ledger(name),
                await self.store.history(name),
                await self.store.consent_wording(name, "h2"),
            )
            for name in NAMES
        ]
        counters = await self.store.day_counters("")
        return lines, unknown, attempting, due, quarantined, shared, live, people, kept, counters


def plain(value: Any) -> Any:  # noqa: ANN401  any answer
    """Return an answer without what differs by the clock."""
    if isinstance(value, Struct):
        return {name: plain(field) for name, field in asdict(value).items() if name not in TIMES}
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items() if name not in TIMES}
    return value


async def play(url: str, script: list[tuple[Any, ...]]) -> None:
    """Do the same on both and compare every answer."""
    await empty(url)
    valkey = await open_store(url, partitions=PARTITIONS, check_value="check")
    players = [Player(MemoryStore(PARTITIONS, server_ms=HandClock())), Player(valkey)]
    for name, *arguments in script:
        memory, server = [await getattr(player, name)(*arguments) for player in players]
        assert memory == server, (name, arguments)
    assert await players[0].whole() == await players[1].whole()
    await valkey.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(steps, min_size=10, max_size=40))
def test_memory_and_server_agree(embedded_url: str, script: list[tuple[Any, ...]]) -> None:
    """Any sequence of commits, claims, attempts and settlements gives the same answers on both stores."""
    asyncio.run(play(embedded_url, script))
