"""Mails that waited through a pause of days come by day and with their distance, in the running service."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.ports import MARKETING
from service.demo.compose import copy_shipped_workspace
from service.runtime.store_watch.lane_pauses import LanePause, pause_lane, resume_lane
from tests.support.running_service import RunningService, run_service

ADDRESS = "mia@example.com"
SEQUENCE = """sequence: notes
topic: friday_leaf
start: cup.noted
steps:
  first: {send: winter_teas}
  days: {wait: 2 days}
  second: {send: welcome}
"""


async def move_to(running: RunningService, hour: int) -> datetime:
    """Move the clock to the next such hour in Berlin, where Mia is."""
    clock = running.demo.doorstep.clock
    local = clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    ahead = (hour - local.hour - 1) % 24 + 1
    await clock.move_ahead(timedelta(hours=ahead) - timedelta(minutes=local.minute))
    assert running.demo.doorstep.worker
    running.demo.doorstep.worker.poll_soon()
    return clock.now()


async def test_what_waited_through_a_pause_comes_by_day_and_a_day_apart(tmp_path: Path) -> None:
    """Two mails wait for four days; the lane is let go at night; one comes in the morning, the other a day later."""
    copy_shipped_workspace(tmp_path / "workspace")
    for file in (tmp_path / "workspace" / "sequences").iterdir():
        file.unlink()
    (tmp_path / "workspace" / "sequences" / "notes.yaml").write_text(SEQUENCE, "utf-8")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep

        def arrived() -> int:
            return len(running.received_mails(ADDRESS)) - 1  # the confirmation

        await running.get_started("1001")
        await running.send_text("1001", "yes")
        await running.send_text("1001", ADDRESS)
        await running.send_text("1001", await running.wait_for_code(ADDRESS))
        await pause_lane(doorstep.store, MARKETING, LanePause(reason="a look", since=doorstep.clock.now()))
        await running.wait_until(doorstep.watch.list_alarms, "the pause")
        await running.post_product_event(ADDRESS, "cup.noted")
        name = running.subscriber_name("1001")
        for _ in range(4):
            await move_to(running, 12)
        while await doorstep.store.count_waiting(MARKETING, name) < 2:
            await move_to(running, 12)

        night = await move_to(running, 23)
        await resume_lane(doorstep.store, MARKETING)
        await running.wait_until(lambda: not doorstep.watch.list_alarms(), "the end of the pause")
        at_night = arrived()
        morning = await move_to(running, 9)
        await running.wait_until(lambda: arrived() == 1, "the first mail")
        same_day = arrived()
        await move_to(running, 10)
        next_day = await move_to(running, 9)
        await running.wait_until(lambda: arrived() == 2, "the second mail")

    assert (at_night, same_day) == (0, 1)
    times = [mail.received_at for mail in running.received_mails(ADDRESS)[1:]]
    assert night < morning <= times[0] < times[0] + timedelta(hours=20) <= times[1]
    assert next_day <= times[1]
