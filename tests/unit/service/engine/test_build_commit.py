"""What a commit writes beside the record."""

from datetime import timedelta

from domain.events import ProductEvent
from service.engine.build_commit import build_commit, decode_line
from tests.support.people import NOON
from tests.support.shipped_workspace import DecidedPerson, typed_message


def test_the_history_holds_what_a_product_told_with_its_own_time() -> None:
    """What is not written today can never be replayed; what a person typed is not written."""
    late = NOON - timedelta(days=2)
    cup = ProductEvent(id="api:1", at=late, name="cup.noted", properties={"tea": "Assam", "cups": 2})
    events = (cup, typed_message(2, "hello there"))
    decision = DecidedPerson().decide_events(*events)

    (raw,) = build_commit(decision, version=1, events=events, now=NOON, claim_ms=0).history

    assert decode_line(raw).did == (("cup.noted", late, {"tea": "Assam", "cups": 2}),)
    assert b"hello there" not in raw
