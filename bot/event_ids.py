"""Deduplication ids of events: short, and the same however often an item is delivered.

The key is kind + message id + edition (``num_edit``, the reaction's action, or the unsend); with the message id alone,
edits, reactions and unsends would count as repetitions.  Without a message id the key is kind + time + content.

Ids are kept for seven days, so every byte counts: 72 bits make 12 URL-safe characters, and among ten million events a
week two collide with a probability of 1 in 10⁸.
"""

import base64
import hashlib

_HASH_BYTES = 9


def make_event_id(*parts: str) -> str:
    """Return the id made of these parts: 12 URL-safe characters."""
    # NUL between the parts, so that ("ab", "c") and ("a", "bc") differ; parts themselves hold none.
    text = "\0".join(parts).encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:_HASH_BYTES]).decode("ascii")
