"""The routes that Segment's clients know, over real HTTP and by a real client."""

import asyncio
import base64
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from segment.analytics.client import Client as SegmentClient

from domain.events import FieldsTold, ProductEvent
from onboarding.events_api.parse_item import EARLIEST
from tests.support.events_client import BEN, MIA, TOKEN, ApiClient, MakeClient, serve_api
from tests.support.people import NOON

TIME_HINT = "Such as 2026-11-23T10:03:00+01:00, or leave it out for now."
KEY = {"Authorization": "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode()}


@pytest.fixture
async def api_client(aiohttp_client: MakeClient) -> ApiClient:
    """Return an API that listens on 127.0.0.1; Ben is user 7, Mia proved her address."""
    return await serve_api(aiohttp_client)


def track(name: str = "m1", **more: object) -> dict[str, Any]:
    """Return a call of track by Ben."""
    return {"messageId": name, "userId": "7", "event": "Cup Noted", **more}


async def test_a_tracked_event_is_ours(api_client: ApiClient) -> None:
    """Its name is found by its letters, its time is corrected, and declared properties are kept."""
    sent = {"timestamp": "2020-01-01T10:00:00.000Z", "sentAt": "2020-01-01T10:00:30.000Z"}
    told = {"tea": "Assam", "price": 4.5, "products": [{"sku": 1}], "deep": json.loads('{"a":' * 50 + "1" + "}" * 50)}

    status, _, answer = await api_client.post(track(properties=told, **sent), "/v1/track", **KEY)
    again = await api_client.post(track(properties=told, **sent), "/v1/track", **KEY)

    assert (status, answer) == (
        200, {"success": True, "accepted": 1, "duplicates": 0, "unknown_people": 0, "ignored": 0},
    )  # fmt: skip
    assert again[2]["duplicates"] == 1
    assert api_client.transact.told[0] == (
        BEN,
        (ProductEvent(id="api:m1", at=NOON - timedelta(seconds=30), name="cup.noted", properties={"tea": "Assam"}),),
    )


async def test_identify_fills_declared_fields_only(api_client: ApiClient) -> None:
    """A trait that is not declared, or does not fit its field, is dropped; the address links the user id."""
    traits = {"email": "mia@example.com", "firstName": "Mia", "party": "four", "seats": 2, "salary": 90_000}

    status, _, answer = await api_client.post({"messageId": "m1", "userId": 9, "traits": traits}, "/v1/identify", **KEY)
    await api_client.post(track("m2", userId="9"), "/v1/track", **KEY)

    assert (status, answer["accepted"]) == (200, 1)
    assert api_client.transact.told[0] == (
        MIA,
        (FieldsTold(id="api:m1", at=NOON, fields={"first_name": "Mia", "seats": 2}),),
    )
    assert api_client.transact.told[1][0] == MIA


async def test_a_batch_tells_what_became_of_its_messages(api_client: ApiClient) -> None:
    """What says nothing is ignored with its reason; what cannot be read is named; the rest is taken in."""
    batch = [
        {**track(), "type": "track"},
        {"type": "page", "userId": "7", "name": "Home"},
        {"type": "track", "anonymousId": "a", "event": "cup.noted"},
        {"type": "track", "userId": "7", "event": "Video Played"},
        {"type": "trak", "userId": "7"},
        {**track("m2", userId="nobody"), "type": "track"},
        {**track("m3"), "type": "track", "timestamp": "1970-01-01T00:00:00Z"},
        7,
    ]

    status, _, answer = await api_client.post({"batch": batch, "past": True}, "/v1/batch", **KEY)

    assert status == 200
    assert answer == {
        "success": True,
        "accepted": 1,
        "duplicates": 0,
        "unknown_people": 1,
        "ignored": 3,
        "ignored_because": {
            "“page” is not taken in.": 1,
            "an anonymousId alone leads to nobody.": 1,
            "“Video Played” is not declared in doorstep.yaml.": 1,
        },
        "invalid": [
            {"index": 4, "id": None, "result": "invalid", "why": "“type” must be track or identify.",
             "hint": "Did you mean “track”?"},
            {"index": 6, "id": "m3", "result": "invalid", "why": "“timestamp” lies before the year 2000.",
             "hint": "The clock that told it was probably not set."},
            {"index": 7, "id": None, "result": "invalid", "why": "a message must be an object."},
        ],
    }  # fmt: skip
    ((_, (event,)),) = api_client.transact.told
    assert isinstance(event, ProductEvent)
    assert event.past


@pytest.mark.parametrize("sent", ["9999-12-31T23:59:59Z", "2000-01-01T00:00:00Z"])
async def test_a_clock_that_is_off_by_ages_breaks_nothing(api_client: ApiClient, sent: str) -> None:
    """The time stays between 2000 and now."""
    told = {"timestamp": "2026-11-20T10:00:00Z", "sentAt": sent}

    status, _, _ = await api_client.post(track(**told), "/v1/track", **KEY)

    ((_, (event,)),) = api_client.transact.told
    assert (status, event.at) == (200, NOON if sent.startswith("2000") else EARLIEST)


@pytest.mark.parametrize("call", ["page", "screen", "group", "alias"])
async def test_calls_that_say_nothing_are_answered_200(api_client: ApiClient, call: str) -> None:
    """A client that sends everything sees no error."""
    status, _, answer = await api_client.post({"userId": "7"}, f"/v1/{call}", **KEY)

    assert (status, answer["ignored"], answer["ignored_because"]) == (200, 1, {f"“{call}” is not taken in.": 1})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not_json"),
        (b'{"batch": [{"properties": {"n": NaN}}]}', 400, "not_json"),
        ([], 400, "no_events"),
        ({"batch": {}}, 400, "no_events"),
        ({"batch": [{}] * 10_000}, 413, "too_many"),
        ({"batch": [{**track(), "properties": {"long": "x" * 1024 * 1024}}]}, 413, "too_large"),
    ],
)
async def test_a_batch_that_cannot_be_read_has_its_status(
    api_client: ApiClient, body: object, status: int, code: str
) -> None:
    """Errors of the whole body are those of our own route."""
    answered, _, answer = await api_client.post(body, "/v1/batch", **KEY)

    assert (answered, answer["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"userId": "7"}, "“event” must be a text of 1 to 1000 characters."),
        ({"event": "cup.noted"}, "“userId” must say of whom this speaks."),
        (track(properties=[1]), "“properties” must be an object."),
        (track(timestamp="noon"),
         f"“timestamp” must be an RFC 3339 time with its offset. {TIME_HINT}"),
    ],
)  # fmt: skip
async def test_a_bad_call_says_why(api_client: ApiClient, body: object, sentence: str) -> None:
    """A single call that cannot be read is answered 400."""
    status, _, answer = await api_client.post(body, "/v1/track", **KEY)

    assert (status, answer["error"]) == (400, {"code": "invalid", "message": sentence})


@pytest.mark.parametrize("key", ["Basic", "Basic !", "Basic " + base64.b64encode(b"wrong:").decode(), "Bearer no", ""])
async def test_without_the_write_key_nothing_is_taken(api_client: ApiClient, key: str) -> None:
    """The write key is the user name; a password is not looked at."""
    status, headers, _ = await api_client.post(track(), "/v1/track", Authorization=key)

    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="doorstep"')
    assert api_client.transact.told == []


async def test_a_compressed_batch_is_read(api_client: ApiClient) -> None:
    """Clients may compress what they send."""
    body = gzip.compress(json.dumps({"batch": [{**track(), "type": "track"}]}).encode())

    status, _, answer = await api_client.post(body, "/v1/batch", **KEY, **{"Content-Encoding": "gzip"})

    assert (status, answer["accepted"]) == (200, 1)


async def test_a_message_without_id_is_known_again_by_what_it_says(api_client: ApiClient) -> None:
    """A retry of the same call is a repetition; another moment is another event."""
    one = {"userId": "7", "event": "cup.noted", "timestamp": "2026-11-20T10:00:00Z"}
    later = {**one, "timestamp": "2026-11-20T10:00:01Z"}

    answers = [(await api_client.post(each, "/v1/track", **KEY))[2] for each in (one, one, later)]

    assert [answer["accepted"] for answer in answers] == [1, 0, 1]


@pytest.mark.parametrize("zipped", [False, True])
async def test_the_client_of_segment_posts_to_us(api_client: ApiClient, *, zipped: bool) -> None:
    """A real analytics client needs no change but the address and the write key."""
    failures: list[object] = []
    client = SegmentClient(
        TOKEN,
        host=str(api_client.client.make_url("")).rstrip("/"),
        gzip=zipped,
        max_retries=0,
        on_error=lambda error, _: failures.append(error),
    )

    client.identify("9", {"email": "mia@example.com", "first_name": "Mia"})
    client.track("9", "Cup Noted", {"tea": "Assam"})
    client.page("9", "Home")
    await asyncio.to_thread(client.shutdown)

    assert failures == []
    ((owner, (fields, event)),) = api_client.transact.told
    assert owner == MIA
    assert isinstance(fields, FieldsTold)
    assert fields.fields == {"first_name": "Mia"}
    assert isinstance(event, ProductEvent)
    assert (event.name, event.properties) == ("cup.noted", {"tea": "Assam"})
