"""Ready-made flows over real HTTP and SMTP: what they promise in the chat arrives."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import LOOK_SECONDS, RunningService

MIA, BEN = "1001", "1002"
MAIL, BENS = "mia@example.com", "ben@example.com"
SALES, HOSTS = "trade@amseltea.example", "tastings@amseltea.example"


async def test_a_download_needs_a_code_once_and_no_subscription(running: RunningService) -> None:
    """The code proves the address, and the checklist follows; next time it comes at once.  Nothing else ever does."""
    await running.send_text(MIA, "checklist")
    await running.send_text(MIA, "send it")
    await running.send_text(MIA, MAIL)
    await running.send_text(MIA, await running.wait_for_code(MAIL))
    checklist = await running.wait_for_mail(MAIL, "Your brewing checklist")
    assert "/brewing-checklist.pdf" in checklist.html_part
    assert checklist.parsed_message["List-Unsubscribe"] is None
    await running.send_text(MIA, "not now")
    await running.send_text(MIA, "checklist")
    await running.send_text(MIA, "send it")
    await running.wait_until(lambda: len(running.received_mails(MAIL)) == 3, "the checklist again")
    await running.pass_time(timedelta(days=40))
    record = await running.load_record(MIA)
    assert (len(running.received_mails(MAIL)), dict(record.consents), dict(record.runs)) == (3, {}, {})


async def test_two_people_get_two_codes(running: RunningService) -> None:
    """Each code of a pool is given once, and to the same person the same again."""
    await running.send_text(MIA, "offer")
    await running.send_text(BEN, "offer")
    await running.wait_until(
        lambda: len(running.received_texts(MIA)) > 3 and len(running.received_texts(BEN)) > 3, "both codes"
    )
    mine, bens = [(await running.load_record(psid)).codes["hello_cup"] for psid in (MIA, BEN)]
    assert mine != bens
    assert mine in running.received_texts(MIA)
    assert bens in running.received_texts(BEN)
    await running.send_text(MIA, "offer")
    await running.wait_until(lambda: running.received_texts(MIA).count(mine) > 1, "the same code again")


async def test_a_reservation_comes_with_its_calendar_file(running: RunningService) -> None:
    """Ticket and appointment go to the guest, a note to the hosts."""
    for said in ("reserve", "Hamburg", "wednesday at 3 pm", "4", "no phone, please", "yes", BENS):
        await running.send_text(BEN, said)
    await running.send_text(BEN, await running.wait_for_code(BENS))
    ticket = await running.wait_for_mail(BENS, "Your table on")
    [file] = [part for part in ticket.parsed_message.walk() if part.get_content_type() == "text/calendar"]
    [event] = Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Tea tasting at Amsel Tea", "Amsel Tea Hamburg")
    kept = str((await running.load_record(BEN)).fields["table_at"])
    assert event.decoded("DTSTART") == datetime.fromisoformat(kept)
    assert "for 4 people" in (await running.wait_for_mail(HOSTS, "table")).text_part


async def _schedule_evenings(running: RunningService, ahead: timedelta) -> None:
    """Let the first evening of the table be so soon, and one a month follow, as somebody would who edits it."""
    editions, table = running.demo.doorstep.editions, running.demo.workspace / "tables" / "evenings.yaml"
    day, before = (running.demo.doorstep.clock.now() + ahead).date(), editions.current.hash
    days = (day + timedelta(days=30 * month) for month in range(60))
    text = await asyncio.to_thread(table.read_text, "utf-8")
    moved = re.sub(r'evening_at: "[\d-]+T', lambda _: f'evening_at: "{next(days)}T', text)
    await asyncio.to_thread(table.write_text, moved, "utf-8")
    await running.wait_until(lambda: editions.current.hash != before, "the new date is live")


async def test_the_last_seats_of_an_evening_go_to_one_of_two(running: RunningService) -> None:
    """Who comes too late is told so, and offered the other dates; the record says what is counted."""
    await _schedule_evenings(running, timedelta(days=9))
    store = running.demo.doorstep.store
    await store.take_seats(
        "evenings frost", "others", wanted=7, capacity=12, request="r", at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    for psid, mail in ((MIA, MAIL), (BEN, BENS)):
        for said in ("evening", "teas against frost", "4", "by mail"):
            await running.send_text(psid, said)
        if psid == MIA:
            await running.wait_until(lambda: "Where shall I send" in running.received_texts(MIA)[-1], "the question")
            await running.send_text(psid, mail)
            await running.send_text(psid, await running.wait_for_code(mail))
            await running.wait_until(lambda: any("You're in!" in one for one in running.received_texts(MIA)), "a seat")
    await running.wait_until(
        lambda: any("has only one seat left" in one for one in running.received_texts(BEN)), "the other dates"
    )
    assert await store.count_seats("evenings frost") == 11
    assert (await running.load_record(MIA)).seats == {"evenings frost": 4}
    await store.return_seats(running.subscriber_name(MIA))
    assert await store.count_seats("evenings frost") == 7


async def test_a_hot_lead_reaches_sales(running: RunningService) -> None:
    """What was answered stands in the note."""
    for said in ("trade", "café", "60", "own menu", "more than 400 €", "+49 40 66969123"):
        await running.send_text(MIA, said)
    note = await running.wait_for_mail(SALES, "office")
    assert "Place: Café. Drinkers a day: 60." in note.text_part
    assert "Phone: +494066969123." in note.text_part


async def test_who_wants_to_be_forgotten_is(running: RunningService) -> None:
    """Asked twice, then nothing is left, and no mail comes any more."""
    await running.subscribe_person(MIA, MAIL)
    await running.wait_for_mail(MAIL, "Welcome")
    mails = len(running.received_mails(MAIL))
    for said in ("settings", "my data", "delete my data", "yes, delete it all"):
        await running.send_text(MIA, said)
    assert running.received_texts(MIA)[-1].startswith("Deleted.")
    store = running.demo.doorstep.store
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await store.load(running.subscriber_name(MIA))).record is not None:  # noqa: ASYNC110  the worker has no event for us
            await asyncio.sleep(LOOK_SECONDS)
    await running.pass_time(timedelta(days=40))
    assert len(running.received_mails(MAIL)) == mails
