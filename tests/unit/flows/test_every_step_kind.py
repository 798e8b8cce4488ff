"""Every kind of step in one flow, and whatever people, team, platform and time do, in whatever order."""

from datetime import timedelta
from functools import cache
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.effects import Effect, PostedEffect, encode_posted
from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    ChatRefused,
    HookAnswered,
    Message,
    MessageEdit,
    MessageUnsend,
    Postback,
    Referral,
    SeatsTaken,
    ThreadControlChanged,
    VoucherDrawn,
)
from domain.record import decode, encode
from flows.compiled.catalog import FlowCatalog
from flows.language.model import END, StepKind
from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, roomy_config

STEPS = """
  hello: {say: Hello., tag: vip, score: {points: 1}, choices: {Go on: part, Skip all: {go: bye, tag: cold}}}
  part: {split: {tea: 50%, mood: 50%}}
  tea: {say: Which tea?, ask: text, save: tea, skip: None, nudge: {after: 1 hour, say: Still here.}, else: bye}
  mood: {say: Look., buttons: {More: seats, Shop: "https://amseltea.example"}, timeout: {after: 2 hours, go: seats}}
  seats: {say: How many?, ask: {for: number, from: 1, to: 9}, save: seats, else: bye}
  day: {say: Which day?, ask: date, save: day, else: bye}
  clock: {say: When?, ask: time, else: bye}
  moment: {say: When exactly?, ask: moment, save: tasting_at, else: bye}
  phone: {say: Number?, ask: phone, skip: No number, else: bye}
  sure: {say: Sure?, ask: yes_no, save: agreed, else: bye}
  stars: {say: How was it?, ask: rating, save: points, else: bye}
  some: {say: Which?, ask: many, choices: [Tea, Cups], save: interests, else: bye}
  both: {say: "Both?", ask: {for: several, steps: [when, crew]}, else: bye}
  when: {say: When?, ask: time, else: bye}
  crew: {say: How many?, ask: number, save: seats, else: bye}
  shot: {say: A picture?, ask: file, skip: No picture, else: bye}
  ask: {say: Any question?, ask: {for: question, table: faq}, else: big}
  big: {if: field seats is at least 4, go: help, else: inner}
  help: {switch: seats, cases: {10 or more: bye, over 3: helped}, else: bye}
  helped: {say: I get somebody., hand_over: A big table}
  inner: {call: g}
  row: {find: {table: faq, where: "id is {{ tea }}"}, no_rows: gift}
  gift: {code: spring, else: address}
  gifted: {say: "{{ code }}"}
  evening: {find: {table: evenings, where: id is frost}, no_rows: bye}
  seat: {take: {from: evenings, places: 2}, else: full}
  full: {say: "{{ places_left }} left.", give_back: evenings}
  address: {say: Address?, ask: email, else: outside}
  outside: {say: I ask., hook: crm, fields: [tea], sets: [seats], at_most: 1 minute, else: bye}
  proof: {say: Code?, prove: address, else: bye}
  ticket: {mail: ticket, else: later}
  later: {relay: {mail: reminder, at: 1 day before tasting_at}, say: See you soon.}
  soon: {relay: reminder, say: Now.}
  pause: {say: Wait., wait: 5 minutes}
  leaf: {say: The Leaf?, consent: friday_leaf, agree: "Yes, please", decline: Not now, else: bye}
  code: {say: The code?, confirm: friday_leaf, else: bye}
  told: {notify: {team: sales, say: "Wants {{ tea }}."}, channel: both, event: tasting.booked, speak: de}
  data: {my_data: show, say: Here., choices: {Delete all: gone, Keep: bye}}
  gone: {say: Gone., my_data: delete}
  bye: {say: Bye., untag: vip, withdraw: friday_leaf, go: end}
"""
INNER = "flow: g\nsteps:\n  x: {say: In g., choices: {Ok: y, No: end}}\n  y: {say: Done., wait: 1 minute}\n"
FAQ = "- {id: open, question: When are you open?, words: [open, hours], answer: From nine.}\n"
EVENINGS = "- {id: frost, places: 12}\n"


@cache
def catalog_of_all_kinds() -> FlowCatalog:
    """The flow with everything in it, and the one it calls."""
    files = {
        "flows/f.yaml": f"flow: f\nstart: {{words: [go now], links: [spring]}}\nsteps:\n{STEPS}",
        "flows/g.yaml": INNER, "tables/faq.yaml": FAQ, "tables/evenings.yaml": EVENINGS,
    }  # fmt: skip
    compiled, found = compile_flows(files, roomy_config())
    assert [one for one in found if one.severity == "error"] == []
    return compiled


SAID = st.sampled_from([
    "go now", "Go on", "go on", "Assam", "4", "2", "tomorrow", "tomorrow at 3", "19:00", "+49 151 23456789", "yes",
    "no", "CODE", "000000", "mia@example.com", "when are you open", "ok", "delete all", "keep", "back", "stop", "bot",
    "person",
    "start over", "help", "More", "None", "No number", "No picture", "Yes, please", "", "👍", "newsletter", "xyz",
])  # fmt: skip
FITTING = {
    "hello": "Go on", "tea": "Assam", "mood": "More", "seats": "4", "day": "tomorrow", "clock": "19:00",
    "moment": "tuesday at 3 pm", "phone": "+49 151 23456789", "sure": "yes", "stars": "5", "shot": "No picture",
    "some": "all", "both": "hm", "when": "19:00", "crew": "4",
    "ask": "when are you open", "address": "mia@example.com", "proof": "CODE", "x": "Ok", "leaf": "Yes, please",
    "code": "CODE", "data": "delete all", "": "go now",
}  # fmt: skip
"""By step, an answer that fits."""
WAITS = {"gift": "drawn", "seat": "seated", "outside": "answered", "helped": "back", "pause": "due", "y": "due"}
"""By step, what it waits for that is no answer."""
ACTS = st.lists(
    st.one_of(
        *[st.tuples(st.sampled_from(["fits"]), SAID) for _ in range(8)],
        st.tuples(st.sampled_from(["drawn", "seated", "answered", "back", "due"]), SAID),
        st.tuples(st.just("types"), SAID),
        st.tuples(st.just("taps"), st.sampled_from(["0", "1", "2"])),
        st.tuples(
            st.sampled_from(["drawn", "answered", "empty", "seated", "sold", "due", "day", "spoke", "back", "refused"]),
            SAID,
        ),
        st.tuples(st.sampled_from(["edit", "unsend"]), SAID),
        st.tuples(
            st.sampled_from(["link", "file", "old"]), st.sampled_from(sorted(catalog_of_all_kinds().flows["f"].steps))
        ),
    ),
    max_size=60,
)


def event_of(person: FlowPerson, kind: str, what: str) -> AnyEvent | None:
    """Make an event of a drawn act; None: a timer is due."""
    if kind == "fits":
        kind, what = "types", FITTING.get(person.step_name, what)
    at, mid = person.now, f"m{person.events}"
    last = f"m{person.events - 1}"
    text = person.confirmation_code if what == "CODE" and person.record.pending else what
    chips = [*person.chats[-1].quick_replies, *person.chats[-1].buttons] if person.chats else []
    chip = chips[int(what) % len(chips)] if chips and what.isdecimal() else None
    told = next((one.chat for one in person.record.relays if one.chat), "")
    talk = person.record.conversation
    made: dict[str, AnyEvent] = {
        "types": Message(id=mid, at=at, mid=mid, text=text),
        "taps": Message(id=mid, at=at, mid=mid, text=chip.label if chip else "", payload=chip.payload if chip else ""),
        "file": Message(id=mid, at=at, mid=mid, attachments=("image",), urls=("https://x.example/1",)),
        "old": Postback(id=mid, at=at, mid=mid, payload=f"tap|f|{what}|0", title="Old"),
        "link": Referral(id=mid, at=at, entry=EntryPoint(ref="spring")),
        "edit": MessageEdit(id=mid, at=at, mid=last, text=text, edition=1),
        "unsend": MessageUnsend(id=mid, at=at, mid=last),
        "drawn": VoucherDrawn(id=mid, at=at, pool="spring", code="TEA-1"),
        "empty": VoucherDrawn(id=mid, at=at, pool="spring", code=""),
        "seated": SeatsTaken(id=mid, at=at, thing="evenings frost", wanted=2, held=2, left=10),
        "sold": SeatsTaken(id=mid, at=at, thing="evenings frost", wanted=2, held=0, left=1),
        "answered": HookAnswered(
            id=mid, at=at, hook="crm", asked_at=talk.entered_at if talk else at, taken=True, fields={"seats": 3}
        ),
        "spoke": ThreadControlChanged(id=mid, at=at, action="spoke"),
        "back": ThreadControlChanged(id=mid, at=at, action="given_back"),
        "refused": ChatRefused(id=mid, at=at, reason="outside_window", send=told),
    }
    return made.get(kind)


def can_all_be_sent(effects: tuple[Effect, ...]) -> bool:
    """Return True if every effect can travel, and every message has something in it."""
    posted = [one for one in effects if isinstance(one, get_args(PostedEffect))]
    return all(encode_posted(one) for one in posted) and not any(
        getattr(one, "text", "x") == "" and one.media is None and not one.cards
        for one in posted
        if type(one).__name__ == "SendChat"
    )


def test_fitting_answers_lead_through_every_kind() -> None:
    """Nothing is left out of what follows: with answers that fit, every step is seen but those of other ways."""
    person, seen = FlowPerson(catalog_of_all_kinds(), config=roomy_config()), set[str]()
    for _ in range(60):
        waits = WAITS.get(person.step_name, "fits")
        person.pass_time(timedelta(minutes=6 if waits == "due" else 0))
        person.handle_event(event_of(person, waits, ""))
        seen |= {one.step for one in person.outcome.reasons} | {person.step_name}
    kinds = {
        step.kind for flow in catalog_of_all_kinds().flows.values() for step in flow.steps.values() if step.name in seen
    }
    assert {*get_args(StepKind)} - kinds <= {"say"}


@settings(max_examples=250, deadline=None)
@given(ACTS)
def test_every_kind_survives_any_sequence_of_events(acts: list[tuple[str, str]]) -> None:
    """Nothing raises; the step exists, effects travel, the record is kept whole, and what was due is done."""
    person = FlowPerson(catalog_of_all_kinds(), config=roomy_config())
    for kind, what in [("types", "go now"), ("types", "go on"), *acts]:
        person.pass_time({"due": timedelta(minutes=70), "day": timedelta(days=1)}.get(kind, timedelta(seconds=20)))
        person.handle_event(event_of(person, kind, what))
        if person.next_wake is not None and person.next_wake <= person.now:
            person.handle_event(None)
        record, talk = person.record, person.record.conversation
        assert can_all_be_sent(person.outcome.effects)
        assert decode(encode(record)) == record
        assert talk is None or talk.step in catalog_of_all_kinds().flows[talk.flow].steps
        assert talk is None or talk.step != END
        assert person.next_wake is None or person.next_wake > person.now
        assert (record.handover is None) or record.paused
        consent = record.consents.get("friday_leaf")
        assert consent is None or consent.status != "confirmed" or record.addresses[consent.address].status == "proven"
