"""Steps of a flow that give way to a flow that is called: who stands in one of them is carried on, and loses nothing.

The shipped newsletter once asked for the address and the code in steps of its own, and now calls ``address_and_code``.
"""

from functools import cache

import pytest

from domain.record import Subscriber
from service.cli.apply import apply_edition
from service.workspace.edition import Edition, compile_edition, shipped_files
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.walk_flows import TouringProcess, start_touring

FILE, TRANSLATION = "flows/newsletter.yaml", "flows/newsletter.de.yaml"
CALL = """\
    call: address_and_code     # asks, mails a code, waits for it; with `topic` the code confirms the consent
    topic: friday_leaf
    go: done
    declines: bye
    gives_up: lost
"""
OWN_STEPS = """\
    ask: email
    nudge: {after: 20 minutes, say: "Still here, kettle on. All I need is your email address."}
    declines: bye
    else: lost
  code:
    say: Now look in {{ email }}. A six-digit code should be there within a minute.
    confirm: friday_leaf
    again: That code does not fit. The newest mail has the right one.
    choices:
      No mail yet: {say: "Peek into Spam and Promotions."}
      Change address: address
    go: done
    else: cold
  cold:
    say: That code has expired. Check your address, and I'll send a new one.
    go: address
"""


@cache
def edition_with(newsletter: str) -> Edition:
    """Return the shipped workspace with this newsletter flow, in English."""
    files = {name: text for name, text in shipped_files().items() if name != TRANSLATION}
    found, findings = compile_edition(files | {FILE: newsletter})
    assert found, [str(finding) for finding in findings if finding.severity == "error"]
    return found


def old_edition() -> Edition:
    """Return the workspace whose newsletter has steps of its own for address and code."""
    text = shipped_files()[FILE]
    assert CALL in text
    return edition_with(text.replace(CALL, OWN_STEPS))


def new_edition(migrate: str = "") -> Edition:
    """Return the workspace as it is shipped, with a map of the steps that are gone."""
    return edition_with(shipped_files()[FILE] + migrate)


def code_of(record: Subscriber) -> str:
    """Return the code that is in the newest mail."""
    [(name, pending)] = record.pending.items()
    return KEYS.confirmation_codes(record.id, name, pending.nonce)[0]


async def standing_after(store: MemoryStore, *said: str) -> TouringProcess:
    """Return a process of the old edition, where Mia has said these things."""
    one = await start_touring(store, old_edition())
    for text in said:
        await one.send_text("mia", text)
    return one


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore(2, server_ms=lambda: 0)


async def test_a_replaced_step_with_somebody_in_it_is_asked_about(store: MemoryStore) -> None:
    """The plan says who waits for a code, and how to let them finish."""
    one = await standing_after(store, "newsletter", "yes", "mia@example.com")

    found, live = await apply_edition(store, new_edition())

    assert live is None
    assert found
    (finding,) = found.missing
    assert "The step “code” of newsletter is gone, and 1 person stands there" in finding.message
    assert "migrate: {code: stay}" in finding.hint
    record = await one.load_record("mia")
    assert record.conversation
    assert record.conversation.step == "code"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("newsletter",), ("yes", "mia@example.com", "CODE")),
        (("newsletter", "yes"), ("mia@example.com", "CODE")),
        (("newsletter", "yes", "mia@example.com"), ("CODE",)),
        (("newsletter", "yes", "ria@example.com"), ("change address", "mia@example.com", "CODE")),
        (("newsletter", "yes", "ria@example.com"), ("it's mia@example.com", "CODE")),
        (("newsletter", "yes", "mia@example.com", "000000"), ("how long does shipping take?", "CODE")),
        (("newsletter", "yes"), ("settings", "stop it all", "newsletter", "yes", "mia@example.com", "CODE")),
    ],
)
async def test_who_stands_in_a_replaced_step_is_carried_on(
    store: MemoryStore, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """In the middle of any of them: the code that was mailed counts, the answers stay, the consent is confirmed."""
    one = await standing_after(store, *before)
    kept = (await one.load_record("mia")).consents

    _, live = await apply_edition(store, new_edition("migrate: {code: stay}\n"))
    assert live
    assert (await one.load_record("mia")).consents == kept
    for text in after:
        await one.send_text("mia", code_of(await one.load_record("mia")) if text == "CODE" else text)

    record = await one.load_record("mia")
    assert (record.conversation, record.consents["friday_leaf"].status, record.tags) == (None, "confirmed", ("reader",))
    assert [held.email for held in record.addresses.values() if held.status == "proven"] == ["mia@example.com"]


async def test_who_begins_afterwards_is_in_the_called_flow(store: MemoryStore) -> None:
    """Beside people who finish in the old version."""
    one = await standing_after(store, "newsletter", "yes", "mia@example.com")
    await apply_edition(store, new_edition("migrate: {code: stay}\n"))

    for text in ("newsletter", "yes"):
        await one.send_text("bob", text)
    record = await one.send_text("bob", "bob@example.com")

    assert record.conversation
    assert (record.conversation.flow, record.conversation.step) == ("address_and_code", "proof")
    assert record.created_at == NOON
