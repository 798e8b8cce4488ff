"""People, times and keys that the unit tests share."""

from datetime import UTC, datetime, timedelta

import yaml
from msgspec.structs import replace

from domain.consent import confirmation_requests, decisions, double_opt_in
from domain.decision import Context, Outcome
from domain.keyring import Keyring
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from service.workspace.edition import SHIPPED_FOLDER

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday."""
KEYS = Keyring("a secret of more than thirty-two bytes")
SHIPPED_CONFIG = WorkspaceConfig.model_validate(yaml.safe_load((SHIPPED_FOLDER / "doorstep.yaml").read_text("utf-8")))
MAIL = "mia@example.com"
TOPIC = "friday_leaf"


def deciding_context(
    *, after: timedelta = timedelta(0), entropy: bytes = b"0123456789abcdef", codes_paused: bool = False
) -> Context:
    """Return what deciding may know, some time after noon."""
    return Context(now=NOON + after, entropy=entropy, keys=KEYS, config=SHIPPED_CONFIG, codes_paused=codes_paused)


def new_subscriber(psid: str = "1001") -> Subscriber:
    """Return somebody who was just met."""
    name = KEYS.subscriber_id("page", psid)
    return Subscriber(id=name, identity=Identity(page="page", psid=psid), created_at=NOON, last_event_at=NOON)


def agreed_subscriber(record: Subscriber | None = None) -> Subscriber:
    """Return somebody who agreed to the topic and has proven nothing yet."""
    return decisions.agree_to_topic(
        record or new_subscriber(), TOPIC, deciding_context(), language="en", how="tap", mid="m1"
    ).record


def ask_for_proof(record: Subscriber | None = None, email: str = MAIL) -> tuple[Outcome, str]:
    """Return the outcome of asking for proof of an address, and the address's keyed hash."""
    held, address = confirmation_requests.hold_address(record or agreed_subscriber(), email, deciding_context())
    return confirmation_requests.request_proof(held, address, (TOPIC,), deciding_context()), address


def code_of(record: Subscriber, address: str) -> str:
    """Return the code that is in the newest mail."""
    return KEYS.confirmation_codes(record.id, address, record.pending[address].nonce)[0]


def wrong_code(record: Subscriber, address: str) -> str:
    """Return a code that is not the one."""
    return f"{(int(code_of(record, address)) + 1) % 1_000_000:06d}"


def confirmed_subscriber(record: Subscriber | None = None) -> Subscriber:
    """Return somebody who typed the right code."""
    outcome, address = ask_for_proof(record)
    _, done = double_opt_in.confirm_by_code(
        outcome.record, code_of(outcome.record, address), deciding_context(), mid="m2"
    )
    return replace(done.record, version=1)
