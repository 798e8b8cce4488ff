"""Media, cards, personas and pauses, from the outbox to the Graph stand-in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

import bot.outbound.compose
import bot.outbound.platform_ids
from bot.outbound.platform_ids import PlatformIdCache
from bot.outbound.sender import MOST_PAUSE_MS
from domain.declarations import Persona
from domain.effects import Button, Card, Media
from tests.support.messenger_world import PAGE, PSID, MakeServer, MessengerDesk, chat_message, open_desk

CUP = "https://example.com/cup.jpg"
IMAGE = Media(kind="image", url=CUP)
LENA = Persona(name="Lena", picture="https://example.com/lena.jpg")


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


def payloads(desk: MessengerDesk) -> list[object]:
    """Return the attachment payloads that arrived."""
    attachments = [one.message["attachment"] for one in desk.graph.sent if one.message]
    return [one["payload"] for one in attachments if isinstance(one, dict)]


async def test_media_is_uploaded_once_a_page(desk: MessengerDesk) -> None:
    """The second message, and another process, send the id that the platform gave."""
    await desk.outbox.post_items(replace(chat_message(1), media=IMAGE), replace(chat_message(2), media=IMAGE))
    await desk.deliver_after()
    desk.sender = desk.make_sender()
    await desk.outbox.post_items(replace(chat_message(3), media=IMAGE))
    await desk.deliver_after()
    first, second, third = payloads(desk)
    (given,) = desk.graph.pages[PAGE].attachments
    assert first == {"url": CUP, "is_reusable": True}
    assert second == third == {"attachment_id": given}


async def test_media_that_the_platform_has_forgotten_goes_by_its_address(desk: MessengerDesk) -> None:
    """In the same attempt; and the new id is the one that is remembered."""
    await desk.outbox.post_items(replace(chat_message(1), media=IMAGE))
    await desk.deliver_after()
    desk.graph.pages[PAGE].attachments.clear()
    await desk.outbox.post_items(replace(chat_message(2), media=IMAGE), replace(chat_message(3), media=IMAGE))
    await desk.deliver_after()
    (given,) = desk.graph.pages[PAGE].attachments
    assert payloads(desk)[1:] == [{"url": CUP, "is_reusable": True}, {"attachment_id": given}]
    assert desk.refusal_reasons == []


async def test_an_unanswered_picture_is_settled_by_its_echo(desk: MessengerDesk) -> None:
    """Media carries metadata as a text does."""
    desk.graph.hang_next(delivered=True)
    await desk.outbox.post_items(replace(chat_message(1), media=IMAGE), chat_message(2))
    await desk.deliver_after()
    assert await desk.deliver_after(3600) == ["[]", "2"]


async def test_a_carousel_arrives(desk: MessengerDesk) -> None:
    """With a call button beside the others."""
    card = Card(title="Sencha", subtitle="green", buttons=(Button(label="Call us", call="+493012345"),))
    await desk.outbox.post_items(replace(chat_message(1), cards=(card,)))
    await desk.deliver_after()
    button = {"type": "phone_number", "title": "Call us", "payload": "+493012345"}
    assert payloads(desk) == [
        {"template_type": "generic", "elements": [{"title": "Sencha", "subtitle": "green", "buttons": [button]}]}
    ]


async def test_a_persona_is_made_once_and_speaks(desk: MessengerDesk) -> None:
    """It types, too; another process knows it; the Page itself speaks without."""
    desk.personas["lena"] = LENA
    await desk.outbox.post_items(replace(chat_message(1, typing=True), persona="lena"), chat_message(2))
    await desk.deliver_after()
    desk.sender = desk.make_sender()
    await desk.outbox.post_items(replace(chat_message(3), persona="lena"))
    await desk.deliver_after()
    ((given, made),) = desk.graph.pages[PAGE].personas.items()
    assert made == {"name": "Lena", "profile_picture_url": LENA.picture}
    assert [one.persona for one in desk.graph.sent] == [given, given, "", given]


async def test_a_persona_with_another_picture_is_another_one(desk: MessengerDesk) -> None:
    """The platform cannot change one."""
    desk.personas["lena"] = LENA
    await desk.outbox.post_items(replace(chat_message(1), persona="lena"))
    await desk.deliver_after()
    desk.personas["lena"] = LENA.model_copy(update={"picture": "https://example.com/lena2.jpg"})
    await desk.outbox.post_items(replace(chat_message(2), persona="lena"))
    await desk.deliver_after()
    assert [one.persona for one in desk.graph.sent] == list(desk.graph.pages[PAGE].personas)


async def test_without_persona_the_page_speaks(desk: MessengerDesk) -> None:
    """One that cannot be created, or is no longer declared; and it is not tried again at once."""
    desk.personas["lena"] = LENA
    desk.graph.fail_next("no_permission", edge="personas")
    await desk.outbox.post_items(*(replace(chat_message(number), persona="lena") for number in (1, 2)))
    await desk.outbox.post_items(replace(chat_message(3), persona="gone"))
    assert await desk.deliver_after() == ["1", "2", "3"]
    assert {one.persona for one in desk.graph.sent} == {""}
    assert desk.graph.pages[PAGE].personas == {}


async def test_a_persona_that_the_platform_has_forgotten_holds_nothing_up(desk: MessengerDesk) -> None:
    """The message goes in the Page's name, in the same attempt, and later ones do not try."""
    desk.personas["lena"] = LENA
    await desk.outbox.post_items(replace(chat_message(1), persona="lena"))
    await desk.deliver_after()
    desk.graph.pages[PAGE].personas.clear()
    await desk.outbox.post_items(replace(chat_message(2), persona="lena"), replace(chat_message(3), persona="lena"))
    assert await desk.deliver_after() == ["1", "2", "3"]
    assert ([bool(one.persona) for one in desk.graph.sent], desk.refusal_reasons) == ([True, False, False], [])


async def test_many_at_once_make_one_persona_and_one_id(desk: MessengerDesk) -> None:
    """Everybody of a broadcast wants both at the same moment."""
    desk.personas["lena"] = LENA
    people = [str(number) for number in range(8000, 8010)]
    for psid in people:
        await desk.outbox.post_items(replace(chat_message(1, psid=psid), persona="lena", media=IMAGE), psid=psid)
    await asyncio.gather(*(desk.outbox.deliver_all(desk.sender, psid) for psid in people))
    assert len(desk.graph.pages[PAGE].personas) == 1
    first = await PlatformIdCache(desk.outbox.store, "attachments").find_id(PAGE, CUP)
    await desk.outbox.post_items(replace(chat_message(2), media=IMAGE))
    await desk.deliver_after()
    assert payloads(desk)[-1] == {"attachment_id": first}


async def test_a_slow_persona_holds_nothing_up(desk: MessengerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is let go."""
    monkeypatch.setattr(bot.outbound.compose, "PERSONA_S", 0.01)
    desk.personas["lena"] = LENA
    before = desk.client._call_edge

    async def never(method: str, url: str, payload: object) -> object:
        if str(url).endswith("/personas"):
            await desk.graph._released.wait()
        return await before(method, url, payload)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(desk.client, "_call_edge", never)
    await desk.outbox.post_items(replace(chat_message(1), persona="lena"))
    assert await desk.deliver_after() == ["1"]


async def test_a_pause_shows_the_dots_and_waits(desk: MessengerDesk) -> None:
    """The dots come at once, the message when the pause is over; the next message follows it."""
    await desk.outbox.post_items(replace(chat_message(1, typing=True), pause_ms=3000), chat_message(2))
    assert await desk.deliver_after() == ["[typing_on]"]
    assert await desk.deliver_after(2.9) == ["[typing_on]"]
    assert await desk.deliver_after(0.2) == ["[typing_on]", "1", "2"]


async def test_a_pause_delays_no_one_else(desk: MessengerDesk) -> None:
    """Neither a task nor the Page waits meanwhile."""
    await desk.outbox.post_items(replace(chat_message(1), pause_ms=3000))
    await desk.outbox.post_items(chat_message(1, psid="8"), psid="8")
    assert await desk.deliver_after() == ["[typing_on]"]
    assert desk.sender.paused_lanes(desk.time.server_ms()) == frozenset()
    assert await desk.deliver_after(0, "8") == ["1"]


async def test_every_message_has_its_pause(desk: MessengerDesk) -> None:
    """Also the second of a turn."""
    await desk.outbox.post_items(replace(chat_message(1), pause_ms=1000), replace(chat_message(2), pause_ms=1000))
    await desk.deliver_after()
    assert await desk.deliver_after(1) == ["[typing_on]", "1", "[typing_on]"]
    assert (await desk.deliver_after(1))[-1] == "2"


async def test_a_pause_is_no_longer_than_the_dots(desk: MessengerDesk) -> None:
    """The platform shows them for twenty seconds."""
    await desk.outbox.post_items(replace(chat_message(1), pause_ms=10 * MOST_PAUSE_MS))
    await desk.deliver_after()
    assert await desk.deliver_after(MOST_PAUSE_MS / 1000) == ["[typing_on]", "1"]


async def test_who_waited_already_pauses_no_more(desk: MessengerDesk) -> None:
    """A Page that had to wait is pause enough."""
    desk.graph.fail_next("send_rate")
    await desk.outbox.post_items(chat_message(1), replace(chat_message(2), pause_ms=3000))
    await desk.deliver_after()
    await desk.outbox.post_items(replace(chat_message(1, psid="8"), pause_ms=3000), psid="8")
    assert await desk.deliver_after(1, "8") == []
    assert await desk.deliver_after(30, "8") == ["1"]


async def test_the_oldest_ids_go_first(desk: MessengerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is filled in for each person must not grow without end."""
    monkeypatch.setattr(bot.outbound.platform_ids, "MOST_IDS", 2)
    kept = PlatformIdCache(desk.outbox.store, "attachments")
    for thing in ("a", "b", "a", "c"):
        await kept.keep_id("1", thing, thing.upper())
    assert [await kept.find_id("1", thing) for thing in ("a", "b", "c")] == ["A", "", "C"]
    assert await kept.find_id("2", "a") == ""
    assert PSID not in str(await desk.outbox.store.load_meta("attachments:1"))
