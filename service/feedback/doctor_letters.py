"""A letter that the doctor sends to itself: out by the mail server, back in by the LMTP door of the running service.

The doctor says in the store which letter it waits for, and only that one is taken, so nobody else can write there.
"""

import hmac
from email import message_from_bytes

from domain.ports import MetaStore

MAILBOX = "doctor"
MOST_HEADERS = 16 * 1024
"""Bytes of its beginning that are kept: what was signed stands in its headers."""
_NAME = "doctor:letter"
_ARRIVED = b"arrived\n"


async def expect_letter(store: MetaStore, token: str) -> None:
    """Wait for the letter with this token, and for no earlier one."""
    await store.save_meta(_NAME, token.encode())


async def take_letter(store: MetaStore, address: str, raw: bytes) -> bool:
    """Keep the head of a letter if it is the one that is waited for; return whether it is."""
    token = address.partition("@")[0].partition("+")[2].encode()
    expected = await store.load_meta(_NAME)
    if not token or expected is None or not hmac.compare_digest(expected, token):
        return False
    # It overwrites what was waited for, so the same letter is taken once.
    await store.save_meta(_NAME, _ARRIVED + raw[:MOST_HEADERS].partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return True


async def find_letter(store: MetaStore) -> bytes | None:
    """Return the head of the letter that arrived; None until it does."""
    kept = await store.load_meta(_NAME)
    if kept is None or not kept.startswith(_ARRIVED):
        return None
    head = kept.removeprefix(_ARRIVED)
    return head if message_from_bytes(head)["From"] else None
