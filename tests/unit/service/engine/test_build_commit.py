"""What a commit writes beside the record."""

from datetime import timedelta

from msgspec.structs import replace

from domain.declarations import FieldDeclaration
from domain.events import FieldsTold, MailRefused, ProductEvent
from service.engine.build_commit import CommitBasis, build_commit, decode_line
from service.engine.note_changes import hash_value, note_changes
from tests.support.people import NOON
from tests.support.shipped_workspace import DecidedPerson, shipped_edition, typed_message


def test_the_history_holds_what_a_product_told_with_its_own_time() -> None:
    """What is not written today can never be replayed; what a person typed is not written."""
    late = NOON - timedelta(days=2)
    cup = ProductEvent(id="api:1", at=late, name="cup.noted", properties={"tea": "Assam", "cups": 2})
    events = (cup, typed_message(2, "hello there"))
    decision = DecidedPerson().decide_events(*events)

    (raw,) = build_commit(decision, version=1, events=events, now=NOON, claim_ms=0).history

    assert decode_line(raw).did == (("cup.noted", late, {"tea": "Assam", "cups": 2}),)
    assert b"hello there" not in raw


def test_the_history_holds_what_changed_but_not_what_people_type() -> None:
    """A plan that the product tells is kept; of a field in which people type only a hash is."""
    person = DecidedPerson()
    config = shipped_edition().config.model_copy(
        update={
            "fields": {
                "plan": FieldDeclaration.model_validate({"from": "account.created.plan"}),
                "note": FieldDeclaration(),
                "cups": FieldDeclaration(type="number"),
            }
        }
    )
    before = person.record
    after = replace(before, fields={"plan": "pro", "note": "call me Mia", "cups": 3}, tags=("fan",))

    changed = note_changes(before, after, (), config)

    assert changed.pop("f.note") == hash_value(after.id, "call me Mia")
    assert changed == {"f.plan": "pro", "f.cups": 3, "tags": ("fan",)}
    assert note_changes(after, after, (), config) == {}


def test_the_history_says_what_was_told_as_history_and_who_decided() -> None:
    """Fields that were told stand among the events, in their order, without their values."""
    events = (
        ProductEvent(id="api:1", at=NOON, name="cup.noted"),
        FieldsTold(id="api:2", at=NOON, fields={"plan": "pro"}, past=True),
        MailRefused(id="m:1", at=NOON, send_id="s1", reason="bounced"),
    )
    person = DecidedPerson()
    basis = CommitBasis(record=person.record, epoch=7, config=shipped_edition().config)
    decision = person.decide_events(*events)

    (raw,) = build_commit(decision, version=1, events=events, now=NOON, claim_ms=0, basis=basis).history

    line = decode_line(raw)
    assert line.did[1] == ("@fields", NOON, {"plan": None})
    assert (line.past, line.edition, line.unsent) == ((1,), 7, (("s1", "bounced"),))
