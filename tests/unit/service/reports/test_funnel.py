"""The chat's funnel by source."""

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from domain.record import Address, Consent, Identity, Subscriber
from service.reports.funnel import FunnelRow, count_funnel, marketing_source

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CAME = Subscriber(id="a", identity=Identity(page="1", psid="2"), created_at=NOW, last_event_at=NOW)
AGREED = Consent(status="agreed", wording="w", language="en", asked_at=NOW)


def _through(ref: str, kind: str = "SHORTLINK", ad: str = "") -> Subscriber:
    return replace(CAME, entry=(ref, kind, ad), first_flow="newsletter")


def _confirmed(person: Subscriber) -> Subscriber:
    consent = replace(AGREED, status="confirmed", confirmed_at=NOW)
    return replace(person, consents={"leaf": consent}, addresses={"h": Address(email="mia@example.com")})


def test_each_way_in_has_its_name() -> None:
    """Ads, comments, links with their source, and who simply came."""
    assert marketing_source(_through("spring=Poster")) == "link spring=poster"
    assert marketing_source(_through("spring", "ADS", "77")) == "ad 77"
    assert marketing_source(_through("post_9", "COMMENT")) == "comment post_9"
    assert marketing_source(CAME) == "direct"


def test_people_are_counted_by_how_far_they_came() -> None:
    """Stages and the cost of each confirmed address, the largest source first."""
    spring = _through("spring")
    people = [spring, replace(spring, consents={"leaf": AGREED}), _confirmed(spring), CAME]
    rows = count_funnel(people, ("source",), language="en", costs={"link spring": Decimal("12.50"), "ad 5": Decimal(9)})
    nobody = rows.pop()
    assert (nobody.name, nobody.cost, nobody.cost_each) == (("ad 5",), Decimal(9), None)
    assert set(nobody.counts.values()) == {0}
    assert rows == [
        FunnelRow(
            name=("link spring",),
            cost=Decimal("12.50"),
            counts={"came": 3, "began": 3, "agreed": 2, "address": 1, "confirmed": 1, "in": 1},
        ),
        FunnelRow(name=("direct",), counts={"came": 1, "began": 0, "agreed": 0, "address": 0, "confirmed": 0, "in": 0}),
    ]
    assert [row.cost_each for row in rows] == [Decimal("12.50"), None]


def test_several_ways_split_further_and_take_no_cost() -> None:
    """By source and language: who chose none counts under the first."""
    people = [replace(_through("spring"), language="de"), _through("spring")]
    rows = count_funnel(people, ("source", "language"), language="en", costs={"link spring": Decimal(1)})
    assert [(row.name, row.cost) for row in rows] == [
        (("link spring", "de"), None),
        (("link spring", "en"), None),
    ]
