"""The outbox of one partition in memory: the same protocol as ``store/scripts``, see ``domain.ports``."""

from collections.abc import Callable
from dataclasses import replace

from domain.ports import MARKETING, Attempt, Begun, Claim, Commit, Posting, SendLine, SendStatus
from store.item_id import item_id_of
from store.layout import TICKS
from store.memory.partition import Shelf, Trial


class Outbox:
    """Lists, ready scores, attempts and send lines of one partition."""

    def __init__(self, shelf: Shelf, server_ms: Callable[[], int]) -> None:
        """Work on this shelf with this server clock."""
        self._shelf = shelf
        self._now = server_ms

    def post(self, commit: Commit) -> tuple[Claim, ...]:
        """Put a commit's postings at the end of their lists; claim the lists that were empty, if asked."""
        name = commit.subscriber
        opened: list[str] = []
        for one in commit.outbox:
            if not self._line_is_new(name, one):
                continue
            waiting = self._shelf.lists[one.lane, name]
            if not waiting:
                opened.append(one.lane)
                self._shelf.ready[one.lane].put(name, self._now() * TICKS)
            waiting.append(one.item)
        if not commit.claim:
            return ()
        return tuple(self._take(lane, name, commit.lease_ms) for lane in opened)

    def _line_is_new(self, name: str, one: Posting) -> bool:
        if not one.send_id:
            return True
        if one.send_id in self._shelf.sends[name]:
            return False
        self._write_line(name, one.send_id, "queued")
        return True

    def _write_line(self, name: str, send_id: str, status: SendStatus, note: str = "") -> None:
        self._shelf.sends[name][send_id] = SendLine(
            id=send_id, subscriber=name, status=status, at_ms=self._now(), note=note
        )

    def claim_ready(self, lane: str, most: int, lease_ms: int) -> list[Claim]:
        """Claim up to ``most`` ready heads of a lane."""
        names = self._shelf.ready[lane].below((self._now() + 1) * TICKS, most)
        return [self._take(lane, name, lease_ms) for name in names]

    def claim(self, lane: str, name: str, lease_ms: int) -> Claim | None:
        """Claim one head if it is ready."""
        score = self._shelf.ready[lane].get(name)
        if score is None or score >= (self._now() + 1) * TICKS:
            return None
        return self._take(lane, name, lease_ms)

    def _take(self, lane: str, name: str, lease_ms: int) -> Claim:
        self._shelf.tokens += 1
        now = self._now()
        token = (now + lease_ms) * TICKS + self._shelf.tokens % TICKS
        self._shelf.ready[lane].put(name, token)
        trial = self._shelf.trials.get((lane, name), Trial())
        return Claim(
            lane=lane,
            subscriber=name,
            token=token,
            item=self._shelf.lists[lane, name][0],
            attempt=Attempt(begun_ms=trial.begun_ms, count=trial.count) if trial.begun_ms else None,
            failures=trial.failures,
            waits=trial.waits,
            server_ms=now,
        )

    def _is_ours(self, claim: Claim) -> bool:
        return self._shelf.ready[claim.lane].get(claim.subscriber) == claim.token

    def begin(self, claim: Claim, send_id: str, version: int | None) -> Begun:
        """Note that an attempt begins; see the port."""
        place = claim.lane, claim.subscriber
        trial = self._shelf.trials.get(place, Trial())
        if not self._is_ours(claim):
            return Begun.LOST
        if version is not None and self._shelf.records.get(claim.subscriber, (0, b""))[0] != version:
            return Begun.CHANGED
        if send_id and not self._may_begin(claim, send_id, trial):
            return Begun.LOST
        begun = trial.begun_ms or self._now()
        self._shelf.trials[place] = replace(trial, begun_ms=begun, count=trial.count + 1)
        if send_id:
            self._write_line(claim.subscriber, send_id, "attempting")
        return Begun.YES

    def _may_begin(self, claim: Claim, send_id: str, trial: Trial) -> bool:
        line = self._shelf.sends[claim.subscriber].get(send_id)
        if line is None:
            return False
        again = line.status == "attempting" and trial.begun_ms > 0 and claim.lane != MARKETING
        return line.status == "queued" or again

    def settle(self, claim: Claim, line: tuple[str, SendStatus, str], lease_ms: int) -> tuple[bool, Claim | None]:
        """End the head; see the port.  ``line`` is send id, status and note."""
        if not self._is_ours(claim):
            return False, None
        if line[0]:
            self._write_line(claim.subscriber, *line)
        more = self._pop(claim.lane, claim.subscriber)
        return True, self._take(claim.lane, claim.subscriber, lease_ms) if more and lease_ms else None

    def _pop(self, lane: str, name: str) -> bool:
        self._shelf.trials.pop((lane, name), None)
        waiting = self._shelf.lists[lane, name]
        waiting.popleft()
        if waiting:
            self._shelf.ready[lane].put(name, self._now() * TICKS)
            return True
        del self._shelf.lists[lane, name]
        self._shelf.ready[lane].drop(name)
        return False

    def retry(self, claim: Claim, delay_ms: int, send_id: str, *, keep_attempt: bool, counted: bool) -> bool:
        """Put the head back; see the port."""
        if not self._is_ours(claim):
            return False
        place = claim.lane, claim.subscriber
        trial = self._shelf.trials.get(place, Trial())
        attempt = trial if keep_attempt else Trial()
        self._shelf.trials[place] = replace(
            attempt, failures=trial.failures + counted, waits=trial.waits + (not counted)
        )
        self._shelf.ready[claim.lane].put(claim.subscriber, (self._now() + delay_ms) * TICKS)
        if send_id and not keep_attempt:
            self._write_line(claim.subscriber, send_id, "queued")
        return True

    def echoed(self, lane: str, name: str, item_id: str) -> bool:
        """Settle the head if it is this message and its attempt is open."""
        waiting = self._shelf.lists.get((lane, name))
        trial = self._shelf.trials.get((lane, name), Trial())
        if not waiting or not trial.begun_ms or item_id_of(waiting[0]) != item_id:
            return False
        self._pop(lane, name)
        return True
