"""People, times and keys that the unit tests share."""

from datetime import UTC, datetime, timedelta

import yaml
from msgspec.structs import replace

from domain.consent import decisions, double_opt_in
from domain.decision import Context, Outcome
from domain.keyring import Keyring
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from service.runtime.settings import SHIPPED

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday."""
KEYS = Keyring("a secret of more than thirty-two bytes")
HOUSE = WorkspaceConfig.model_validate(yaml.safe_load((SHIPPED / "doorstep.yaml").read_text("utf-8")))
MAIL = "mia@example.com"
TOPIC = "friday_leaf"


def context(
    *, after: timedelta = timedelta(0), entropy: bytes = b"0123456789abcdef", codes_paused: bool = False
) -> Context:
    """Return what deciding may know, some time after noon."""
    return Context(now=NOON + after, entropy=entropy, keys=KEYS, config=HOUSE, codes_paused=codes_paused)


def person(psid: str = "1001") -> Subscriber:
    """Return somebody who was just met."""
    name = KEYS.subscriber_id("page", psid)
    return Subscriber(id=name, identity=Identity(page="page", psid=psid), created_at=NOON, last_event_at=NOON)


def agreed(record: Subscriber | None = None) -> Subscriber:
    """Return somebody who agreed to the topic and has proven nothing yet."""
    return decisions.agree(record or person(), TOPIC, context(), language="en", how="tap", mid="m1").record


def asked(record: Subscriber | None = None, email: str = MAIL) -> tuple[Outcome, str]:
    """Return the outcome of asking for proof of an address, and the address's keyed hash."""
    held, address = decisions.hold_address(record or agreed(), email, context())
    return decisions.request(held, address, (TOPIC,), context()), address


def code_of(record: Subscriber, address: str) -> str:
    """Return the code that is in the newest mail."""
    return KEYS.codes(record.id, address, record.pending[address].nonce)[0]


def wrong_code(record: Subscriber, address: str) -> str:
    """Return a code that is not the one."""
    return f"{(int(code_of(record, address)) + 1) % 1_000_000:06d}"


def confirmed(record: Subscriber | None = None) -> Subscriber:
    """Return somebody who typed the right code."""
    outcome, address = asked(record)
    _, done = double_opt_in.type_code(outcome.record, code_of(outcome.record, address), context(), mid="m2")
    return replace(done.record, version=1)
