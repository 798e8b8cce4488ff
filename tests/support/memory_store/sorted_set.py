"""A sorted set in memory: names by score, as the server's own sorted sets order them."""

from bisect import bisect_left, insort


class SortedSet:
    """Names with a score each, ascending by score, then by name."""

    def __init__(self) -> None:
        """Start empty."""
        self._scores: dict[str, int] = {}
        self._sorted: list[tuple[int, str]] = []

    def score_of(self, name: str) -> int | None:
        """Return the score of a name."""
        return self._scores.get(name)

    def set_score(self, name: str, score: int) -> None:
        """Give a name a score, whether it had one or not."""
        self.remove_name(name)
        self._scores[name] = score
        insort(self._sorted, (score, name))

    def remove_name(self, name: str) -> None:
        """Forget a name."""
        score = self._scores.pop(name, None)
        if score is not None:
            del self._sorted[bisect_left(self._sorted, (score, name))]

    def lowest_entry(self) -> tuple[int, str] | None:
        """Return the lowest score and its name."""
        return self._sorted[0] if self._sorted else None

    def names_below(self, limit: int, most: int) -> list[str]:
        """Return up to ``most`` names whose score is below ``limit``, lowest first."""
        # (limit,) sorts before every (limit, name), so names with exactly this score are left out.
        end = bisect_left(self._sorted, (limit,))
        return [name for _, name in self._sorted[: min(end, most)]]
