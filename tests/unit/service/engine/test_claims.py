"""What a commit posted: sent by this process, hinted to other workers, or neither."""

from domain.ports import Claim, chat_lane
from service.engine.clock import fresh_entropy
from tests.support.shipped_workspace import IDENTITY, MIA, PAGE, typed_message
from tests.support.transactors import TransactorBench, local_delivery


async def test_a_posting_behind_a_claimed_head_is_not_hinted() -> None:
    """The worker with the head takes it in its turn; a hint would make all workers look for nothing."""
    config, hints, claimed = TransactorBench(), list[str](), list[Claim]()
    transact = config.make_transactor(delivery=local_delivery(claimed), notify_workers=hints.append)

    await transact(MIA, (typed_message(1, "newsletter"),), IDENTITY)
    heads = [claim.lane for claim in claimed]
    await transact(MIA, (typed_message(2, "Yes, send it to me"),), IDENTITY)
    assert (heads.count(chat_lane(PAGE)), [claim.lane for claim in claimed], hints) == (1, heads, [])


async def test_postings_without_free_slots_are_hinted_to_other_workers() -> None:
    """They stay in the store, ready and unclaimed."""
    config, hints, claimed = TransactorBench(), list[str](), list[Claim]()
    transact = config.make_transactor(delivery=local_delivery(claimed, has_room=False), notify_workers=hints.append)

    await transact(MIA, (typed_message(1, "newsletter"),), IDENTITY)
    assert (claimed, hints) == ([], [MIA])
    assert await config.take_posted(chat_lane(PAGE))


async def test_a_process_caches_what_it_committed_last() -> None:
    """With the stored version, until the record proves stale and is dropped."""
    config = TransactorBench()
    transact = config.make_transactor()
    assert transact.cache.cached_record(MIA) is None
    await transact(MIA, (typed_message(1, "newsletter"),), IDENTITY)
    record = await config.load_record()
    assert transact.cache.cached_record(MIA) == (record, record.version)
    transact.cache.forget_record(MIA)
    assert transact.cache.cached_record(MIA) is None


def test_random_bytes_are_drawn_once() -> None:
    """However many are asked for."""
    drawn = [fresh_entropy() for _ in range(1_000)]
    assert (len(set(drawn)), {len(one) for one in drawn}) == (1_000, {16})
