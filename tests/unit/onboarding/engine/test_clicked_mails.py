"""``clicked MAIL``: of the pass whose mail it was, when it changes, and by whichever way the click is told."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Decision
from domain.declarations import MAIL_CLICKED
from domain.event_types.links import LinkFollowed
from domain.events import ProductEvent
from domain.link_evidence.grade_hits import SETTLE
from domain.link_evidence.hits import REMEMBERED_CLICKS, ClickedMail, LinkRecord
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.parse import Condition, read_condition
from onboarding.language.catalog import SequenceCatalog
from service.engine.decide import Rules, decide_events
from tests.support.people import KEYS, NOON, TOPIC, deciding_context
from tests.support.sequence_people import (
    DAY,
    compile_texts,
    confirmed_newcomer,
    sent_mails,
    sequence_text,
    simulate_person,
)
from tests.support.shipped_workspace import shipped_edition
from tests.unit.domain.links.test_take_hits import CONFIG

STEPS = (
    "  hello: {send: welcome}\n  read: {wait: {when: clicked welcome, at_most: 3 days}, else: again}\n"
    "  more: {send: evaluate_order, go: end}\n  again: {send: come_back}\n"
)
RUN = Run(number=2, sequence_hash="h", step="x", started_at=NOON, entered_at=NOON, address="a")
SECOND = int(NOON.timestamp())


def condition(text: str, sequence: str = "") -> Condition:
    """Return a condition that is well formed."""
    read, problems = read_condition(text, CONFIG, sequence)
    assert problems == ()
    assert read is not None
    return read


def clicker(*mails: ClickedMail) -> Subscriber:
    """Return somebody in their second pass of ``s``, who clicked these mails."""
    return replace(confirmed_newcomer(), runs={"s": RUN}, links=LinkRecord(mails=mails))


def test_it_asks_of_the_present_pass() -> None:
    """A click in the pass before, or in that of another order, says nothing; outside of the sequence any click does."""
    before = clicker(ClickedMail(mail="welcome", sequence="s", run=1, at=SECOND))
    now = clicker(ClickedMail(mail="welcome", sequence="s", run=2, at=SECOND))
    elsewhere = clicker(ClickedMail(mail="welcome", sequence="other", run=1, at=SECOND))
    for person, here, anywhere in ((before, False, True), (now, True, True), (elsewhere, True, True)):
        assert condition("clicked welcome", "s").holds(person, NOON) is here
        assert condition("clicked welcome").holds(person, NOON) is anywhere
        assert condition("not clicked come_back", "s").holds(person, NOON)
    assert not condition("clicked welcome").holds(confirmed_newcomer(), NOON)


def test_it_says_when_it_changes() -> None:
    """Within a time it is over when the time is; without one only a click changes it, which it names."""
    person = clicker(ClickedMail(mail="welcome", sequence="s", run=2, at=SECOND))
    lately = condition("clicked welcome in 7 days", "s")

    assert lately.changes_at(person, NOON) == NOON + 7 * DAY
    assert lately.holds(person, NOON + 7 * DAY - timedelta(seconds=1))
    assert not lately.holds(person, NOON + 7 * DAY)
    assert condition("clicked welcome", "s").changes_at(person, NOON) is None
    assert lately.events == {MAIL_CLICKED}
    assert (sorted(lately.clicked_mails), sorted(lately.mails)) == (["welcome"], [])
    assert (lately.can_turn_false, condition("clicked welcome").can_turn_false) == (True, False)


@pytest.mark.parametrize(("clicks", "mails"), [((1,), ["welcome", "evaluate_order"]), ((), ["welcome", "come_back"])])
def test_a_click_ends_the_wait(clicks: tuple[int, ...], mails: list[str]) -> None:
    """Told to a simulation as an event that names the mail."""
    catalog, _ = compile_texts(sequence_text(STEPS))
    did = [
        (day * DAY, ProductEvent(id="c", at=NOON + day * DAY, name=MAIL_CLICKED, properties={"mail": "welcome"}))
        for day in clicks
    ]

    assert [name for _, name in sent_mails(simulate_person(did, catalog=catalog))] == mails


def follow(record: Subscriber, send: str, rules: Rules) -> Decision:
    """Let a person follow a link of a mail, and grade it."""
    hit = LinkFollowed(id=send, at=NOON, send=send, mail="welcome", topic=TOPIC, link=1, links=2, doubt="")
    context = replace(deciding_context(), now=NOON, config=CONFIG)
    noted = decide_events(record, (hit,), context, rules)
    return decide_events(noted.record, (), replace(context, now=NOON + SETTLE), rules)


def test_a_counted_link_belongs_to_the_pass_that_sent_it() -> None:
    """Of two orders at once, only the one whose mail was clicked; a mail of no pass is noted without one."""
    catalog, _ = compile_texts(sequence_text(STEPS))
    record = confirmed_newcomer()
    consent = replace(record.consents[TOPIC], measures=("clicks",))
    one, two = (replace(RUN, number=number, sent=("hello",), status="finished") for number in (1, 2))
    record = replace(record, consents={**record.consents, TOPIC: consent}, runs={"s/4711": one, "s/4712": two})
    rules = replace_sequences(catalog)

    for send, found in (
        (KEYS.send_id(record.id, "s", "1", "hello"), ("s", 1)),
        (KEYS.send_id(record.id, "s", "2", "hello"), ("s", 2)),
        ("of an issue", ("", 0)),
    ):
        links = follow(record, send, rules).record.links
        assert links
        assert [(one.mail, one.sequence, one.run) for one in links.mails] == [("welcome", *found)]


def replace_sequences(catalog: SequenceCatalog) -> Rules:
    """Return the shipped rules with other sequences."""
    rules = shipped_edition().rules
    return Rules(edition=rules.edition, flows=rules.flows, sequences=catalog)


def test_the_latest_clicks_are_kept() -> None:
    """At most 20; the same mail of the same pass stands once."""
    catalog, _ = compile_texts(sequence_text(STEPS))
    did = [
        (DAY + number * SETTLE, ProductEvent(id=str(number), at=NOON + DAY + number * SETTLE, name=MAIL_CLICKED,
         properties={"mail": f"m{number // 2}"}))
        for number in range(60)
    ]  # fmt: skip
    record, context = confirmed_newcomer(), deciding_context()
    for at, event in did:
        record = decide_events(record, (event,), replace(context, now=NOON + at), replace_sequences(catalog)).record

    assert record.links
    assert [one.mail for one in record.links.mails] == [f"m{number}" for number in range(10, 10 + REMEMBERED_CLICKS)]
