"""A mail that waits at the gate is explained, and goes as soon as what holds it ends; over the store and SMTP."""

from datetime import timedelta
from pathlib import Path

from domain.event_types.holds import MailHeld
from domain.ports import MARKETING
from service.cli.explain import explain_stored
from service.engine.build_commit import decode_line
from service.reports.held_mails import Pauses, read_held_mails
from service.runtime.store_watch.lane_pauses import LanePause, pause_lane, resume_lane
from tests.support.running_service import run_service

MIA, ADDRESS = "1001", "mia@example.com"
NIGHT = "until the quiet hours are over"


async def test_a_welcome_that_waits_is_explained_and_goes_with_the_end_of_the_pause(tmp_path: Path) -> None:
    """The lane's pause first, since it holds everybody; without one, what was noted of this mail."""
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        store, keys, clock = doorstep.store, doorstep.keys, doorstep.clock
        await pause_lane(store, MARKETING, LanePause(reason="a look at the figures", since=clock.now()))
        await running.wait_until(lambda: doorstep.watch.is_paused(MARKETING), "the pause in this process")
        await running.get_started(MIA)
        for text in ("yes", ADDRESS):
            await running.send_text(MIA, text)
        await running.send_text(MIA, await running.wait_for_code(ADDRESS))
        record = await running.load_record(MIA)
        [paused] = [mail for one in (await explain_stored(store, keys, record.id))[0] for mail in one.held]

        [line] = [line for line in await store.sends_of(record.id) if line.status == "queued"]
        event = MailHeld(id="held:1", at=clock.now(), send_id=line.id, template="welcome", reason=NIGHT)
        await doorstep.transact(record.id, (event, event))
        history = [decode_line(raw) for raw in await store.history(record.id, last=100)]
        [noted] = await read_held_mails(
            store, keys, record, history,
            catalog=doorstep.editions.current.rules.sequences, pauses=Pauses(lanes={}, issues={}),
        )  # fmt: skip

        await resume_lane(store, MARKETING)
        await running.wait_for_mail(ADDRESS, "Welcome")
        await running.pass_time(timedelta(0))
        later = [mail for one in (await explain_stored(store, keys, record.id))[0] for mail in one.held]

    assert (paused.template, paused.place) == ("welcome", "tasting_book/welcome")
    assert paused.why.startswith("marketing mail is paused since ")
    assert paused.why.endswith(": a look at the figures")
    assert (noted.why, noted.since) == (NIGHT, paused.since)
    assert [reason.text for line in history for reason in line.reasons if reason.room == "mail"] == [
        f"welcome waits to leave: {NIGHT}"
    ]
    assert later == []
