"""Sixty reservations across the changes of summer time, by people of five zones: what was said is what is kept.

Real HTTP, SMTP and store.  The platform tells of each guest an offset, as it does, and never a zone.  Thirty reserve
before the changes of spring 2027 (New York 14 March, Berlin 28 March), thirty before those of autumn (Berlin 31
October, New York 7 November), each for a day on one of their three sides, at a shop in Hamburg or in New York.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from icalendar import Calendar

from service.demo.compose import copy_shipped_workspace, run_demo
from service.stand_ins.graph_edges import PlatformUser
from tests.support.running_service import RunningService

FLOW = """\
flow: visit
language: en
start: {words: [visit]}
steps:
  hello:
    say:
      - cards: {from: shops, title: "{{ name }}", buttons: {This one: when}}
      - Which shop?
    else: bye
  when:
    say: When?
    ask: {for: moment, from: tomorrow, to: in 60 days, open: false}
    save: table_at
    else: bye
  known:
    mail: {template: reservation, calendar: {title: A visit, starts: table_at, length: 1 hour, where: There}}
    go: booked
    else: address
  address: {say: Which address?, ask: email, else: bye}
  proof: {say: Type the code., prove: address, go: known, else: bye}
  booked:
    say: "Noted: {{ table_at }}."
    notify: {team: hosts, say: "A visit: {{ table_at }}."}
  remind:
    say: "Today: {{ table_at }}."
    relay: {mail: evening_reminder, at: 2 hours before table_at}
    go: end
  bye: {say: Bye., go: end}
"""
SHOPS = """\
- {id: hamburg, name: Hamburg}
- {id: new_york, name: Manhattan, zone: America/New_York}
"""
PLACES = {"Hamburg": ZoneInfo("Europe/Berlin"), "Manhattan": ZoneInfo("America/New_York")}
GUESTS = {
    "de_DE": ZoneInfo("Europe/Berlin"), "en_GB": ZoneInfo("Europe/London"), "en_US": ZoneInfo("America/New_York"),
    "ja_JP": ZoneInfo("Asia/Tokyo"), "en_IN": ZoneInfo("Asia/Kolkata"),
}  # fmt: skip
SUBJECT = ("Your table on", "Dein Tisch: ")
"""Of the reservation, in English and in German."""
MONTHS = {3: "März", 4: "April", 10: "Oktober", 11: "November", 12: "Dezember"}
SEASONS = {
    datetime(2027, 3, 1, 10, tzinfo=UTC): ("10 March", "13 March", "20 March", "27 March", "29 March", "20 April"),
    datetime(2027, 10, 18, 10, tzinfo=UTC): (
        "25 October", "30 October", "1 November", "6 November", "8 November", "10 December",
    ),
}  # fmt: skip
"""When people write, and the days they come: around each change of a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """One guest, and what they say."""

    number: int
    place: str
    locale: str
    day: str
    time: str

    @property
    def psid(self) -> str:
        """The guest's id."""
        return f"20{self.number:02}"

    @property
    def email(self) -> str:
        """The guest's address."""
        return f"guest{self.number}@example.com"

    @property
    def meant(self) -> datetime:
        """The moment that was said, by the clock of the place."""
        said = datetime.strptime(f"{self.day} 2027 {self.time}", "%d %B %Y %H:%M")  # noqa: DTZ007  the zone follows
        return said.replace(tzinfo=PLACES[self.place])


def list_reservations() -> list[tuple[datetime, list[Reservation]]]:
    """Return sixty reservations by when they are made: every place and guest, every day."""
    numbers = iter(range(100))
    times = ("09:30", "15:00", "19:00", "23:15", "11:00", "00:30")
    return [
        (
            begins,
            [
                Reservation(number=next(numbers), place=place, locale=locale, day=day, time=times[at])
                for at, day in enumerate(days)
                for place, locale in [
                    (place, locale)
                    for row, place in enumerate(PLACES)
                    for column, locale in enumerate(GUESTS)
                    if (at + row + column) % 2 == 0
                ]
            ],
        )
        for begins, days in SEASONS.items()
    ]


async def test_sixty_reservations_are_at_the_time_that_was_said(tmp_path: Path) -> None:
    """Said = kept = chat = calendar file = mail = note to the team = reminder; no guest has to write again for it."""
    workspace = tmp_path / "workspace"
    copy_shipped_workspace(workspace)
    (workspace / "flows/visit.yaml").write_text(FLOW, encoding="utf-8")
    (workspace / "tables/shops.yaml").write_text(SHOPS, encoding="utf-8")
    seasons = list_reservations()
    assert sum(len(reservations) for _, reservations in seasons) == 60
    data, start = tmp_path / "store", seasons[0][0]
    async with (
        run_demo(workspace, host="127.0.0.1", port=0, data=data, start=start) as demo,
        aiohttp.ClientSession() as http,
    ):
        running = RunningService(demo=demo, http=http)
        for begins, reservations in seasons:
            await running.pass_time(max(timedelta(), begins - demo.doorstep.clock.now()))
            for some in (reservations[at : at + 6] for at in range(0, len(reservations), 6)):
                await asyncio.gather(*(reserve(running, one, begins) for one in some))
            wrong = [one for each in reservations for one in await differences(running, each)]
            assert wrong == []
            await running.pass_time(timedelta(days=61))
            reminded = [len(running.received_mails(one.email)) for one in reservations]
            assert reminded == [3] * len(reservations)  # the code, the reservation, the reminder


async def reserve(running: RunningService, guest: Reservation, now: datetime) -> None:
    """Walk through the flow as this guest, whose profile tells the offset of today."""
    offset = now.astimezone(GUESTS[guest.locale]).utcoffset() or timedelta()
    people = running.demo.graph.people
    assert isinstance(people, dict)
    people[guest.psid] = PlatformUser(first_name="Mia", locale=guest.locale, timezone=offset / timedelta(hours=1))
    for said in ("visit", guest.place, f"{guest.meant:%Y-%m-%d %H:%M}", guest.email):
        await running.send_text(guest.psid, said)
    await running.send_text(guest.psid, await running.wait_for_code(guest.email))
    await running.wait_for_mail(guest.email, SUBJECT[guest.locale == "de_DE"])


async def differences(running: RunningService, guest: Reservation) -> list[str]:
    """Return where something else stands than what was said."""
    record = await running.load_record(guest.psid)
    ticket = await running.wait_for_mail(guest.email, SUBJECT[guest.locale == "de_DE"])
    [file] = [part for part in ticket.parsed_message.walk() if part.get_content_type() == "text/calendar"]
    [event] = Calendar.from_ical(file.get_content()).walk("VEVENT")
    words = f"{guest.day}, {guest.time}"
    if guest.locale == "de_DE":
        words = f"{guest.meant.day}. {MONTHS[guest.meant.month]}, {guest.time}"
    chat = next(text for text in running.received_texts(guest.psid) if text.startswith("Noted: "))
    notes = [mail.text_part for mail in running.received_mails("tastings@amseltea.example")]
    found = {
        "kept": datetime.fromisoformat(str(record.fields["table_at"])) == guest.meant,
        "kept by its clock": str(record.fields["table_at"])[:16] == guest.meant.isoformat()[:16],
        "chat": words in chat,
        "calendar": event.decoded("DTSTART") == guest.meant,
        "calendar in UTC": event["DTSTART"].to_ical() == f"{guest.meant.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode(),
        "mail": words in ticket.subject,
        "team": any(words in note for note in notes),
        "reminder": [one.due_at for one in record.relays] == [guest.meant - timedelta(hours=2)],
    }
    return [f"{guest}: {name}" for name, is_right in found.items() if not is_right]
