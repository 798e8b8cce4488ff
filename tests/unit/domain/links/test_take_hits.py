"""Followed links in the one pass: who is measured, when it counts, and what it means for everything that listens."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent.decisions import agree_to_topic
from domain.decision import Decision
from domain.declarations import MAIL_CLICKED
from domain.effects import Count
from domain.event_types.links import LinkFollowed
from domain.events import ProductEvent, Unsubscribed
from domain.link_evidence.doubts import AGENT
from domain.link_evidence.grade_hits import SETTLE
from domain.link_evidence.hits import MOST_PENDING, PIXEL
from domain.links.measured import Counting, list_measures, note_counting, split_note
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import decide_events
from tests.support.people import NOON, TOPIC, confirmed_subscriber, deciding_context, new_subscriber
from tests.support.shipped_workspace import shipped_edition

ASKED = shipped_edition().config


def measuring(*measures: str, opens: bool = False) -> WorkspaceConfig:
    """Return the shipped declarations with a wording that announces counting."""
    told = ASKED.model_dump(by_alias=True, mode="json")
    told["topics"][TOPIC]["measures"] = list(measures)
    if opens:
        told["topics"]["opens"] = {**told["topics"][TOPIC], "measures": ["opens"]}
    return WorkspaceConfig.model_validate(told)


CONFIG = measuring("clicks")


def reader(*measures: str) -> Subscriber:
    """Return a reader whose wording announced this."""
    record = confirmed_subscriber()
    consent = replace(record.consents[TOPIC], measures=measures)
    return replace(record, consents={**record.consents, TOPIC: consent})


def follow(link: int = 1, *, links: int = 2, doubt: str = "", after: float = 0, send: str = "one") -> LinkFollowed:
    """Return a followed link of the welcome."""
    return LinkFollowed(
        id=f"{send} {link} {after} {doubt}", at=NOON + timedelta(seconds=after), send=send, mail="welcome", topic=TOPIC,
        link=link, links=links, doubt=doubt,
    )  # fmt: skip


def decide(
    record: Subscriber, *events: LinkFollowed | Unsubscribed, at: datetime = NOON, config: WorkspaceConfig = CONFIG
) -> Decision:
    """Decide about a reader."""
    return decide_events(record, events, replace(deciding_context(), now=at, config=config), shipped_edition().rules)


def counts(decision: Decision) -> list[str]:
    """Return what was counted."""
    return [effect.name for effect in decision.effects if isinstance(effect, Count)]


def test_a_click_counts_when_it_is_graded_and_not_before() -> None:
    """First it only waits, and the record is woken for it; then it is an event, an engagement and a number."""
    record = reader("clicks")
    noted = decide(record, follow())
    assert (noted.clicks, counts(noted), noted.record.engaged_at) == ((), [], record.engaged_at)
    assert noted.wake_mail == NOON + SETTLE
    graded = decide(noted.record, at=NOON + SETTLE)
    assert [(event.name, event.at, event.properties) for event in graded.clicks] == [
        (MAIL_CLICKED, NOON, {"mail": "welcome", "send": "one"})
    ]
    assert counts(graded) == ["link_followed:human"]
    assert graded.record.engaged_at == NOON
    assert graded.record.behaviour[MAIL_CLICKED].count == 1
    assert [reason.text for reason in graded.reasons] == ["A link of welcome was followed by a person."]
    assert graded.record.links
    assert graded.record.links.clicked == {"one": int(NOON.timestamp())}
    assert isinstance(graded.clicks[0], ProductEvent)


def test_a_program_moves_nothing_but_its_number() -> None:
    """No event, no engagement; the reason is kept in the timeline, and nothing in the record."""
    record = reader("clicks")
    noted = decide(decide(record, follow(1)).record, follow(2, after=3), at=NOON + timedelta(seconds=3))
    graded = decide(noted.record, at=NOON + SETTLE)
    assert graded.clicks == ()
    assert counts(graded) == ["link_followed:machine:burst"] * 2
    assert graded.reasons[0].text == (
        "A link of welcome was followed by a program: every link of the mail was followed within 5 seconds."
    )
    after = graded.record
    assert (after.engaged_at, after.links, after.behaviour) == (record.engaged_at, None, record.behaviour)


def test_only_who_was_told_is_measured() -> None:
    """The wording that the person saw decides; the declaration of today can only take away; a no ends it."""
    told, untold = reader("clicks"), reader()
    withdrawn = decide(told, Unsubscribed(id="u", at=NOON, topic=TOPIC)).record
    assert list_measures(told, TOPIC, CONFIG) == {"clicks"}
    for record, topic, config in (
        (untold, TOPIC, CONFIG), (told, TOPIC, ASKED), (told, "tastings", CONFIG), (withdrawn, TOPIC, CONFIG),
        (told, "gone", CONFIG),
    ):  # fmt: skip
        assert list_measures(record, topic, config) == frozenset()
    assert decide(untold, follow()).record.links is None
    assert decide(withdrawn, follow()).record.links is None


def test_a_yes_keeps_what_its_wording_announced() -> None:
    """Both before and after the wording has changed."""
    context = deciding_context()
    plain = agree_to_topic(confirmed_subscriber(), "tastings", context, language="en", how="tap", mid="").record
    told = replace(context, config=CONFIG)
    counted = agree_to_topic(new_subscriber(), TOPIC, told, language="en", how="tap", mid="").record
    assert plain.consents["tastings"].measures == ()
    assert counted.consents[TOPIC].measures == ("clicks",)


def test_openings_need_a_yes_of_their_own_and_are_only_counted() -> None:
    """A consent to clicks is none to openings; an opening is no event, whoever opened."""
    config = measuring("clicks", opens=True)
    assert list_measures(reader("clicks"), TOPIC, config) == {"clicks"}
    record = reader("clicks")
    yes = replace(record.consents[TOPIC], measures=("opens",))
    record = replace(record, consents={**record.consents, "opens": yes})
    assert list_measures(record, TOPIC, config) == {"clicks", "opens"}
    noted = decide(record, follow(PIXEL, doubt="mpp"), config=config)
    graded = decide(noted.record, at=NOON + SETTLE, config=config)
    assert (graded.clicks, counts(graded)) == ((), ["opened:machine:mpp"])
    assert decide(reader("clicks"), follow(PIXEL), config=config).record.links is None


def test_a_flood_stays_small() -> None:
    """The same link again and again waits once, and all links together are bounded."""
    record = decide(
        reader("clicks"), *[follow(after=second) for second in range(5)], at=NOON + timedelta(seconds=5)
    ).record
    assert record.links
    assert len(record.links.pending) == 1
    many = [follow(send=f"mail {number}", doubt=AGENT) for number in range(MOST_PENDING + 9)]
    record = decide(reader("clicks"), *many).record
    assert record.links
    assert len(record.links.pending) == MOST_PENDING


def test_the_note_of_the_send_ledger_says_what_was_counted() -> None:
    """With an edition or without, and since when; what another version wrote stays as it is."""
    for note in ("", "0123456789abcdef"):
        for measures in (frozenset({"clicks"}), frozenset({"opens"}), frozenset({"clicks", "opens"})):
            counting = Counting(measures=measures, since=NOON)
            assert split_note(note_counting(note, measures, NOON)) == (note, counting)
        assert split_note(note_counting(note, (), NOON)) == (note, None)
    for other in ("clicks counted from noon", "clicks counted from 2026-99-99T00:00:00Z"):
        assert split_note(other) == (other, None)
