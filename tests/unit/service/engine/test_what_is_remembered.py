"""What a process remembers of records and of time is asked again where it may have become wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from domain import record as records
from domain.events import Unsubscribed
from domain.ports import Commit, Loaded, StoreAwayError
from service.engine import transact as transact_module
from service.engine.stop_notes import StopNotes
from service.engine.transact import MOST_LATE_ROUNDS, Transactor
from store.stop_file import Stop, StopFile
from tests.support.people import NOON, TOPIC, confirmed_subscriber
from tests.support.shipped_workspace import IDENTITY, MIA, typed_message
from tests.support.transactors import MoodyStore, TransactorBench


async def tell(transact: Transactor, number: int, text: str) -> None:
    """Let Mia say something."""
    await transact(MIA, (typed_message(number, text),), IDENTITY)


async def test_nothing_is_decided_on_a_record_that_the_store_has_lost() -> None:
    """A store that lost its end counts the same versions again: what was remembered of the lost ones is dropped."""
    bench = TransactorBench()
    ours, other = bench.make_transactor(), bench.make_transactor()
    await tell(ours, 1, "hello")
    data = bench.store._data_of(MIA)
    lost_end = data.records[MIA]
    await tell(ours, 2, "newsletter")
    data.records[MIA] = lost_end
    bench.store.meetings += 1
    await tell(other, 3, "help")
    assert data.records[MIA][0] == lost_end[0] + 1  # the version that ours remembers, and another record

    with patch.object(Transactor, "_load_record", autospec=True, side_effect=Transactor._load_record) as load:
        await tell(ours, 4, "yes")

    assert load.call_count == 1
    assert data.records[MIA][0] == lost_end[0] + 2


async def test_a_clock_that_jumps_while_a_record_is_loaded_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is looked at where it is read, and not only when the call begins."""
    bench, fault = TransactorBench(), [""]
    transact = bench.make_transactor()
    transact.fault = lambda: fault[0]
    real = MoodyStore.load

    async def load(self: MoodyStore, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        fault[0] = "the clock of this machine is 576,000 minutes ahead of the store's"
        return await real(self, subscriber, event_ids)

    monkeypatch.setattr(MoodyStore, "load", load)
    with pytest.raises(StoreAwayError, match="ahead"):
        await tell(transact, 1, "hello")

    assert bench.store.commits == []


async def test_a_clock_that_jumps_while_a_rule_fails_parks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be decided is not kept at a wrong time either: it comes again."""
    bench, fault = TransactorBench(), [""]
    transact = bench.make_transactor()
    transact.fault = lambda: fault[0]

    def fail(*_: object) -> None:
        fault[0] = "the clock of this machine is 576,000 minutes ahead of the store's"
        message = "a rule is broken"
        raise ValueError(message)

    monkeypatch.setattr(transact_module, "decide_events", fail)
    with pytest.raises(StoreAwayError, match="ahead"):
        await tell(transact, 1, "hello")

    assert bench.store.commits == []


async def test_a_record_of_an_earlier_meeting_is_loaded_again() -> None:
    """A decision whose connection was lost under it is made again on what the store has now."""
    bench = TransactorBench()
    transact = bench.make_transactor()
    await tell(transact, 1, "hello")
    decided: list[int] = []
    real = transact._decide_or_quarantine

    async def decide(*given: object) -> object:
        decided.append(1)
        bench.store.meetings += len(decided) == 1
        return await real(*given)  # type: ignore[arg-type]  # handed on as it came

    with patch.object(Transactor, "_decide_or_quarantine", lambda _self, *given: decide(*given)):
        await tell(transact, 2, "help")

    assert len(decided) == 2
    assert len(bench.store.commits) == 2


@dataclass
class SlowStops(StopFile):
    """A file of stops; while it is written, the process stands still for this long each time."""

    bench: TransactorBench
    spans: list[timedelta]
    noted: list[datetime] = field(default_factory=list)

    def add_stops(self, stops: Sequence[Stop]) -> None:
        """Let time pass."""
        self.noted += [stop.at for stop in stops]
        if self.spans:
            self.bench.now += self.spans.pop(0)


async def withdraw_slowly(*spans: timedelta) -> tuple[TransactorBench, SlowStops]:
    """Let somebody withdraw while the note of it takes so long."""
    bench = TransactorBench()
    reader = confirmed_subscriber()
    await bench.store.commit(Commit(subscriber=reader.id, version=0, record=records.encode(reader)))
    transact, file = bench.make_transactor(), SlowStops(bench, list(spans))
    transact.stops = StopNotes(file=file, clock=lambda: bench.now)
    await transact(reader.id, (Unsubscribed(id="u1", at=bench.now, topic=TOPIC, via="one-click"),))
    return bench, file


async def test_a_withdrawal_is_dated_when_it_counts() -> None:
    """A process stood still for days between deciding and writing, and others mailed: it decides anew."""
    bench, file = await withdraw_slowly(timedelta(days=4))
    record = await bench.load_record(confirmed_subscriber().id)

    assert record.consents[TOPIC].withdrawn_at == record.last_event_at == NOON + timedelta(days=4)
    assert file.noted == [NOON, NOON + timedelta(days=4)]


async def test_a_disk_that_is_always_slow_keeps_nobody_in() -> None:
    """Whoever withdraws does not wait until somebody has mended the disk."""
    bench, file = await withdraw_slowly(*[timedelta(minutes=2)] * 100)
    record = await bench.load_record(confirmed_subscriber().id)

    assert record.consents[TOPIC].status == "withdrawn"
    assert len(file.noted) == MOST_LATE_ROUNDS + 1


async def test_a_note_that_takes_seconds_is_no_stand_still() -> None:
    """It is decided once."""
    bench, file = await withdraw_slowly(timedelta(seconds=20))

    assert file.noted == [NOON]
    assert len(bench.store.commits) == 2
