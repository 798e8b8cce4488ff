"""Runs one whole installation from a seed: people, processes, faults; then quiet, and the reckoning.

Everything is drawn from the seed, so a seed that fails fails again, alone, and tells its history.
"""

import random  # noqa: TID251  the seed of a simulation
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import structlog

from service.engine import clock
from service.runtime import delivery
from service.runtime.store_watch import clock_check, lane_pauses
from service.runtime.work_sharing import partition_leases
from tests.simulation.world.faults import FaultPlan
from tests.simulation.world.loop import PROCESS, WORLD, SimulatedLoop, SpinError, bury_tasks
from tests.simulation.world.people import Person
from tests.simulation.world.platform import PAGE, Lies, MailDoor, Providers
from tests.simulation.world.process import KEYS, RememberedStores, Role, SimulatedProcess, World, put_into_world
from tests.simulation.world.store_server import StoreServer
from tests.simulation.world.truth import Truth, WatchedStore

EPOCH_MS = 1_781_510_400_000
"""15 June 2026, 08:00 UTC: a Monday, 10:00 in Berlin."""
LAYOUTS: tuple[tuple[Role, ...], ...] = (
    ("all",),
    ("all", "all"),
    ("web", "worker"),
    ("web", "web", "worker", "worker"),
)
LEAVES = 0.1
"""Part of the seeds in which people unsubscribe while the store is away."""
DAYS = 350_000
"""Seconds after which a sequence goes on by itself: four days and an hour, since it mails by day only."""
RESTS = (6, 14, 35, 75, 150, 400, 900, 2000, 4000, 8000, 16000, 40000, 90000, 90000, 200000, 400000)
"""Seconds that are left out while the queues drain: the longest back-off is some hours."""
QUIET_SECONDS = 2.5
"""Seconds between two looks at what waits."""
TOLD_ANYWAY = frozenset(
    {"chat_message_refused", "page_paused", "store_alarm", "store_lost_its_end", "store_refused", "store_was_away"}
)
"""Errors that a fault explains: a refusal by the platform, a clock that jumped, a store without its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a seed."""

    seed: int
    broken: tuple[str, ...]
    """Promises that were not kept."""
    injected: Mapping[str, int]
    """Faults by kind."""
    history: tuple[str, ...]
    steps: int
    seconds: float
    """Virtual time that passed."""
    cost: Mapping[str, int]
    """What failovers without a replica cost."""
    sent: tuple[int, int]
    """Chat messages and mails that arrived."""


class Draws(list[bytes]):
    """Randomness for the installation, which never ends."""

    def __init__(self, dice: random.Random) -> None:
        """Draw from a seed."""
        super().__init__()
        self._dice = dice

    def pop(self, *_: object) -> bytes:
        """Return 16 bytes."""
        return self._dice.randbytes(16)


class Installation:
    """Everything of one seed."""

    def __init__(self, seed: int, *, keeps_history: bool) -> None:
        """Draw what there is."""
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311  no secret
        self.loop = SimulatedLoop(random.Random(self.dice.random()))  # noqa: S311  no secret
        loop = self.loop
        self.truth = Truth(lambda: loop.now, EPOCH_MS, keeps_history)
        store = WatchedStore(self.truth, self.dice.choice((1, 2)), lambda: EPOCH_MS + int(loop.now * 1000))
        self.server = StoreServer(loop, self.dice, store, waits=self.dice.random() < 0.75)
        self.processes: dict[int, SimulatedProcess] = {}
        self.graveyard: list[SimulatedProcess] = []
        self.known: dict[int, RememberedStores] = {}
        self.providers = Providers(
            loop, self.dice, self.truth, self.server, Lies(), lambda psid: KEYS.subscriber_id(PAGE, psid), self.list_web
        )
        self.providers.mail_settles = self.dice.random() < 0.3
        self.world = World(loop, self.truth, self.server, self.providers)
        self.layout = self.dice.choice(LAYOUTS)
        emails = [f"person{number}@example.com" for number in range(3)]
        if self.dice.random() < 0.2:
            emails[1] = emails[0]  # two accounts with one mailbox
        self.people = [
            Person(number, email, self.dice, self.world, self.dice.choice((0.3, 0.9, 1.0)))
            for number, email in enumerate(emails)
        ]
        self._incarnations = 0

    def list_web(self) -> list[SimulatedProcess]:
        """Return the processes that answer HTTP."""
        return [process for process in self.processes.values() if process.is_up and not process.is_over]

    def change_mind(self, subscriber: str) -> None:
        """Let a person want no mails right when one is decided."""
        for person in self.people:
            if person.id == subscriber and self.dice.random() < 0.5:
                self.loop.call_world(self.loop.now + self.dice.random() * 0.15, person.want_no_mails)

    def start_process(self, place: int) -> None:
        """Start the process of a place, or its successor."""
        earlier = self.processes.get(place)
        if earlier is not None and not earlier.is_over:
            return
        if earlier is not None:
            self.graveyard.append(earlier)
        self._incarnations += 1
        known = self.known.setdefault(place, RememberedStores())
        process = SimulatedProcess(f"p{place}.{self._incarnations}", self.layout[place], self.world, known)
        self.processes[place] = process
        process.start()

    def watch(self) -> None:
        """Do what a supervisor of processes and a TCP stack do: start again what ended, and give up silences."""
        for place, process in tuple(self.processes.items()):
            if process.is_over:
                self.start_process(place)
        self.server.look_after_silence()
        self.loop.call_world(self.loop.now + 0.5, self.watch)

    def run(self) -> None:
        """Live, then drain, then reckon."""
        loop, dice = self.loop, self.dice
        for place in range(len(self.layout)):
            self.start_process(place)
        loop.call_world(0.5, self.watch)
        active = 6 + dice.random() * 8
        for person in self.people:
            at, pace = dice.random() * 3, dice.choice((0.4, 0.6, 1.2))
            while at < active:
                loop.call_world(at, person.act)
                at += pace * (0.7 + dice.random())
        if dice.random() < 0.3:
            self.truth.on_marketing = self.change_mind
        plan = FaultPlan(self)
        plan.draw(active)
        loop.run_until(active)
        loop.run_until(plan.lasts_until)
        plan.end()
        if random.Random(f"{self.seed}/leaves").random() < LEAVES:  # noqa: S311  no secret
            self.leave_amid_fault()
        elif dice.random() < 0.4:
            self.truth.note("days pass")
            self.leap(DAYS)
        self.drain()

    def leave_amid_fault(self) -> None:
        """Let everybody who has a newsletter unsubscribe while no process reaches the store; some die of it.

        Then so much time passes that the next newsletter would come.  Who was answered must not get it.
        """
        self.truth.inject("unsubscribe while the store is away")
        living = self.list_web()
        for process in living:
            process.link.cut = True
        pressing = [person.press_unsubscribe() for person in self.people]
        self.truth.note(f"{sum(pressing)} people press")
        self.loop.run_until(self.loop.now + 0.4)
        for process in living:
            if self.dice.random() < 0.7:
                self.truth.inject("kill at an await", process.name)
                process.kill()
            process.link.cut = False
        self.loop.run_until(self.loop.now + 5)
        self.leap(DAYS)

    def drain(self) -> None:
        """Wait until nothing waits any more."""
        for rest in (*RESTS, 0):
            # One look is not enough: what is posted in its last moment is waited for like everything else, and a mail
            # of a lane that is paused waits, as it should, until somebody has looked.
            if self._is_quiet() and self._is_quiet():
                break
            # Somebody looked what is missing, and lets marketing go on.
            self.server.store._meta.pop(lane_pauses.PAUSES, None)
            self.truth.note(f"{rest} quiet seconds")
            self.leap(rest)
        self.server.store.judge_end()
        for failure in self.loop.failures:
            self.truth.accuse(f"nobody caught an exception: {failure}")

    def _is_quiet(self) -> bool:
        """Let some seconds pass; return whether nothing waits then."""
        self.loop.run_until(self.loop.now + QUIET_SECONDS)
        return not self.server.store.waiting_items() and not self.providers.under_way

    def leap(self, seconds: float) -> None:
        """Let everything stand still; nobody takes that for a silence of the store."""
        self.loop.leap(seconds)
        for link in self.server.links:
            for call in link.waiting:
                call.asked_at += seconds

    def bury(self) -> None:
        """Take everything apart."""
        for process in (*self.graveyard, *self.processes.values()):
            process.bury()
        bury_tasks(WORLD)


def run_seed(seed: int, *, keeps_history: bool = False) -> Outcome:
    """Live one seed."""
    with ExitStack() as stack:
        installation = Installation(seed, keeps_history=keeps_history)
        _patch_machine(stack, installation)
        try:
            installation.run()
        except SpinError as error:
            installation.truth.accuse(f"something spins: {error}")
        except Exception as error:  # noqa: BLE001  whatever it is, the seed has found it
            installation.truth.accuse(f"{type(error).__name__}: {error}")
            installation.truth.note(traceback.format_exc())
        finally:
            broken, history = tuple(installation.truth.broken), tuple(installation.truth.history)
            installation.bury()
    truth = installation.truth
    return Outcome(
        seed=seed,
        broken=broken,
        injected=truth.injected,
        cost=truth.cost,
        history=history,
        steps=installation.loop._steps,
        seconds=installation.loop.now,
        sent=(sum(map(len, truth.chats.values())), sum(map(len, truth.mails.values()))),
    )


def _patch_machine(stack: ExitStack, installation: Installation) -> None:
    """Put the simulated machine under the service: its clocks, its randomness, its mail server, its log."""
    loop = installation.loop
    machine = SimpleNamespace(monotonic=loop.time)

    def machine_ms() -> int:
        process = PROCESS.get(WORLD)
        return process.machine_ms() if isinstance(process, SimulatedProcess) else EPOCH_MS + int(loop.now * 1000)

    def open_transport(*_: object, **__: object) -> MailDoor:
        return MailDoor(installation.providers, PROCESS.get(WORLD).name)

    stack.enter_context(patch.object(partition_leases, "time", machine))
    stack.enter_context(patch.object(clock_check, "time", machine))
    stack.enter_context(patch.object(clock_check, "machine_ms", machine_ms))
    stack.enter_context(patch.object(delivery, "open_transport", open_transport))
    put_into_world(stack)
    stack.enter_context(patch.object(clock, "_unused_draws", Draws(installation.dice)))
    stack.enter_context(_log_into(installation.truth))
    stack.enter_context(patch.object(sys, "unraisablehook", _ignore))


def _ignore(_: object) -> None:
    """Say nothing: a coroutine of a killed process that is collected has no say."""


@contextmanager
def _log_into(truth: Truth) -> Iterator[None]:
    """Note every line of the log; an error that no fault explains breaks a promise."""

    def take_line(_: object, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event = str(line.get("event"))
        if truth.keeps_history:
            truth.note(f"{PROCESS.get(WORLD).name} logs {level} {dict(line)}")
        if level in ("error", "critical") and event not in TOLD_ANYWAY:
            truth.accuse(f"an error was logged: {event} {line.get('error', '')}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[take_line], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


def sum_up(outcomes: list[Outcome]) -> Counter[str]:
    """Return all faults of many seeds."""
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome.injected)
    return total
