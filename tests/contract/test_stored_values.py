"""Values that lie in a store and at the platform, each as the first version wrote it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from bot.inbound.parse import parse_body
from domain import effects, ports, private_replies, record, referral_codes
from domain.consent import address_registry
from domain.decision import Decision
from domain.events import AnyEvent, ChatRefused, MailRefused, ThreadControlChanged, Unsubscribed
from domain.sequence_runs import Run
from service.engine.build_commit import build_commit, decode_line
from service.playground.journal import Journal
from service.privacy.meta_deletion import DeletionRequest
from store import compression, keys, layout, ledger_lines, packed_records

AT = datetime(2026, 6, 15, 8, tzinfo=UTC)
WRITTEN_AT = "2026-06-15T08:00:00Z"

CHOICES: list[tuple[Any, tuple[str, ...]]] = [
    (ports.SendStatus, ("attempting|failed|queued|refused|sent|unknown",)),
    (record.Address, ("bounced|disowned|moved|pending|proven|unproven", "|button|code")),
    (record.Consent, ("agreed|confirmed|declined|withdrawn",)),
    (Run, ("finished|goal|left|running",)),
    (record.Handover, ("app|flow|person|team",)),
    (effects.Media, ("audio|file|image|video",)),
    (effects.MoveThread, ("pass|take",)),
    (effects.SendMail, ("marketing|transactional",)),
    (
        effects.UpdateAddress,
        ("confirmed|hard_bounce|held|not_me|released|withdrawn|wrong_code", "|button|code"),
    ),
    (
        effects.LedgerEntry,
        (
            (
                "agreed|bounced|confirmed|declined|disowned|expired|mailed|moved|paused|requested|resumed|unblocked|"
                "uncounted|withdrawn"
            ),
        ),
    ),
    (address_registry.AddressState, ("|button|code",)),
    (address_registry.Suppression, ("complaint|erased|hard_bounce|not_me|unsubscribed",)),
    (DeletionRequest, ("done|nothing|open",)),
    (ChatRefused, ("outside_window|permanent|silenced|user_unavailable",)),
    (ThreadControlChanged, ("asked|given_back|spoke|taken",)),
    (MailRefused, ("|block|complaint|hard|policy|soft|unclear", "|block|policy")),
    (Unsubscribed, ("mail|one-click|page|preferences|restored",)),
]
"""What each field holds that has few values, in the order of the fields; a new value may be added."""

ENTRY = {"ref": "spring", "source": "ADS", "ad_id": "7"}
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "AddressMoved": ("AddressMoved", {"address": "a"}),
    "AddressUnblocked": ("AddressUnblocked", {"address": "a", "by": "operator anna: a slip"}),
    "ChatRefused": ("ChatRefused", {"reason": "permanent", "send": "s.1"}),
    "CodeDrawn": ("CodeDrawn", {"pool": "spring", "code": "A1"}),
    "CodesGuarded": ("CodesGuarded", {"address": "a"}),
    "Commented": ("Commented", {"comment": "5_9", "post": "5", "text": "tea"}),
    "ConfirmPressed": ("ConfirmPressed", {"token": "t"}),
    "Control": ("Control", {"action": "spoke", "app": "9"}),
    "Invited": ("Invited", {"flow": "offer", "post": "5", "comment": "5_9", "language": "de"}),
    "FieldsTold": ("FieldsTold", {"fields": {"tea": "green"}, "past": False}),
    "MailHeld": ("MailHeld m", {"send_id": "m", "template": "welcome", "reason": "until the quiet hours are over"}),
    # Lines of before name neither class nor mail; reports count them in no class.
    "MailRefused": (
        "MailRefused hard m",
        {
            "send_id": "m",
            "reason": "550",
            "address": "a",
            "hard_bounce": True,
            "returned": "hard",
            "about_us": "",
            "marketing": True,
        },
    ),
    "MailSent": ("MailSent", {"send_id": "m", "message_id": "<m@example.com>", "content_hash": "00"}),
    "Message": (
        "Message",
        {"mid": "m", "text": "hi", "payload": "", "attachments": ["image"], "urls": [""], "entry": ENTRY},
    ),
    "MessageEdit": ("MessageEdit", {"mid": "m", "text": "ho", "edition": 2}),
    "MessageUnsend": ("MessageUnsend", {"mid": "m"}),
    "NotMe": ("NotMe", {"address": "a", "send": "m", "blocked": False}),
    "MailsPaused": ("MailsPaused", {"address": "a", "until": WRITTEN_AT}),
    "TaskSettled": ("TaskSettled", {"task": "m", "number": 0}),
    "FrequencyChosen": ("FrequencyChosen", {"address": "a", "days": 7}),
    "ChoiceAnswered": ("ChoiceAnswered", {"send": "m", "number": 2, "text": ""}),
    "OptIn": ("OptIn", {"ref": "spring", "type": ""}),
    "Postback": ("Postback Help", {"mid": "m", "payload": "do|help", "title": "Help", "entry": None}),
    "ProductEvent": (
        "ProductEvent cup.noted",
        {
            "name": "cup.noted",
            "properties": {"tea": "Assam", "cups": 2, "hot": True, "milk": None},
            "past": False,
        },
    ),
    "Profiled": ("Profiled", {"first_name": "Mia", "locale": "en_GB", "timezone": "Europe/London"}),
    "Reaction": ("Reaction", {"mid": "m", "reaction": "love", "action": "react"}),
    "Referral": ("Referral", {"entry": ENTRY}),
    "Resubscribed": ("Resubscribed", {"topic": "leaf", "address": "a", "wording": "w", "language": "en"}),
    "SeatsTaken": ("SeatsTaken", {"thing": "evenings frost", "wanted": 2, "held": 2, "left": 10}),
    "StopReasonGiven": ("StopReasonGiven too_often", {"reason": "too_often"}),
    "Unsubscribed": ("Unsubscribed", {"topic": "leaf", "via": "page", "address": "a"}),
}
"""By tag: what a line of the history says of the event, and the event as a dead letter holds it."""

STAMP = 1_781_510_395_000
WEBHOOKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "message": ("fwjhlYjV7v--", "messaging", {"message": {"mid": "m1", "text": "hi"}}),
    "postback": ("Ri9mAZ76mHWh", "messaging", {"postback": {"mid": "m1", "payload": "do|help", "title": "Help"}}),
    "postback without id": ("9lRPiiLUtoVo", "messaging", {"postback": {"payload": "do|help", "title": "Help"}}),
    "edit": ("_8cDQRpzW4oN", "messaging", {"message_edit": {"mid": "m1", "text": "ho", "num_edit": 2}}),
    "unsend": ("OpgRADrheF2r", "messaging", {"message": {"mid": "m1", "is_deleted": True}}),
    "reaction": ("csle4T1A-pfb", "messaging", {"reaction": {"mid": "m1", "action": "react", "reaction": "love"}}),
    "reaction taken back": ("QAJNqDv9xW6z", "messaging", {"reaction": {"mid": "m1", "action": "unreact"}}),
    "link": (
        "Mi-RJSwS2Trd",
        "messaging",
        {"referral": {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
    ),
    "opt-in": ("Q3bfOeuMyEyv", "messaging", {"optin": {"ref": "spring"}}),
    "thread passed": (
        "Fy9tKRE23W6G",
        "messaging",
        {"pass_thread_control": {"new_owner_app_id": "9", "metadata": ""}},
    ),
    "thread taken": (
        "xvFGjb_eUi8C",
        "messaging",
        {"take_thread_control": {"previous_owner_app_id": "9", "metadata": ""}},
    ),
    "thread asked for": (
        "Bw3slz_hc_Bm",
        "messaging",
        {"request_thread_control": {"requested_owner_app_id": "9", "metadata": ""}},
    ),
    "standby": ("x3sTr4GhaVrg", "standby", {"message": {"mid": "m1", "text": "hi"}}),
}
"""Id under which an event of a webhook is known for a week, whatever version committed it first."""

LINE = (
    b'{"number":2,"previous":"00ff","at":"2026-06-15T08:00:00Z","act":"confirmed","topic":"leaf","address":"a",'
    b'"wording":"","language":"en","how":"code","mid":"m_1","message_id":"","content_hash":""}'
)
STORED_LINES = {
    "zstd": "20c14501000381024d9f7a25d9f37a03f93909fc97c6c94e0f5f1a6f63aca47ce8213c976ffa391600e22f9720",
    "deflate": (
        "4384aa114aa81a18a4a5a186ac99aea169888105246411418aec739887735213d3503c9d88c7d7a979705f43fd02717d6ebc21311e0000"
    ),
}
"""A line as it is stored now, and as it was stored before zstd."""

LEDGER_LINE = (
    b'{"number":1,"previous":"","at":"2026-06-15T08:00:00Z","act":"agreed","topic":"leaf","address":"","wording":"'
    b'c9ff95c51ff2a35aefd6419d","language":"en","how":"typed","mid":"m_1","message_id":"","content_hash":""}'
)
COMPACT_LINE = "0f013d065446368e40008395e69f4cc9ff95c51ff2a35aefd6419dc0c3fe0131"
"""That line as a ledger holds it; lines before it may have the forms of STORED_LINES."""

NAME, VERSION = b"q6NX20kJHtV7kH8e", (1 << 50).to_bytes(8, "big")
PACKED_RECORDS = {
    "without name and version": (
        "9203c73701204f95010063c207a52896a3692c4bb22449b22acb51242b23d4e8a44eb80894621b23e2e00a1506fcd2917cd9713dfa56"
        "469818e83d17"
    ),
    "whole": (
        "9203c74d002069450200b3c30ca52896a3692c4bb22449b22acb51242b23d4e8a44eb80894621b23aa8ea8bef0180e0fbe22c4318567"
        "5a417a5c5b9438b8420507fcec917c0d723dfa704658ba43be5f2e06"
    ),
}
"""A record as it is stored under its own key, and as it would be under another one."""


JOURNAL = {
    "players": "psid name email language",
    "said": "psid mid text at photo team ref",
    "sent": "page psid at mid action message persona",
    "mails": "number received_at sender recipients smtputf8 raw",
}
"""Fields of what the playground remembers from one start to the next, by part."""


def list_choices(annotation: Any) -> Iterator[str]:  # noqa: ANN401  an annotation can be anything
    """Yield the values of every ``Literal`` in an annotation."""
    if get_origin(annotation) is Literal:
        yield "|".join(sorted(map(str, get_args(annotation))))
        return
    for part in get_args(annotation):
        yield from list_choices(part)


@pytest.mark.parametrize(("holder", "choices"), CHOICES)
def test_a_field_with_few_values_keeps_them(holder: Any, choices: tuple[str, ...]) -> None:  # noqa: ANN401  see CHOICES
    """What was stored under a word is found under that word only."""
    annotations = [holder]
    if isinstance(holder, type) and issubclass(holder, msgspec.Struct):
        hints = get_type_hints(holder)
        annotations = [hints[name] for name in holder.__struct_fields__]

    assert tuple(values for annotation in annotations for values in list_choices(annotation)) == choices


@pytest.mark.parametrize("tag", EVENTS)
def test_a_stored_event_is_read_and_written_as_it_lies_there(tag: str) -> None:
    """Dead letters wait for weeks, and are decided by whatever version runs then."""
    stored = {"event": tag, "id": "e1", "at": WRITTEN_AT, **EVENTS[tag][1]}
    event: AnyEvent = msgspec.convert(stored, AnyEvent)

    assert json.loads(msgspec.json.encode(event)) == stored


@pytest.mark.parametrize("tag", EVENTS)
def test_a_history_names_an_event_as_it_always_did(tag: str) -> None:
    """Reports and replays compare the names in lines of years."""
    label, fields = EVENTS[tag]
    stored = {"event": tag, "id": "e1", "at": WRITTEN_AT, **fields}
    event: AnyEvent = msgspec.convert(stored, AnyEvent)
    identity = record.Identity(page="4711", psid="7")
    person = record.Subscriber(id="s", version=2, identity=identity, created_at=AT, last_event_at=AT)
    decision = Decision(record=person, effects=(), wake_chat=None, wake_mail=None, reasons=())
    (line,) = build_commit(decision, version=1, events=(event,), now=AT, claim_ms=0).history

    assert decode_line(line).events == (label,)


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_a_webhook_that_is_sent_again_has_the_id_it_had(kind: str) -> None:
    """The platform repeats webhooks for days, also over an upgrade."""
    given, channel, item = WEBHOOKS[kind]
    whole = {"sender": {"id": "7"}, "recipient": {"id": "4711"}, "timestamp": STAMP, **item}
    body = {"object": "page", "entry": [{"id": "4711", "time": STAMP, channel: [whole]}]}
    (person,) = parse_body(json.dumps(body).encode(), AT).people

    assert [event.id for event in person.events] == [given]


@pytest.mark.parametrize("form", STORED_LINES)
def test_a_stored_line_is_read_whatever_version_compressed_it(form: str) -> None:
    """Ledgers and histories hold lines of both forms."""
    assert compression.decompress_line(bytes.fromhex(STORED_LINES[form])) == LINE


def test_a_compact_line_of_the_ledger_is_read() -> None:
    """Its hash chains the next one, so it comes back byte for byte."""
    assert ledger_lines.read_ledger([bytes.fromhex(COMPACT_LINE)]) == (LEDGER_LINE,)
    assert ledger_lines.compress_ledger_line(LEDGER_LINE).hex() == COMPACT_LINE


@pytest.mark.parametrize("form", PACKED_RECORDS)
def test_a_packed_record_is_read(form: str) -> None:
    """With its name and its version, whether they lie in it or are told by key and prefix."""
    found = record.decode(packed_records.unpack_record(NAME, VERSION, bytes.fromhex(PACKED_RECORDS[form])))

    assert (found.id, found.version, found.identity.page, found.created_at) == (NAME.decode(), 1 << 50, "4711", AT)


def test_a_seen_event_is_known_by_the_same_short_id() -> None:
    """Twelve bytes of its hash."""
    assert compression.shorten_event_id("m1").hex() == "d51d6d992cb8aa02aae6fa7f"


def test_a_record_of_the_first_version_is_filled_up_with_the_same_values() -> None:
    """A field that came later means what it meant when there was none."""
    first = msgspec.msgpack.encode([1, "sub", 1, ["4711", "7"], AT, AT])

    assert json.loads(msgspec.json.encode(record.decode(first))) == [
        1, "sub", 1, ["4711", "7"], WRITTEN_AT, WRITTEN_AT, "", ["", "", ""], {}, [], ["", "", ""], None, None,
        False, False, {}, {}, {}, {}, {}, [], [], 0, "", 0, [], {}, None, {}, "", "", "", None, "", None, None, [],
        False, [], None, {}, {}, None, {}, None, None, {}, None, {}, None, None, [], None, None, None,
    ]  # fmt: skip


def test_names_of_the_whole_store_keep_their_form() -> None:
    """What a store was made with, who works on it, and how scores of waiting heads are counted."""
    names = (keys.LAYOUT_KEY, keys.WORKERS_KEY, keys.LEASES_KEY, keys.LANES_KEY, keys.BARRIER_KEY, keys.HINTS_CHANNEL)

    assert b" ".join(names) == (b"{meta}:layout {meta}:workers {meta}:leases {meta}:lanes {meta}:barrier {meta}:hints")
    assert (layout.TOKENS_PER_MS, layout.DAY_MS) == (1000, 86_400_000)


def test_marks_in_ids_and_refs_stay_the_same() -> None:
    """How a record that stands for a comment is told from a person, and a link to a draft from any other."""
    assert (private_replies.PLACEHOLDER_PREFIX, referral_codes.DRAFT_PREFIX, effects.NOTICE) == (
        "comment:",
        "try-",
        "note",
    )


def test_the_playground_remembers_under_the_same_names() -> None:
    """Its journal is one map of maps."""
    parts = {name: get_args(annotation)[0] for name, annotation in get_type_hints(Journal).items()}
    fields = {
        name: getattr(part, "__struct_encode_fields__", ()) or get_type_hints(part) for name, part in parts.items()
    }

    assert {name: " ".join(names) for name, names in fields.items()} == JOURNAL
