"""Which faults befall an installation, and when: drawn from its seed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.world.loop import do_nothing

if TYPE_CHECKING:
    from tests.simulation.world.process import SimulatedProcess
    from tests.simulation.world.run import Installation

MOST_STEPS_AHEAD = 500
"""A process dies within so many callbacks of its own."""
MOST_STEPS_AMBUSHED = 12
"""The same of one that has just begun an attempt."""
JUMPS_MS = (-400 * 86_400_000, -700_000, -200_000, 200_000, 700_000, 400 * 86_400_000)
"""By how much a machine's clock jumps: further than five minutes, and not."""
STANDSTILLS = (0.5, 2.2, 4.0, 15.0, 15.0, 20.0)
"""Seconds: less than a lease, about one, and longer than others wait for an echo."""
LEAPS = (61.0, 61.0, 1_300.0, 90_000.0, 300_000.0)
"""Seconds in which the whole world stands still, as a suspended machine does: past leases, nudges and days."""


class FaultPlan:
    """The faults of one installation."""

    def __init__(self, installation: "Installation") -> None:
        """Nothing is planned yet."""
        self._world = installation
        self._dice = installation.dice
        self.lasts_until = 0.0
        """When the last fault ends."""
        self._kinds: tuple[Callable[[], None], ...] = (
            self._kill_at_step, self._kill_at_step, self._ambush, self._ambush, self._ambush, self._stop,
            self._stand_still, self._stand_still, self._cut_off, self._cut_off, self._break_connection,
            self._break_connection, self._store_stands_still, self._store_fails_over, self._store_fails_over,
            self._slow_network, self._clock_jumps, self._leap, self._leap,
        )  # fmt: skip

    def draw(self, active: float) -> None:
        """Plan faults for a while."""
        dice, lies = self._dice, self._world.providers.lies
        if dice.random() < 0.8:
            worst = dice.choice((0.02, 0.1, 0.25))
            for name in lies.__slots__:
                if dice.random() < 0.5:
                    setattr(lies, name, dice.random() * worst * (0.2 if name == "refused" else 1))
        for process in self._world.processes.values():
            process.wrong_by_ms = (dice.random() - 0.5) * 2000
        for _ in range(dice.randrange(0, 6)):
            self._world.loop.call_world(dice.random() * active, dice.choice(self._kinds))

    def end(self) -> None:
        """Let all be well."""
        world = self._world
        world.truth.note("-- the faults end")
        world.truth.on_begin = None
        world.providers.lies.end()
        world.server.slow = 1.0
        world.server.catch_up()
        world.server.go_on()
        for process in world.processes.values():
            process.link.cut = False
            process.trap = (0, do_nothing)
            process.wrong_by_ms = 0.0
            world.loop.let_go(process)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        self.lasts_until = max(self.lasts_until, self._world.loop.now + seconds)
        self._world.loop.call_world(self._world.loop.now + seconds, work)

    def _choose(self) -> "SimulatedProcess | None":
        living = [process for process in self._world.processes.values() if not process.is_over]
        return self._dice.choice(living) if living else None

    def _kill_at_step(self) -> None:
        if process := self._choose():
            self._set_trap(process, MOST_STEPS_AHEAD, self._kill)

    def _set_trap(self, process: "SimulatedProcess", most: int, befall: "Callable[[SimulatedProcess], None]") -> None:
        process.trap = process.steps + 1 + int(self._dice.random() * most), lambda: befall(process)

    def _kill(self, process: "SimulatedProcess") -> None:
        self._world.truth.inject("kill at an await", f"{process.name}, step {process.steps}")
        process.kill()

    def _freeze(self, process: "SimulatedProcess") -> None:
        self._world.truth.inject("process stands still", process.name)
        self._world.loop.freeze(process)
        self._later(self._dice.choice(STANDSTILLS), lambda: self._world.loop.let_go(process))

    def _ambush(self) -> None:
        """Wait for the next attempt at a message or mail: right then, its process is killed or stands still."""
        befall = self._kill if self._dice.random() < 0.4 else self._freeze

        def strike(name: str) -> None:
            self._world.truth.on_begin = None
            process = next((one for one in self._world.processes.values() if one.name == name), None)
            if process:
                self._set_trap(process, MOST_STEPS_AMBUSHED, befall)

        self._world.truth.on_begin = strike

    def _stop(self) -> None:
        if process := self._choose():
            self._world.truth.inject("SIGTERM", process.name)
            process.stop()

    def _stand_still(self) -> None:
        if process := self._choose():
            self._freeze(process)

    def _cut_off(self) -> None:
        if process := self._choose():
            self._world.truth.inject("process cut off from the store", process.name)
            process.link.cut = True
            self._later(0.2 + self._dice.random() * 6, lambda: setattr(process.link, "cut", False))

    def _break_connection(self) -> None:
        if process := self._choose():
            self._world.truth.inject("connection to the store lost", process.name)
            process.link.break_connection()

    def _store_stands_still(self) -> None:
        self._world.truth.inject("store stands still")
        self._world.server.stand_still()
        self._later(0.3 + self._dice.random() * 5, self._world.server.go_on)

    def _store_fails_over(self) -> None:
        server, truth = self._world.server, self._world.truth
        truth.inject("replica falls behind")
        server.fall_behind()
        lag = self._dice.random() * 1.5
        if self._dice.random() < 0.3:
            self._later(lag, server.catch_up)
            return

        def fail_over() -> None:
            lost = server.fail_over()
            if lost is None:
                return
            truth.inject("failover that loses the unreplicated tail" + ("" if server.waits else ", replicas=0"))
            if not server.waits:
                truth.lost_at = self._world.loop.now

        self._later(lag, fail_over)

    def _slow_network(self) -> None:
        self._world.truth.inject("slow network")
        self._world.server.slow = 20.0
        self._later(1.5, lambda: setattr(self._world.server, "slow", 1.0))

    def _clock_jumps(self) -> None:
        if process := self._choose():
            jump = self._dice.choice(JUMPS_MS)
            self._world.truth.inject("clock jumps", f"{process.name} by {jump / 60_000:.0f} minutes")
            process.wrong_by_ms += jump
            self._later(0.5 + self._dice.random() * 5, lambda: setattr(process, "wrong_by_ms", 0.0))

    def _leap(self) -> None:
        seconds = self._dice.choice(LEAPS)
        self._world.truth.inject("everything stands still", f"for {seconds:.0f} s")
        self._world.leap(seconds)
