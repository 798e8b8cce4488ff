"""Names that lie in a store, in chats and in mailboxes: each is pinned here, so that a rename cannot change it.

A class or a function may be renamed at will.  What stands in the tables below is written already, in stores and on
phones that nobody can migrate: a renamed event class keeps its old tag (``tag="OldName"``), a renamed field of a struct
that is stored as a map keeps its old name (``msgspec.field(name="old")``), and fields of array-like structs keep their
order.
"""

import ast
import hashlib
import re
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from bot.outbound.rate_limit import PagePause
from domain import effects, ports, record
from domain.consent import address_registry
from domain.decision import Reason
from domain.deeds import Deed
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, Message
from domain.failed_hooks import FAILED_HOOKS
from domain.house_values import ChosenPart, HouseValues, SilentEvent
from domain.keyring import Keyring
from domain.link_evidence.hits import ClickedMail, Hit, LinkRecord
from domain.sequence_runs import Behaviour, OpenQuestion, Run, TeamTask
from domain.unanswered_questions import UNANSWERED, UnansweredQuestion
from flows.compiled.step import command_payload, start_payload, tap_payload
from service.contact_lists.compare_lists import ListComparison
from service.contact_lists.keep_lists import ListState
from service.engine.build_commit import HistoryLine, decode_line
from service.forecast.night_notes import ForecastNotes, NightNote
from service.forecast.step_mails import StepMails
from service.mail_pace.shares import Share
from service.messenger.webhook_gap import WebhookTimes
from service.playground.journal import Journal
from service.privacy.meta_deletion import DeletionRequest
from service.privacy.provider_erasure import ErasureLine, OpenErasure
from service.runtime.lane_brake.lane_numbers import Answers, LaneNumbers, Mark
from service.workspace.publishing.live_edition import FlowVersion, LiveEdition, RunMove, StepMove
from store import compression_dictionary, keys, layout
from store.valkey.script import FOUND_STORE
from tests.support.paths import ROOT

EVENTS = {
    "AddressMoved": ("address",),
    "AddressUnblocked": ("address", "by"),
    "BeginAllowed": ("sequence",),
    "ChatRefused": ("reason", "send"),
    "CodeDrawn": ("pool", "code"),
    "CodesGuarded": ("address",),
    "Commented": ("comment", "post", "text"),
    "ConfirmPressed": ("token",),
    "Control": ("action", "app"),
    "FieldsTold": ("fields", "past"),
    "CountingEnded": ("topic",),
    "DraftsSettled": ("sequence", "step", "send"),
    "HookAnswered": ("hook", "asked_at", "taken", "fields", "told"),
    "Invited": ("flow", "post", "comment", "language"),
    "IssueCame": ("issue", "topic", "template", "edition", "released_at", "begin_by"),
    "MailHeld": ("send_id", "template", "reason"),
    "MailRefused": ("send_id", "reason", "address", "hard_bounce", "returned", "about_us", "marketing"),
    "MailSent": ("send_id", "message_id", "content_hash"),
    "Message": ("mid", "text", "payload", "attachments", "urls", "entry"),
    "LinkFollowed": ("send", "mail", "topic", "link", "links", "doubt"),
    "MessageEdit": ("mid", "text", "edition"),
    "MessageUnsend": ("mid",),
    "NotMe": ("address", "send", "blocked"),
    "OptIn": ("ref", "type"),
    "Postback": ("mid", "payload", "title", "entry"),
    "ProductEvent": ("name", "properties", "past"),
    "Profiled": ("first_name", "locale", "timezone"),
    "Reaction": ("mid", "reaction", "action"),
    "Referral": ("entry",),
    "Resubscribed": ("topic", "address", "wording", "language"),
    "SeatsTaken": ("thing", "wanted", "held", "left"),
    "StopReasonGiven": ("reason",),
    "MailsPaused": ("address", "until"),
    "FrequencyChosen": ("address", "days"),
    "ChoiceAnswered": ("send", "number", "text"),
    "TaskSettled": ("task", "number"),
    "Unsubscribed": ("topic", "via", "address"),
}
"""Tag and fields of every event, besides ``id`` and ``at``: dead letters and histories hold them."""

EFFECTS = {
    "address": "id address change at by topic proven_at",
    "chat": (
        "id to text quick_replies buttons offer_email typing response good_until media cards offer_phone pause_ms "
        "persona comment"
    ),
    "draw": "id pool",
    "erase": "id",
    "hook": "id hook flow step at until fields sets sequence kind topic",
    "mail": (
        "id template address lane language queued_at topic sequence run step nonce edition variables flow team "
        "calendar issue begin_by"
    ),
    "parked": "id events",
    "profile": "id",
    "seats": "id thing wanted capacity at",
    "thread": "id to action",
}
"""Tag and field order of every effect that waits in the outbox."""

ARRAYS: list[tuple[type[msgspec.Struct], str]] = [
    (
        record.Subscriber,
        (
            "schema id version identity created_at last_event_at language profile fields tags entry conversation "
            "window_expires_at paused unavailable addresses pending consents runs old_behaviour requests wrong_codes "
            "ledger_size ledger_head chat_serial relays channels handover codes window_cause first_flow "
            "trying profiled_at invited trying_until profile_asked_at flow_mails undisclosed mailed interrupted "
            "seats behaviour engaged_at told_at use_hours stop_asked_at got mails_paused_until starts looks_at "
            "questioned_at tasks links mail_days "
            "resting"
        ),
    ),
    (record.Address, "email status proven_by proven_at nonce"),
    (record.Answered, "step mid"),
    (Behaviour, "count first last recent"),
    (Deed, "count first_second last_second packed_recent newest_day packed_days said"),
    (record.Consent, "status wording language asked_at address confirmed_at withdrawn_at measures"),
    (LinkRecord, "pending clicked mails"),
    (ClickedMail, "mail sequence run at"),
    (Hit, "send mail link links at_ms doubt"),
    (
        record.Conversation,
        "flow flow_hash step entered_at tries variables trail nudge_at nudges timeout_at stack answered",
    ),
    (record.Frame, "flow flow_hash step trail answered"),
    (record.Handover, "since by reason last_at flow flow_hash step chats"),
    (record.Identity, "page psid"),
    (record.Pending, "topics nonce requested_at expires_at wrong guarded"),
    (record.Profile, "first_name locale timezone"),
    (record.ScheduledMessage, "id flow flow_hash step due_at chat address"),
    (
        Run,
        (
            "number sequence_hash step started_at entered_at address status due_at ended_at sent counts_from earlier "
            "key heard withheld told drafts approved question answers reached_at"
        ),
    ),
    (OpenQuestion, "step send at until labels given given_at shown free"),
    (TeamTask, "id sequence run step team at due_at text labels outcome done_at reminded"),
    (effects.Button, "label payload url call"),
    (effects.Calendar, "uid title starts minutes where description"),
    (effects.Card, "title subtitle image link buttons"),
    (effects.Media, "kind url"),
    (address_registry.AddressState, "holders owner owner_by owned_at suppressions mails guesses full issues"),
    (address_registry.Suppression, "reason at topic by"),
    (Reason, "room text about step"),
    (HistoryLine, "at events reasons sends heard flow flow_hash step after did past changed edition unsent"),
    (LiveEdition, "epoch edition at back_to versions moves runs"),
    (FlowVersion, "flow hash edition"),
    (StepMove, "flow hash step to"),
    (RunMove, "sequence step to"),
    (DeletionRequest, "at status ended_at"),
    (WebhookTimes, "last day longest days alarmed"),
    (SilentEvent, "since heard_at rare"),
    (ChosenPart, "part at parts is_early until"),
    (NightNote, "day expected low high sent"),
    (Share, "day limit taken"),
    (Mark, "tried bounced complained"),
    (Answers, "all troubled"),
    (ListState, "since until jobs"),
    (OpenErasure, "address email asked_at keys tries due_at"),
    (ErasureLine, "address key outcome asked_at at"),
]
"""Field order of every other struct that is stored as an array."""

MAPS: list[tuple[type[msgspec.Struct], str]] = [
    (
        effects.LedgerEntry,
        "number previous at act topic address wording language how mid message_id content_hash",
    ),
    (EntryPoint, "ref source ad_id"),
    (UnansweredQuestion, "at flow step language text"),
    (PagePause, "until_ms outcome strikes"),
    (Journal, "players said sent mails"),
    (HouseValues, "number silent halted let_go chosen"),
    (ForecastNotes, "day edition steps nights"),
    (StepMails, "slots days people twice"),
    (LaneNumbers, "now marks counted answers latest twice days stopped let_go_at"),
    (ListComparison, "list topic at in_step withdrawn added unsubscribed older unknown unknown_count"),
]
"""Field names of every struct that is stored as a map."""

COUNTERS = {
    "agreed:", "confirmation_requested", "confirmed:", "confirmed_by_", "declined:", "finished:", "flow:", "goal:",
    "hard_bounce", "late_wake", "left:", "link_followed:", "not_me", "opened:", "parked", "reader_bounced",
    "reader_complained", "returned:", "started:", "stop_reason:", "withdrawn:", "wrong_code",
}  # fmt: skip
"""Names of counters, or what they begin with."""

META = {
    "attachments:", "clock", "deletion:", "draft:", "edition:", "heard:", "import:", "live:", "open_deletions",
    "pause:", "personas:", "playground", "house", "events_heard",
    "forecasts", "step_mails", "events_counted", "memory_notes", "mail_shares", "mail_lanes",
    "contact_list:", "contact_lists_compared", "provider_erasures", "provider_erasure_lines", "provider_keys",
}  # fmt: skip
"""Names of meta values, or what they begin with."""

DICTIONARY = "4533fc744cff8f6d46986dd0672467175efba9443cd266d4f7bb286b25bee52a"
"""SHA-256 of the dictionary by which stored lines are compressed; with another, none of them can be read."""


def fields_of(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the names under which the fields are stored, in their order."""
    return struct.__struct_encode_fields__


def test_every_event_keeps_its_tag_and_its_fields() -> None:
    """Dead letters hold events as maps, tagged by name."""
    stored = {event.__struct_config__.tag: fields_of(event) for event in get_args(AnyEvent)}

    assert stored == {tag: ("id", "at", *fields) for tag, fields in EVENTS.items()}
    assert {event.__struct_config__.tag_field for event in get_args(AnyEvent)} == {"event"}


def test_every_effect_keeps_its_tag_and_the_order_of_its_fields() -> None:
    """What waits in the outbox is an array behind a tag."""
    posted = get_args(effects.PostedEffect)

    assert {effect.__struct_config__.tag: " ".join(fields_of(effect)) for effect in posted} == EFFECTS
    assert all(effect.__struct_config__.array_like for effect in posted)


@pytest.mark.parametrize(("struct", "names"), ARRAYS)
def test_an_array_keeps_the_order_of_its_fields(struct: type[msgspec.Struct], names: str) -> None:
    """A field may be appended with a default; none may move."""
    assert struct.__struct_config__.array_like
    assert " ".join(fields_of(struct)) == names


@pytest.mark.parametrize(("struct", "names"), MAPS)
def test_a_map_keeps_the_names_of_its_fields(struct: type[msgspec.Struct], names: str) -> None:
    """Ledger lines are hashed as they are written, so not even their order may change."""
    assert not struct.__struct_config__.array_like
    assert " ".join(fields_of(struct)) == names


def test_a_history_names_events_by_their_tags() -> None:
    """A line of the history says what happened by the name that the first version gave it."""
    at = datetime(2026, 6, 15, 8, tzinfo=UTC)
    line = HistoryLine(at=at, events=("Message",), reasons=(), sends=())

    assert decode_line(msgspec.msgpack.encode(line)) == line
    assert Message.__struct_config__.tag == "Message"


def test_the_dictionary_of_stored_lines_is_byte_for_byte_the_same() -> None:
    """One changed byte, and no line of any ledger or history can be read."""
    assert hashlib.sha256(compression_dictionary.DICTIONARY).hexdigest() == DICTIONARY


def written_in_code(pattern: str, *folders: str) -> set[str]:
    """Return what a pattern finds in the code of the product: its first group, up to a placeholder."""
    texts = [path.read_text("utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {found.partition("{")[0] for text in texts for found in re.findall(pattern, text)}


def test_reasons_come_from_the_rooms_that_histories_know() -> None:
    """Reports and the playground tell reasons apart by their room."""
    rooms = written_in_code(r'Reason\(\s*room="(\w+)"', "domain", "flows", "onboarding", "service", "email_out", "bot")

    assert rooms == {"consent", "flows", "onboarding", "service", "mail"}


def test_counters_keep_their_names() -> None:
    """Reports and circuit breakers read counters of days long past by their names."""
    written = {
        found.partition("{")[0]
        for path in (ROOT / "domain" / "counters.py",)
        for found in re.findall(r'"([a-z_]+:?)"', path.read_text("utf-8"))
    }

    assert written >= COUNTERS


def test_meta_values_keep_their_names() -> None:
    """Values of the whole store are found under their names only."""
    trees = [
        ast.parse(path.read_text("utf-8"))
        for folder in ("bot", "onboarding", "service")
        for path in (ROOT / folder).rglob("*.py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    written = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    assert {name for name in META if name in written or name.removesuffix(":") in written} == META


def test_lanes_keep_their_names() -> None:
    """What waits in a lane is found under its name only."""
    assert (ports.INTERNAL, ports.LATER, ports.HOOKS) == ("internal", "internal-later", "internal-hooks")
    assert (ports.TRANSACTIONAL, ports.MARKETING) == ("mail-transactional", "mail-marketing")
    assert ports.chat_lane("4711") == "chat:4711"
    assert (UNANSWERED, FAILED_HOOKS) == ("unanswered", "failed_hooks")


def test_keys_keep_their_form() -> None:
    """Each key as it is written, for one subscriber, lane, day, list and pool."""
    part = keys.StoreKeys(64).partitions[7]
    made = {name: value for name, value in vars(part).items() if isinstance(value, bytes)}

    assert sorted(made.values()) == sorted((
        b"{7}:", b"{7}:due:chat", b"{7}:due:mail", b"{7}:token", b"{7}:wording", b"{7}:stuck", b"{7}:sends:attempting",
        b"{7}:sends:unknown", b"{7}:epoch", b"{7}:layout", b"{7}:mark", b"{7}:probe",
    ))  # fmt: skip
    methods: list[Any] = [
        part.record_key(b"mia"),
        part.send_ledger(b"mia"),
        part.consent_ledger(b"mia"),
        part.history_key(b"mia"),
        part.users_of(b"mia"),
        part.waiting_list(b"internal", b"mia"),
        part.ready_set(b"internal"),
        part.attempts_key(b"internal", b"mia"),
        part.day_counters("2026-06-15"),
        part.team_list("unanswered"),
        part.address_key("a"),
        part.user_key("u"),
        *part.voucher_pool("spring"),
        part.seats_of("evenings frost"),
        part.things_of(b"mia"),
        part.seen_sets(20_000)[0],
        keys.meta_value_key("clock"),
    ]
    assert methods == [
        b"{7}:s:mia", b"{7}:send:mia", b"{7}:ledger:mia", b"{7}:log:mia", b"{7}:users:mia", b"{7}:q:internal:mia",
        b"{7}:ready:internal", b"{7}:try:internal:mia", b"{7}:n:2026-06-15", b"{7}:notes:unanswered", b"{7}:addr:a",
        b"{7}:user:u", b"{7}:pool:left:spring", b"{7}:pool:known:spring", b"{7}:pool:given:spring",
        b"{7}:seats:evenings frost", b"{7}:seated:mia", b"{7}:seen:20000",
        b"{meta}:value:clock",
    ]  # fmt: skip
    assert (keys.LAYOUT_KEY, keys.MARK_KEY, keys.NUMBERS_KEY) == (b"{meta}:layout", b"{meta}:mark", b"{meta}:numbers")
    assert b"'founded'" in FOUND_STORE.text
    assert (layout.LAYOUT, layout.PARTITIONS, layout.partition_of("mia", 64)) == (1, 64, 1)


def test_links_and_codes_that_are_out_in_the_world_still_fit() -> None:
    """Derived from a fixed secret: names of records and addresses, a code, and a link of each purpose."""
    ring = Keyring("an old store's secret, of more than 32 bytes")
    signed = {purpose: ring.sign_link(purpose, "a", "b") for purpose in ("unsubscribe", "preferences", "not-me", "try")}

    assert (ring.subscriber_id("4711", "1"), ring.address_hash("mia@example.com"), ring.user_hash("shop-1")) == NAMES
    assert (ring.confirmation_codes("s", "a", "n"), ring.confirm_secrets("s", "a", "n")) == PROOFS
    assert signed == LINKS
    assert (ring.check_value, ring.send_id("a", "b")) == CHECKS


NAMES = ("wCV_oOLMPWsJg_NI", "kGtnZNfC7J3fCl0X", "NPBl7dT0eavmeuD5")
PROOFS = (("818721",), ("xI_C0ksTOD6dPUlLUy-1oQ",))
LINKS = {
    "unsubscribe": "a.b.s8__qu2yQ4m54HOfQYfANvelyBRs5zaMwpVPWDPb3o4",
    "preferences": "a.b.YdCl0p7H3jEb-_EjInC4L5O0TCtxeJGwuYyvVihLqMk",
    "not-me": "a.b.wl7CJfp9Z6T7G7WOCycnBeHSSxm-XjFZPi_iNNiVOIY",
    "try": "a.b.Fw6DeuRBRxvXIkn-lX3U1iZkMtbyPxL0gsR-WyvKqGQ",
}
CHECKS = ("17a9147619f84ecb7d5153e5392749a7", "xMjgkagmbuacW8fs")


def test_payloads_on_peoples_phones_still_mean_the_same() -> None:
    """A button that was shown once can be tapped for ever."""
    assert tap_payload("newsletter", "hello", "c.1") == "tap|newsletter|hello|c.1"
    assert (start_payload("newsletter"), command_payload("help")) == ("start|newsletter", "do|help")
