"""The outbox of one partition in memory.  Each step does what a script in ``store/valkey/scripts`` does.

The ready score of a list is the server time from which its head may be tried, times ``TOKENS_PER_MS``.  A claim moves
the score to the end of the lease and takes it as its token: while the score is unchanged, the claim is valid.
"""

import sys
from collections.abc import Callable, Collection
from dataclasses import replace

from domain.ports import MARKETING, Attempt, Begun, Claim, Commit, Posting, SendLine, SendStatus
from store.item_id import item_id_of
from store.layout import TOKENS_PER_MS
from tests.support.memory_store.partition import AttemptState, PartitionData


class PartitionOutbox:
    """Lists, ready scores, attempts and send lines of one partition."""

    def __init__(self, data: PartitionData, server_ms: Callable[[], int], worker_number: Callable[[], int]) -> None:
        """Work on the data of one partition with this server clock, for the worker of this number (0: none)."""
        self._data = data
        self._worker_number = worker_number
        self._server_ms = server_ms

    def post_items(self, commit: Commit) -> tuple[Claim, ...]:
        """Put a commit's items at the end of their lists; claim the lists that were empty, if asked."""
        name = commit.subscriber
        opened: list[str] = []
        for posting in commit.outbox:
            if not self._line_is_new(name, posting):
                continue
            waiting = self._data.waiting_lists[posting.lane, name]
            # Only an empty list gets a score: the score of a longer one belongs to its head.
            if not waiting:
                opened.append(posting.lane)
                self._data.ready_sets[posting.lane].set_score(name, self._server_ms() * TOKENS_PER_MS)
            waiting.append(posting.item)
        if not commit.claim:
            return ()
        return tuple(self._take_head(lane, name, commit.lease_ms) for lane in opened)

    def _line_is_new(self, name: str, posting: Posting) -> bool:
        if not posting.send_id:
            return True
        if posting.send_id in self._data.send_ledgers[name]:
            return False
        self._write_line(name, posting.send_id, "queued")
        return True

    def _write_line(self, name: str, send_id: str, status: SendStatus, note: str = "") -> None:
        self._data.send_ledgers[name][send_id] = SendLine(
            id=send_id, subscriber=name, status=status, at_ms=self._server_ms(), note=note
        )

    def claim_ready(self, lane: str, most: int, lease_ms: int) -> list[Claim]:
        """Claim up to ``most`` ready heads of a lane."""
        names = self._data.ready_sets[lane].names_below((self._server_ms() + 1) * TOKENS_PER_MS, most)
        return [self._take_head(lane, name, lease_ms) for name in names]

    def free_claims(self, dead: Collection[int] = ()) -> None:
        """Make the claimed heads of these workers ready, without any everybody's; a head that waits has a whole ms."""
        now = self._server_ms() * TOKENS_PER_MS
        for ready in self._data.ready_sets.values():
            for name in ready.names_below(sys.maxsize, sys.maxsize):
                score = ready.score_of(name) or 0
                number = score % TOKENS_PER_MS
                if score > now and number and (not dead or number in dead):
                    ready.set_score(name, now)

    def claim_head(self, lane: str, name: str, lease_ms: int) -> Claim | None:
        """Claim one head if it is ready."""
        # (now + 1) * 1000: every score of this ms counts as ready, also one with a remainder.
        score = self._data.ready_sets[lane].score_of(name)
        if score is None or score >= (self._server_ms() + 1) * TOKENS_PER_MS:
            return None
        return self._take_head(lane, name, lease_ms)

    def _take_head(self, lane: str, name: str, lease_ms: int) -> Claim:
        self._data.claims_made += 1
        now = self._server_ms()
        # The remainder tells apart two claims of the same ms: (now + lease) * 1000 + 1, ... + 2.
        number = self._worker_number() or self._data.claims_made % (TOKENS_PER_MS - 1) + 1
        token = (now + lease_ms) * TOKENS_PER_MS + number
        self._data.ready_sets[lane].set_score(name, token)
        state = self._data.attempts.get((lane, name), AttemptState())
        return Claim(
            lane=lane,
            subscriber=name,
            token=token,
            item=self._data.waiting_lists[lane, name][0],
            attempt=Attempt(begun_ms=state.begun_ms, count=state.count) if state.begun_ms else None,
            failures=state.failures,
            waits=state.waits,
            server_ms=now,
        )

    def _is_ours(self, claim: Claim) -> bool:
        return self._data.ready_sets[claim.lane].score_of(claim.subscriber) == claim.token

    def is_head(self, claim: Claim) -> bool:
        """Return whether a claim is ours, and for the head."""
        # An echo may have ended this item, and the list been claimed anew with the same token, within one ms.
        waiting = self._data.waiting_lists.get((claim.lane, claim.subscriber), (b"",))
        return self._is_ours(claim) and waiting[0] == claim.item

    def begin_attempt(self, claim: Claim, send_id: str, version: int | None) -> Begun:
        """Write down that an attempt begins; see the port."""
        head_key = claim.lane, claim.subscriber
        state = self._data.attempts.get(head_key, AttemptState())
        if not self._is_ours(claim):
            return Begun.LOST
        # The person may have unsubscribed since the mail was judged; then the record has a newer version.
        if version is not None and self._data.records.get(claim.subscriber, (0, b""))[0] != version:
            return Begun.CHANGED
        if send_id and not self._may_begin(claim, send_id, state):
            return Begun.LOST
        begun = state.begun_ms or self._server_ms()
        self._data.attempts[head_key] = replace(state, begun_ms=begun, count=state.count + 1)
        if send_id:
            self._write_line(claim.subscriber, send_id, "attempting")
        return Begun.YES

    def _may_begin(self, claim: Claim, send_id: str, state: AttemptState) -> bool:
        line = self._data.send_ledgers[claim.subscriber].get(send_id)
        if line is None:
            return False
        # A transactional mail may go twice rather than not at all; a marketing mail must never go twice.
        again = line.status == "attempting" and state.begun_ms > 0 and claim.lane != MARKETING
        return line.status == "queued" or again

    def settle_head(self, claim: Claim, line: tuple[str, SendStatus, str], lease_ms: int) -> tuple[bool, Claim | None]:
        """End the head; see the port.  ``line`` is send id, status and note."""
        if not self.is_head(claim):
            return False, None
        if line[0]:
            self._write_line(claim.subscriber, *line)
        more = self._pop_head(claim.lane, claim.subscriber)
        return True, self._take_head(claim.lane, claim.subscriber, lease_ms) if more and lease_ms else None

    def _pop_head(self, lane: str, name: str) -> bool:
        self._data.attempts.pop((lane, name), None)
        waiting = self._data.waiting_lists[lane, name]
        waiting.popleft()
        # The next head is ready at once.  The new score also ends the old claim: its token no longer fits.
        if waiting:
            self._data.ready_sets[lane].set_score(name, self._server_ms() * TOKENS_PER_MS)
            return True
        del self._data.waiting_lists[lane, name]
        self._data.ready_sets[lane].remove_name(name)
        return False

    def put_back(self, claim: Claim, delay_ms: int, send_id: str, *, keep_attempt: bool, counted: bool) -> bool:
        """Put the head back; see the port."""
        if not self._is_ours(claim):
            return False
        head_key = claim.lane, claim.subscriber
        state = self._data.attempts.get(head_key, AttemptState())
        before = claim.attempt or Attempt(begun_ms=0, count=0)
        attempt = state if keep_attempt else AttemptState(begun_ms=before.begun_ms, count=before.count)
        self._data.attempts[head_key] = replace(
            attempt, failures=state.failures + counted, waits=state.waits + (not counted)
        )
        self._data.ready_sets[claim.lane].set_score(claim.subscriber, (self._server_ms() + delay_ms) * TOKENS_PER_MS)
        # With an unknown outcome the line stays "attempting", so that it is found and looked into.
        if send_id and not attempt.begun_ms:
            self._write_line(claim.subscriber, send_id, "queued")
        return True

    def end_waits(self, lane: str) -> int:
        """Let every head that only waits be tried now."""
        now, ready, woken = self._server_ms() * TOKENS_PER_MS, self._data.ready_sets[lane], 0
        for name in ready.names_below(sys.maxsize, sys.maxsize):
            score, state = ready.score_of(name) or 0, self._data.attempts.get((lane, name), AttemptState())
            if score > now and score % TOKENS_PER_MS == 0 and not (state.begun_ms or state.failures) and state.waits:
                del self._data.attempts[lane, name]
                ready.set_score(name, now)
                woken += 1
        return woken

    def confirm_delivery(self, lane: str, name: str, item_id: str) -> bool:
        """Settle the head if it is this message and its attempt is open."""
        waiting = self._data.waiting_lists.get((lane, name))
        state = self._data.attempts.get((lane, name), AttemptState())
        if not waiting or not state.begun_ms or item_id_of(waiting[0]) != item_id:
            return False
        self._pop_head(lane, name)
        return True
