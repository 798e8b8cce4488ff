"""Ready-made flows over real HTTP and SMTP: what they promise in the chat arrives."""

import asyncio
from datetime import datetime, timedelta

from icalendar import Calendar

from tests.support.running_service import LOOK_SECONDS, PATIENCE_SECONDS, Town

MIA, BEN = "1001", "1002"
MAIL, BENS = "mia@example.com", "ben@example.com"
SALES, HOSTS = "trade@amseltea.example", "tastings@amseltea.example"


async def test_a_download_needs_a_code_once_and_no_subscription(amsel: Town) -> None:
    """The code proves the address, and the checklist follows; next time it comes at once.  Nothing else ever does."""
    await amsel.say(MIA, "checklist")
    await amsel.say(MIA, "send it")
    await amsel.say(MIA, MAIL)
    await amsel.say(MIA, await amsel.code(MAIL))
    checklist = await amsel.mail(MAIL, "Your brewing checklist")
    assert "/brewing-checklist.pdf" in checklist.html
    assert checklist.message["List-Unsubscribe"] is None
    await amsel.say(MIA, "not now")
    await amsel.say(MIA, "checklist")
    await amsel.say(MIA, "send it")
    await amsel.until(lambda: len(amsel.mails(MAIL)) == 3, "the checklist again")
    await amsel.pass_time(timedelta(days=40))
    record = await amsel.record(MIA)
    assert (len(amsel.mails(MAIL)), dict(record.consents), dict(record.runs)) == (3, {}, {})


async def test_two_people_get_two_codes(amsel: Town) -> None:
    """Each code of a pool is given once, and to the same person the same again."""
    await amsel.say(MIA, "offer")
    await amsel.say(BEN, "offer")
    await amsel.until(lambda: len(amsel.texts(MIA)) > 3 and len(amsel.texts(BEN)) > 3, "both codes")
    mine, bens = [(await amsel.record(one)).codes["hello_cup"] for one in (MIA, BEN)]
    assert mine != bens
    assert mine in amsel.texts(MIA)
    assert bens in amsel.texts(BEN)
    await amsel.say(MIA, "offer")
    await amsel.until(lambda: amsel.texts(MIA).count(mine) > 1, "the same code again")


async def test_a_reservation_comes_with_its_calendar_file(amsel: Town) -> None:
    """Ticket and appointment go to the guest, a note to the hosts."""
    for said in ("reserve", "Hamburg", "in 3 days at 3 pm", "4", "no phone, please", "yes", BENS):
        await amsel.say(BEN, said)
    await amsel.say(BEN, await amsel.code(BENS))
    ticket = await amsel.mail(BENS, "Your table on")
    [file] = [part for part in ticket.message.walk() if part.get_content_type() == "text/calendar"]
    [event] = Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Tea tasting at Amsel Tea", "Amsel Tea Hamburg")
    kept = str((await amsel.record(BEN)).fields["table_at"])
    assert event.decoded("DTSTART") == datetime.fromisoformat(kept)
    assert "for 4 people" in (await amsel.mail(HOSTS, "table")).text


async def test_a_hot_lead_reaches_sales(amsel: Town) -> None:
    """What was answered stands in the note."""
    for said in ("trade", "café", "60", "own menu", "more than 400 €", "+49 40 66969123"):
        await amsel.say(MIA, said)
    note = await amsel.mail(SALES, "office")
    assert "Place: Café. Drinkers a day: 60." in note.text
    assert "Phone: +494066969123." in note.text


async def test_who_wants_to_be_forgotten_is(amsel: Town) -> None:
    """Asked twice, then nothing is left, and no mail comes any more."""
    await amsel.subscribe(MIA, MAIL)
    mails = len(amsel.mails(MAIL))
    for said in ("settings", "my data", "delete my data", "yes, delete it all"):
        await amsel.say(MIA, said)
    assert amsel.texts(MIA)[-1].startswith("Deleted.")
    store = amsel.demo.doorstep.store
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await store.load(amsel.name(MIA))).record is not None:  # noqa: ASYNC110  the worker has no event for us
            await asyncio.sleep(LOOK_SECONDS)
    await amsel.pass_time(timedelta(days=40))
    assert len(amsel.mails(MAIL)) == mails
