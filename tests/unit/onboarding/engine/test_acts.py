"""What steps do at once: marks, events, notices, codes, ways, hooks, relays, and mails that rest on a contract."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome
from domain.effects import NOTICE, CallHook, DrawVoucher, LedgerEntry, SendChat, SendMail, TeamListEntry
from domain.events import AnyEvent, ChatRefused, HookAnswered, ProductEvent, VoucherDrawn
from domain.failed_hooks import read_failed_hook
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from tests.support.people import NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, confirmed_newcomer

HOUR = timedelta(hours=1)
_WRITTEN = SHIPPED_CONFIG.model_dump(by_alias=True)
CONFIG = WorkspaceConfig.model_validate(
    _WRITTEN
    | {
        "topics": _WRITTEN["topics"] | {"parcels": {"name": {"en": "Parcels", "de": "Pakete"}, "basis": "contract"}},
        "fields": _WRITTEN["fields"] | {"visits": {"type": "number"}, "is_vip": {"type": "yes_no"}},
        "events": _WRITTEN["events"] | {"parcel.sent": {"label": {"en": "parcel sent"}}},
        "hooks": {
            "crm": {"url": "https://crm.example/d", "fields": ["city"],
                    "events": ["started", "goal", "left", "unsubscribed", "confirmed", "answered"]},
            "shop": {"url": "https://shop.example/d"},
        },
    }
)  # fmt: skip


HEAD = f"topic: {TOPIC}\nstart: confirmed"


class Person:
    """Somebody who lives through sequences of a workspace with hooks and a contract."""

    def __init__(self, *steps: str, record: Subscriber | None = None, head: str = HEAD) -> None:
        texts = {f"sequences/{n}.yaml": f"sequence: s{n}\n{head}\nsteps:\n{text}" for n, text in enumerate(steps)}
        self.catalog = compile_all(texts)
        self.record = record or confirmed_newcomer()
        self.outcomes: list[Outcome] = []

    def take(self, after: timedelta, event: AnyEvent | None = None, *facts: Fact) -> Outcome:
        """Take an event some time after noon, after all that was due before."""
        while (due := wake_at(self.catalog, self.record)) is not None and due < NOON + after:
            self._decide(due - NOON, None)
        return self._decide(after, event, *facts)

    def confirm(self) -> Outcome:
        """Confirm the topic."""
        address = self.record.consents[TOPIC].address
        return self.take(timedelta(0), None, Fact(name="confirmed", at=NOON, topic=TOPIC, address=address))

    def did(self, name: str, after: timedelta = timedelta(0)) -> Outcome:
        """Do something that the product tells."""
        return self.take(after, ProductEvent(id=f"{name}{after}", at=NOON + after, name=name))

    def found(self, kind: type) -> list[Any]:
        """Return every effect of a kind so far."""
        return [effect for outcome in self.outcomes for effect in outcome.effects if isinstance(effect, kind)]

    @property
    def sentences(self) -> list[str]:
        """Every sentence of the log so far."""
        return [reason.text for outcome in self.outcomes for reason in outcome.reasons]

    def _decide(self, after: timedelta, event: AnyEvent | None, *facts: Fact) -> Outcome:
        outcome = decide(self.catalog, self.record, event, facts, context_at(after))
        self.record = outcome.record
        self.outcomes.append(outcome)
        return outcome


def compile_all(texts: dict[str, str]) -> SequenceCatalog:
    """Compile sequences without an error; two that begin alike are only warned of."""
    catalog, findings = compile_sequences(texts, CONFIG)
    assert [finding.message for finding in findings if finding.severity == "error"] == []
    return catalog


def context_at(after: timedelta = timedelta(0)) -> Context:
    """Return what deciding may know, some time after noon."""
    return replace(deciding_context(after=after), config=CONFIG)


def test_marks_change_the_record_and_say_so_without_values() -> None:
    """Tags, fields, points and sums; a value never stands in the log, since it may be personal."""
    steps = "  a: {tag: [lead, guest], untag: guest}\n  b: {set: {city: Bremen, is_vip: yes}, score: {lead_score: 5}}\n"
    person = Person(steps + '  c: {set: {visits: "lead_score * 2 + 1"}}\n')

    person.confirm()

    assert person.record.tags == ("lead",)
    assert person.record.fields == {"city": "Bremen", "is_vip": True, "lead_score": 5, "visits": 11}
    assert person.sentences[1:] == [
        "a: tagged lead, guest; untagged guest.",
        "b: set city, is_vip; scored lead_score +5.",
        "c: set visits.",
        "s0 is finished: friday_leaf was confirmed.",
    ]


def test_an_event_of_one_sequence_moves_another_in_the_same_moment() -> None:
    """What a step records is heard by every sequence before the decision is complete."""
    person = Person(
        "  a: {event: box.ordered}\n", "  w: {wait: {for: box.ordered, at_most: 9 days}}\n  t: {tag: lead}\n"
    )

    person.confirm()

    assert person.record.behaviour["box.ordered"].count == 1
    assert (person.record.tags, wake_at(person.catalog, person.record)) == (("lead",), None)


def test_sequences_that_wake_each_other_come_to_an_end() -> None:
    """Two that tell each other events for ever stop within the moment, and go on with the next event."""
    chain = {
        f"sequences/{name}.yaml": f"sequence: {name}\ntopic: {TOPIC}\nstart: {heard}\nagain: always\n"
        f"steps:\n  x: {{event: {told}}}\n"
        for name, heard, told in (("a", "cup.noted", "box.ordered"), ("b", "box.ordered", "cup.noted"))
    }
    event = ProductEvent(id="1", at=NOON, name="cup.noted")

    outcome = decide(compile_all(chain), confirmed_newcomer(), event, (), context_at())

    assert (outcome.record.runs["a"].number, outcome.record.runs["b"].number) == (3, 2)


def test_the_team_is_told() -> None:
    """The notice is filled; above twenty mails within a day it is only noted."""
    person = Person('  a: {notify: {team: sales, say: "From {{ city }}: {{ cups }} cups, {{ hi }}."}}\n')
    person.record = replace(person.record, fields={"city": "Kiel", "first_name": "Mia"})
    person.confirm()

    (mail,) = person.found(SendMail)
    assert (mail.team, mail.lane, mail.address, mail.template) == ("sales", "transactional", "", "")
    assert mail.variables == {NOTICE: "From Kiel: 0 cups, Hi Mia."}
    assert person.sentences[1] == "The team (sales) is told by mail."

    busy = Person(
        "  a: {notify: {team: sales, say: Hello}}\n", record=replace(confirmed_newcomer(), flow_mails=(NOON,) * 20)
    )
    busy.confirm()
    assert busy.found(SendMail) == []


def test_a_code_is_drawn_before_the_mail_goes() -> None:
    """The step waits for the pool; who has a code of it goes on at once, and an empty pool leads to else."""
    steps = "  draw: {code: leaf_cup, else: none}\n  a: {send: welcome, go: end}\n  none: {tag: lead}\n"
    person = Person(steps)
    person.confirm()
    (draw,) = person.found(DrawVoucher)
    assert (draw.pool, person.found(SendMail)) == ("leaf_cup", [])

    person.take(timedelta(seconds=2), VoucherDrawn(id=draw.id, at=NOON, pool="leaf_cup", code="TEA-1"))
    assert [mail.template for mail in person.found(SendMail)] == ["welcome"]
    assert person.record.codes == {"leaf_cup": "TEA-1"}

    again = Person(steps, record=replace(confirmed_newcomer(), codes={"leaf_cup": "TEA-1"}))
    again.confirm()
    assert (again.found(DrawVoucher), len(again.found(SendMail))) == ([], 1)

    late = Person(steps)
    late.confirm()
    late.take(timedelta(seconds=2), VoucherDrawn(id="x", at=NOON, pool="leaf_cup", code=""))
    assert (late.record.tags, late.found(SendMail)) == (("lead",), [])

    unanswered = Person(steps)
    unanswered.confirm()
    unanswered.take(2 * HOUR)
    assert unanswered.record.tags == ("lead",)


def test_who_is_taken_off_gets_nothing_more() -> None:
    """The ledger says “lapsed”, and every sequence of the topic is left in the same moment."""
    person = Person(
        "  w: {wait: 1 day}\n  off: {withdraw: friday_leaf}\n", "  w: {wait: 9 days}\n  m: {send: welcome}\n"
    )
    person.confirm()

    person.take(2 * DAY)

    (entry,) = person.found(LedgerEntry)
    assert (entry.act, entry.topic, entry.how) == ("withdrawn", TOPIC, "lapsed")
    assert person.record.consents[TOPIC].status == "withdrawn"
    assert {name: run.status for name, run in person.record.runs.items()} == {"s0": "finished", "s1": "left"}


def test_a_split_sends_people_to_steps() -> None:
    """Each person always goes the same way, and both ways are gone."""
    ways = set()
    for number in range(30):
        person = Person("  s: {split: {one: 50%, two: 50%}}\n  one: {tag: lead, go: end}\n  two: {tag: guest}\n",
                        record=confirmed_newcomer(str(number)))  # fmt: skip
        person.confirm()
        ways.add(person.record.tags)

    assert ways == {("lead",), ("guest",)}


def test_the_first_mail_whose_condition_holds_goes() -> None:
    """Conditions are asked from above; ``else`` is for everybody else."""
    steps = "  a: {send: {welcome: tag is lead, come_back: city is Kiel, evaluate_order: else}}\n"
    told = {}
    known: dict[str, dict[str, Any]] = {"lead": {"tags": ("lead",)}, "kiel": {"fields": {"city": "Kiel"}}, "other": {}}
    for name, changes in known.items():
        person = Person(steps.replace("city is", "field city is"), record=replace(confirmed_newcomer(), **changes))
        person.confirm()
        told[name] = [mail.template for mail in person.found(SendMail)]

    assert told == {"lead": ["welcome"], "kiel": ["come_back"], "other": ["evaluate_order"]}


RELAY = '  a: {relay: {mail: come_back, say: {en: "{{ hi }}, one cup?", de: "{{ hi }}, eine Tasse?"}}}\n'


@pytest.mark.parametrize(
    ("channels", "window", "chats", "mails"),
    [
        ({}, HOUR, ["Hello, one cup?"], []),
        ({}, -HOUR, [], ["come_back"]),
        ({"": "mail"}, HOUR, [], ["come_back"]),
        ({TOPIC: "both"}, HOUR, ["Hello, one cup?"], ["come_back"]),
    ],
)
def test_a_relay_takes_the_chat_while_that_is_possible(
    channels: dict[str, str], window: timedelta, chats: list[str], mails: list[str]
) -> None:
    """By the channel that the person chose; without a choice by chat while the window is open, else by mail."""
    record = replace(confirmed_newcomer(), channels=channels, window_expires_at=NOON + window)
    person = Person(RELAY, record=record)

    person.confirm()

    assert [chat.text for chat in person.found(SendChat)] == chats
    assert [mail.template for mail in person.found(SendMail)] == mails
    assert len(person.record.mailed) == 1


def test_a_relay_that_the_platform_refuses_goes_by_mail() -> None:
    """Under the id of the mail it would have been, once."""
    person = Person(RELAY, record=replace(confirmed_newcomer(), window_expires_at=NOON + HOUR))
    person.confirm()
    (chat,) = person.found(SendChat)
    assert (chat.id, person.record.chat_serial) == (f"{person.record.id}.1", 1)
    refused = ChatRefused(id="r", at=NOON, reason="outside_window", send=chat.id)

    person.take(HOUR, refused)
    person.take(HOUR, replace(refused, id="r2"))

    assert [mail.template for mail in person.found(SendMail)] == ["come_back"]


def test_a_hook_is_told_and_not_waited_for() -> None:
    """The listed fields go along; the step goes on in the same moment."""
    person = Person("  a: {hook: shop, fields: [city, visits]}\n  b: {tag: lead}\n")
    person.record = replace(person.record, fields={"city": "Kiel", "first_name": "Mia"})

    person.confirm()

    call = next(call for call in person.found(CallHook) if call.hook == "shop")
    assert (call.kind, call.sequence, call.step, call.fields) == ("step", "s0", "a", {"city": "Kiel"})
    assert (call.until - call.at, person.record.tags) == (DAY, ("lead",))


def test_hooks_hear_what_happens_in_any_sequence() -> None:
    """Each thing once, with the fields that the hook is to know."""
    goal = f"topic: {TOPIC}\nstart: confirmed\ngoal: {{event: box.ordered, within: 9 days}}"
    person = Person("  a: {wait: 3 days}\n", head=goal)
    person.record = replace(person.record, fields={"city": "Kiel"})
    person.confirm()
    person.did("box.ordered", DAY)
    person.did("cup.noted", 2 * DAY)
    person.take(3 * DAY, None, Fact(name="withdrawn", at=NOON + 3 * DAY, topic=TOPIC))

    calls = person.found(CallHook)
    assert [(call.kind, call.sequence, call.topic) for call in calls] == [
        ("confirmed", "", TOPIC), ("started", "s0", ""), ("goal", "s0", ""), ("unsubscribed", "", TOPIC),
    ]  # fmt: skip
    assert {call.hook for call in calls} == {"crm"}
    assert [call.fields for call in calls] == [{"city": "Kiel"}] * 4
    assert len({call.id for call in calls}) == 4


def test_a_hook_that_could_not_be_told_is_listed() -> None:
    """The list names hook, sequence and step, and nothing of the person."""
    person = Person("  a: {hook: shop}\n")
    event = HookAnswered(id="h", at=NOON, hook="shop", asked_at=NOON - DAY, taken=False, told=("step", "s0", "a"))

    outcome = person.take(HOUR, event)
    taken = person.take(HOUR, replace(event, told=("", "", "")))

    (entry,) = (effect for effect in outcome.effects if isinstance(effect, TeamListEntry))
    failed = read_failed_hook(entry.line)
    assert (entry.list_name, failed.hook, failed.sequence, failed.step) == ("failed_hooks", "shop", "s0", "a")
    assert taken.effects == ()


SERVICE = "topic: parcels\nstart: parcel.sent\nagain: always"


def test_a_service_mail_goes_at_any_hour_and_beside_any_other() -> None:
    """On the transactional lane, without consent, to a proven address, and it takes no place of a newsletter."""
    person = Person("  a: {send: welcome}\n", head=SERVICE)
    person.record = replace(person.record, consents={}, mailed=(NOON,))

    person.did("parcel.sent", 11 * HOUR)  # 23:00

    (mail,) = person.found(SendMail)
    assert (mail.lane, mail.topic, mail.queued_at) == ("transactional", "", NOON + 11 * HOUR)
    assert mail.address in person.record.addresses
    assert person.record.mailed == (NOON,)


def test_a_service_sequence_needs_an_address() -> None:
    """Without a proven one it does not begin, and says so."""
    person = Person("  a: {send: welcome}\n", head=SERVICE, record=replace(confirmed_newcomer(), addresses={}))

    person.did("parcel.sent")

    assert person.sentences == ["s0 does not start: no address is proven."]


def test_marketing_in_a_service_sequence_needs_its_consent() -> None:
    """With the consent it keeps the quiet hours and the distance; without it is skipped, and the rest goes on."""
    steps = f"  a: {{send: welcome}}\n  review: {{send: come_back, topic: {TOPIC}}}\n  c: {{tag: lead}}\n"
    with_consent = Person(steps, head=SERVICE)
    with_consent.did("parcel.sent", 11 * HOUR)
    with_consent.take(DAY)
    without = Person(steps, head=SERVICE)
    without.record = replace(without.record, consents={})
    without.did("parcel.sent", 11 * HOUR)

    mails = with_consent.found(SendMail)
    assert [(mail.template, mail.lane, mail.topic) for mail in mails] == [
        ("welcome", "transactional", ""), ("come_back", "marketing", TOPIC),
    ]  # fmt: skip
    assert mails[1].queued_at >= NOON + 19 * HOUR
    assert [mail.template for mail in without.found(SendMail)] == ["welcome"]
    assert "come_back is not sent: friday_leaf is not confirmed." in without.sentences
    assert without.record.tags == ("lead",)
