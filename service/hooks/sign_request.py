"""The body of a request to a hook, and its signature; docs/hooks.md says how a receiver checks it."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from domain.effects import CallHook

ID_HEADER, SIGNATURE_HEADER = "Doorstep-Id", "Doorstep-Signature"


def build_body(subscriber: str, call: CallHook) -> bytes:
    """Return the body of a request: nothing of a person but the name of their record and the listed fields."""
    told = {
        "id": call.id,
        "at": call.at.isoformat(),
        "kind": call.kind or "step",
        **({"sequence": call.sequence} if call.kind else {"flow": call.flow}),
        "step": call.step,
        **({"topic": call.topic} if call.topic else {}),
        "person": {"user_id": subscriber},
        "fields": call.fields,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def sign_body(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Return the signature: the time, and a ``v1`` for each secret, so that a receiver may still have an older one."""
    at = int(now.timestamp())
    signed = f"{at}.".encode() + body
    return ",".join([f"t={at}", *(f"v1={hmac.digest(secret.encode(), signed, 'sha256').hex()}" for secret in secrets)])
