"""The brake: a step that sends too much is halted for all processes, and the team is told once."""

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from domain.effects import SendMail
from service.engine.house.stored_values import change_house, load_house
from service.forecast.brake import Brake, load_step_mails
from service.forecast.night_notes import META, ForecastNotes
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON, SHIPPED_CONFIG
from tests.support.sequence_people import CATALOG

HOUR = timedelta(hours=1)
STEP = "tasting_book/come_back"


class Sending:
    """Two processes that send mails of one step, in virtual time."""

    def __init__(self) -> None:
        self.store = MemoryStore(4, server_ms=lambda: 0)
        self.now = NOON
        self.told: list[str] = []
        self.processes = [
            Brake(
                store=self.store,
                clock=lambda: self.now,
                config=lambda: SHIPPED_CONFIG,
                sequences=lambda: CATALOG,
                tell_team=self.tell,
            )
            for _ in range(2)
        ]

    async def tell(self, text: str) -> bool:
        """Keep what the team is told."""
        self.told.append(text)
        return True

    async def forecast(self, number: float) -> None:
        """Have this noted for the day."""
        notes = ForecastNotes(day=NOON.date().isoformat(), edition=1, steps={STEP: number})
        await self.store.save_meta(META, msgspec.msgpack.encode(notes))

    async def send(self, first: int, last: int) -> None:
        """Send to people of these numbers, in turn by one process and the other; both write."""
        sequence, step = STEP.split("/")
        for number in range(first, last):
            mail = SendMail(
                id=f"{number}.{self.now}", template=step, address="a", lane="marketing", language="en",
                queued_at=self.now, sequence=sequence, step=step,
            )  # fmt: skip
            self.processes[number % 2].note_sent(f"person {number}", mail)
        for process in self.processes:
            await process.write_sent()

    async def halted(self) -> list[str]:
        """Return what every process sees."""
        return list((await load_house(self.store)).halted)


async def test_a_surge_is_halted_and_told_once() -> None:
    """More than three times the forecast of the day in an hour, counted over both processes; then go lets it go."""
    sending = Sending()
    await sending.forecast(50)
    await sending.send(0, 100)
    sending.now += HOUR / 2
    await sending.send(100, 150)
    assert await sending.halted() == []
    await sending.send(150, 152)
    assert await sending.halted() == [STEP]
    await sending.send(152, 160)  # were on their way
    assert len(sending.told) == 1
    assert "it sent 151 mails within an hour; 50 were forecast for the day" in sending.told[0]

    await change_house(sending.store, lambda house: replace(house, halted={}, let_go={STEP: sending.now}))
    await sending.send(160, 300)
    assert await sending.halted() == []


async def test_a_usual_morning_and_a_step_without_forecast_go_on() -> None:
    """A hundred an hour are never too many; what was not known at night is not judged; an hour is forgotten."""
    sending = Sending()
    await sending.send(0, 400)
    await sending.forecast(0)
    sending.now += HOUR
    await sending.send(400, 500)
    assert await sending.halted() == []
    assert (await load_step_mails(sending.store)).count_hour(STEP) == 100
    assert sum((await load_step_mails(sending.store)).days[NOON.date().isoformat()].values()) == 500
    await sending.send(500, 501)
    assert await sending.halted() == [STEP]


async def test_one_person_twice_is_halted() -> None:
    """Within an hour, by whichever process; a day later it is another pass."""
    sending = Sending()
    await sending.send(1, 2)
    sending.now += 25 * HOUR
    await sending.send(1, 2)
    assert await sending.halted() == []
    sending.now += HOUR / 4
    await sending.send(1, 2)
    assert await sending.halted() == [STEP]
    assert "it sent one person two mails within an hour" in sending.told[0]
