"""The events API over real HTTP: every status, every result, and what is told to whom."""

import codecs
import contextlib
import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from domain.events import ProductEvent
from onboarding.events_api.parse_item import RefusedItemError, parse_item
from onboarding.events_api.routes import MOST_BYTES
from tests.support.events_client import BEN, MIA, TOKEN, ApiClient, MakeClient, cup, serve_api
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG

UNKNOWN = "Nobody has proven this address or is linked to this user."


@pytest.fixture
async def api_client(aiohttp_client: MakeClient) -> ApiClient:
    """Return an API that listens on 127.0.0.1."""
    return await serve_api(aiohttp_client)


async def test_events_reach_their_people_in_order_each_once(api_client: ApiClient) -> None:
    """One call a person, in the body's order; what was told before, or twice in the body, is a duplicate."""
    mia, ben = {"email": "Mia@Example.COM"}, {"user_id": "7"}

    first = await api_client.results(cup("a", **mia), cup("b", **ben), cup("c", **mia), cup("a", **mia))
    again = await api_client.results(cup("a", **mia), cup("d", email="eve@example.com"), cup("e", user_id="8"))

    assert first == [
        {"id": "a", "result": "accepted"}, {"id": "b", "result": "accepted"},
        {"id": "c", "result": "accepted"}, {"id": "a", "result": "duplicate"},
    ]  # fmt: skip
    assert again == [
        {"id": "a", "result": "duplicate"},
        {"id": "d", "result": "unknown_person", "why": UNKNOWN},
        {"id": "e", "result": "unknown_person", "why": UNKNOWN},
    ]
    assert [(name, [event.id for event in events]) for name, events in api_client.transact.told] == [
        (MIA, ["api:a", "api:c"]), (BEN, ["api:b"]), (MIA, ["api:a"]),
    ]  # fmt: skip


async def test_email_and_user_id_together_link_the_user(api_client: ApiClient) -> None:
    """Named by both once, a person is known by the user id from then on."""
    await api_client.results(
        cup("a", email="mia@example.com", user_id="9"), cup("b", user_id="7", email="eve@example.com")
    )
    await api_client.results(cup("c", user_id="9"))

    assert [name for name, _ in api_client.transact.told] == [MIA, BEN, MIA]


async def test_an_event_keeps_its_own_time_and_properties(api_client: ApiClient) -> None:
    """``at`` is read with its offset, is now if left out, and never lies in the future; what is kept is declared."""
    mia = {"email": "mia@example.com"}
    times = ["2026-11-20T10:03:00+01:00", None, "2036-01-01T00:00:00Z", "2026-11-20t10:03:00.5z"]

    told = {"tea": "Assam", "cup": "blue", "verdict": "x" * 100}
    results = await api_client.results(
        *(cup(str(place), at=at, properties=told, **mia) for place, at in enumerate(times))
    )

    ((_, events),) = api_client.transact.told
    morning = datetime(2026, 11, 20, 9, 3, tzinfo=UTC)
    assert events == tuple(
        ProductEvent(id=f"api:{place}", at=at, name="cup.noted", properties={"tea": "Assam", "verdict": "x" * 64})
        for place, at in enumerate([morning, NOON, NOON, morning + timedelta(hours=1, seconds=0.5)])
    )
    assert [result["kept"] for result in results] == [["tea", "verdict"]] * 4


@pytest.mark.parametrize(
    ("item", "why", "hint"),
    [
        (3, "an event must be an object.", None),
        ({"id": "a", "event": "cup.notd", "user_id": "7"}, "“cup.notd” is not declared in doorstep.yaml.",
         "Did you mean “cup.noted”?"),
        ({"id": "a", "evnt": "cup.noted"}, "“evnt” is not known here.", "Did you mean “event”?"),
        ({"event": "cup.noted", "user_id": "7"}, "“id” must be a text of 1 to 128 characters.", None),
        (cup("a"), "“email” or “user_id” must say of whom this speaks.", None),
        (cup("a", email="mia at home"), "“email” is not a mail address.", None),
        (cup("a", user_id="7", at="yesterday"), "“at” must be an RFC 3339 time with its offset.",
         "Such as 2026-11-23T10:03:00+01:00, or leave it out for now."),
        (cup("a", user_id="7", at="2026-11-23T10:03:00"), "“at” must be an RFC 3339 time with its offset.",
         "Such as 2026-11-23T10:03:00+01:00, or leave it out for now."),
        (cup("a", user_id="7", at="0001-01-01T00:00:00+14:00"), "“at” must be an RFC 3339 time with its offset.",
         "Such as 2026-11-23T10:03:00+01:00, or leave it out for now."),
        (cup("a", user_id="7", at="1970-01-01T00:00:00Z"), "“at” lies before the year 2000.",
         "The clock that told it was probably not set."),
        (cup("a", user_id="7", past="yes"), "“past” must be true or false.", None),
        (cup("a", user_id="7", properties={"n": 2**63}),
         "a property is neither a text, a number, true, false nor null.",
         "Texts have at most 1000 characters, numbers 53 bits."),
        (cup("a", user_id="7", properties={"n": -(2**63)}),
         "a property is neither a text, a number, true, false nor null.",
         "Texts have at most 1000 characters, numbers 53 bits."),
        (cup("a", user_id="7", properties={"map": {"in": {"it": 1}}}),
         "a property is neither a text, a number, true, false nor null.",
         "Texts have at most 1000 characters, numbers 53 bits."),
        (cup("a", user_id="7", properties={"long": "x" * 1001}),
         "a property is neither a text, a number, true, false nor null.",
         "Texts have at most 1000 characters, numbers 53 bits."),
        (cup("a", user_id="7", properties={"list": []}),
         "a property is neither a text, a number, true, false nor null.",
         "Texts have at most 1000 characters, numbers 53 bits."),
        (cup("a", user_id="7", properties={str(place): 1 for place in range(51)}),
         "“properties” must be an object of at most 50 entries.", None),
        (cup("a", user_id="\0"), "“user_id” holds a character that no text can have.", None),
    ],
)  # fmt: skip
async def test_a_bad_item_says_why_and_stops_no_other(
    api_client: ApiClient, item: object, why: str, hint: str | None
) -> None:
    """Each item is judged on its own; what is wrong with it is told, with the nearest name."""
    bad, good = await api_client.results(item, cup("good", user_id="7"))

    assert (bad["result"], bad["why"], bad.get("hint")) == ("invalid", why, hint)
    assert good == {"id": "good", "result": "accepted"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ünïcode"])
async def test_without_the_token_nothing_is_taken(api_client: ApiClient, header: str) -> None:
    """A missing or wrong token is answered with 401 and what is asked for."""
    status, headers, answer = await api_client.post({"events": [cup("a", user_id="7")]}, Authorization=header)

    assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="doorstep"')
    assert answer["error"]["code"] == "unauthorised"
    assert api_client.transact.told == []


async def test_without_a_token_set_every_call_is_refused(aiohttp_client: MakeClient) -> None:
    """An empty setting opens nothing, not even to an empty token."""
    application = web.Application()
    application.add_routes(ApiClient().make("").routes())
    client = await aiohttp_client(application)

    async with client.post("/api/events", json={"events": []}, headers={"Authorization": "Bearer "}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not_json"),
        (b"\xff\xfe", 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b'{"events": [{"id": "a", "properties": {"n": NaN}}]}', 400, "not_json"),
        (b'{"events": [{"id": "a", "properties": {"n": 1e999}}]}', 400, "not_json"),
        (b'{"events": [{"id": "a", "ev', 400, "not_json"),
        ({"events": [cup("a", user_id="7", properties={"long": "x" * MOST_BYTES})]}, 413, "too_large"),
        ({"events": [{}] * 10_000}, 413, "too_many"),
        ([], 400, "no_events"),
        ({"events": {}}, 400, "no_events"),
        ({"events": [{}] * 501}, 413, "too_many"),
        (b" " * (MOST_BYTES + 1), 413, "too_large"),
    ],
)
async def test_a_body_that_cannot_be_read_has_its_status(
    api_client: ApiClient, body: object, status: int, code: str
) -> None:
    """Whole-body errors are JSON too, and take nothing in."""
    answered, _, answer = await api_client.post(body)

    assert (answered, answer["error"]["code"]) == (status, code)
    assert api_client.transact.told == []


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b'{"events": []}' * 99, mtime=0)[:20] + b"\0" * 20])
async def test_a_broken_compression_is_told(
    api_client: ApiClient, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The sender hears what is wrong, and that it is theirs to mend; the log has no traceback of it."""
    for _ in range(2):
        status, _, answer = await api_client.post(body, **{"Content-Encoding": "gzip"})

        assert (status, answer["error"]["code"]) == (400, "not_readable")
        assert "Content-Encoding" in answer["error"]["message"]
    assert caplog.records == []


async def test_a_compressed_body_is_unpacked_as_far_as_it_may_go(api_client: ApiClient) -> None:
    """Gzip and deflate; a few kB that hold more than a body may are refused before they are all unpacked."""
    body = json.dumps({"events": [cup("a", user_id="7")]}).encode()
    for coding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        assert (await api_client.post(packed, **{"Content-Encoding": coding}))[0] == 202
    status, _, answer = await api_client.post(gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"})
    assert (status, answer["error"]["code"]) == (413, "too_large")
    status, _, answer = await api_client.post(body, **{"Content-Encoding": "br"})
    assert (status, answer["error"]["code"]) == (415, "unknown_coding")
    status, _, answer = await api_client.post(gzip.compress(body) * 2, **{"Content-Encoding": "gzip"})
    assert (status, answer["error"]["code"]) == (400, "not_readable")


async def test_a_byte_order_mark_is_no_part_of_the_body(api_client: ApiClient) -> None:
    """Some programs write one before JSON."""
    body = codecs.BOM_UTF8 + json.dumps({"events": [cup("a", user_id="7")]}).encode()
    status, _, answer = await api_client.post(body)

    assert (status, answer["results"]) == (202, [{"index": 0, "id": "a", "result": "accepted"}])


async def test_a_repeat_is_a_repeat_of_the_same_person(api_client: ApiClient) -> None:
    """One id of two people is two events, in one body as in two; of one person, by whichever name, it is one."""
    api_client.owners[KEYS.address_hash("leo@example.com")] = BEN
    mia, leo = {"email": "mia@example.com"}, {"email": "leo@example.com"}

    found = await api_client.results(cup("x", **mia), cup("x", **leo), cup("x", user_id="7"), cup("x", **mia))

    assert [one["result"] for one in found] == ["accepted", "accepted", "duplicate", "duplicate"]
    assert [one["result"] for one in await api_client.results(cup("x", **leo))] == ["duplicate"]


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("2026-06-30T23:59:60Z", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2026-07-01T01:59:60.25+02:00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2026-06-30T12:00:60Z", None),
        ("2026-06-30T23:59:61Z", None),
    ],
)
def test_a_leap_second_is_the_second_after_it(at: str, taken: datetime | None) -> None:
    """RFC 3339 §5.6 knows the second 60, and computers do not."""
    with contextlib.nullcontext() if taken else pytest.raises(RefusedItemError):
        assert parse_item(cup("a", user_id="7", at=at), SHIPPED_CONFIG, KEYS, NOON).event.at == taken


async def test_another_content_type_is_refused(api_client: ApiClient) -> None:
    """Only JSON is taken."""
    status, _, answer = await api_client.post(b"a=b", **{"Content-Type": "application/x-www-form-urlencoded"})

    assert (status, answer["error"]["code"]) == (415, "not_json")


async def test_an_empty_list_is_no_error(api_client: ApiClient) -> None:
    """Nothing to tell is answered with no results."""
    assert await api_client.results() == []


async def test_while_the_store_is_away_the_sender_keeps_the_events(api_client: ApiClient) -> None:
    """503 with Retry-After; the same body is accepted afterwards."""
    api_client.transact.away = True
    status, headers, answer = await api_client.post(
        {"events": [cup("a", user_id="7"), cup("b", email="mia@example.com")]}
    )
    api_client.transact.away = False

    assert (status, headers["Retry-After"], answer["error"]["code"]) == (503, "5", "store_away")
    assert await api_client.results(cup("a", user_id="7")) == [{"id": "a", "result": "accepted"}]


async def test_a_person_without_a_record_is_unknown(api_client: ApiClient) -> None:
    """A link to somebody who was erased counts for nobody."""
    api_client.transact.strangers = {BEN}

    assert await api_client.results(cup("a", user_id="7")) == [{"id": "a", "result": "unknown_person", "why": UNKNOWN}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["id", "email", "user_id", "at", "properties"]), JSON))
def test_any_item_is_taken_or_refused(item: dict[str, object]) -> None:
    """Judging raises nothing else than the refusal that is answered."""
    with contextlib.suppress(RefusedItemError):
        judged = parse_item(item | {"event": "cup.noted"}, SHIPPED_CONFIG, KEYS, NOON)
        assert judged.event.at <= NOON
