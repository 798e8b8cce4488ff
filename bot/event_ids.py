"""Deduplication ids of events: short, stable however often an item is delivered.

The key is kind + message id + edition (``num_edit``, the reaction's action, or the unsend), since the message
id alone would swallow edits, reactions and unsends.  Without message id it is kind + time + content.

Ids are kept for seven days, so every byte counts: 72 bits make 12 URL-safe characters, and ten million events a
week collide with a probability of 1 in 10⁸.
"""

import base64
import hashlib

_HASH_BYTES = 9


def make_event_id(*parts: str) -> str:
    """Return the id of what these parts name: 12 URL-safe characters."""
    text = "\0".join(parts).encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:_HASH_BYTES]).decode("ascii")
