"""What judges the simulation judges rightly: nobody is accused of what they were told to do."""

from domain import record as records
from domain.effect_handling.handlers import run_in_memory
from domain.effects import encode_posted
from domain.ports import MARKETING, Commit, Posting
from service.runtime.store_watch import lane_pauses
from tests.simulation.world.run import QUIET_SECONDS, Installation
from tests.support.mail_world import confirmed_reader
from tests.support.memory_store.store import MemoryStore
from tests.support.people import new_subscriber

PERSON = new_subscriber()
_, MAIL = confirmed_reader()


def post_newsletter(installation: Installation) -> None:
    """Post a marketing mail for a person, as a decision does."""
    outbox = (Posting(lane=MARKETING, item=encode_posted(MAIL), send_id=MAIL.id),)
    commit = Commit(subscriber=PERSON.id, version=0, record=records.encode(PERSON), outbox=outbox)
    run_in_memory(MemoryStore.commit(installation.server.store, commit))


def take_newsletter(installation: Installation) -> None:
    """Bring the mail to its end, as a worker does unless its lane is paused; again and again."""
    store = installation.server.store
    if lane_pauses.PAUSES not in store._meta:
        claim = run_in_memory(store.claim(MARKETING, PERSON.id, lease_ms=1_000))
        if claim:
            run_in_memory(store.settle(claim, send_id=MAIL.id, status="failed"))
    installation.loop.call_world(installation.loop.now + 1, take_newsletter, installation)


def live_to_the_end(posted_at: float, *, works: bool = True) -> list[str]:
    """Let a mail be posted in a paused lane so late, and the installation come to its end; return what is accused."""
    installation = Installation(0, keeps_history=False)
    installation.server.store._meta[lane_pauses.PAUSES] = b"{}"
    installation.loop.call_world(posted_at, post_newsletter, installation)
    if works:
        installation.loop.call_world(0, take_newsletter, installation)
    installation.drain()
    return installation.truth.broken


def test_a_mail_that_is_posted_last_waits_until_somebody_resumes_its_lane() -> None:
    """A lane is paused until somebody has looked: a mail that comes right before the end is given that time, too."""
    assert live_to_the_end(QUIET_SECONDS - 0.1) == []
    assert live_to_the_end(2 * QUIET_SECONDS - 0.1) == []


def test_a_mail_that_nobody_takes_waits_for_ever() -> None:
    """However much time passes."""
    broken = live_to_the_end(2 * QUIET_SECONDS - 0.1, works=False)

    assert [promise.partition(":")[0] for promise in broken] == [
        "something waits for ever", "the send ledger never came to an end",
    ]  # fmt: skip
