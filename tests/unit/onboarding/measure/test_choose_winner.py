"""Which part of a split wins, and when it is too early to say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.measure.choose_winner import PartResult, WinnerVerdict, choose_winner
from onboarding.measure.rate_difference import Rate, measure_difference


def part(people: int, reached: int, *, percent: int = 50, exposed: int | None = None) -> PartResult:
    """Return a part of these people."""
    return PartResult(
        percent=percent, exposed=people if exposed is None else exposed, rate=Rate(people=people, reached=reached)
    )


def test_the_better_part_wins_with_its_numbers() -> None:
    """40 % of 300 against 20 % of 300."""
    verdict = choose_winner({"short": part(300, 60), "story": part(300, 120)})

    assert verdict == WinnerVerdict(winner="story", why="story 40.0% of 300, short 20.0% of 300")


def test_too_few_people_are_told() -> None:
    """However clear it looks: 99 of one part are not enough, and who tests sets another number."""
    parts = {"short": part(99, 10), "story": part(101, 60)}

    assert choose_winner(parts) == WinnerVerdict(why="short has 99 of the 100 people that are needed")
    assert choose_winner(parts, fewest_people=50).winner == "story"


def test_what_may_be_chance_is_too_early() -> None:
    """20 % and 23 % of 300; what the file says for that is taken, and known as such."""
    parts = {"short": part(300, 60), "story": part(300, 69)}
    why = "the difference may still be chance: story 23.0% of 300, short 20.0% of 300"

    assert choose_winner(parts) == WinnerVerdict(why=why)
    assert choose_winner(parts, otherwise="short") == WinnerVerdict(winner="short", is_early=True, why=why)


def test_people_who_went_missing_decide_nothing() -> None:
    """Halves of 600 and 300 are no halves."""
    parts = {"short": part(300, 30, exposed=600), "story": part(300, 150, exposed=300)}

    assert choose_winner(parts) == WinnerVerdict(why="people were not divided as the file says")


def test_the_best_of_three_must_beat_both() -> None:
    """One that beats the first of the file, and not the second, has not won."""
    third = {"a": part(400, 40, percent=34), "b": part(400, 118, percent=33), "c": part(400, 120, percent=33)}

    assert choose_winner(third).winner == ""
    assert choose_winner({**third, "b": part(400, 42, percent=33)}).winner == "c"


@given(st.integers(100, 3000), st.data())
@settings(max_examples=60)
def test_a_winner_is_what_the_report_calls_better(people: int, data: st.DataObject) -> None:
    """Of two parts, one wins exactly where the interval of the report excludes 0, and it is the one above."""
    first, second = (Rate(people=people, reached=data.draw(st.integers(0, people))) for _ in range(2))
    verdict = choose_winner({"a": part(people, first.reached), "b": part(people, second.reached)})
    found = measure_difference(second, first)

    assert bool(verdict.winner) == bool(found and found.is_decided)
    if verdict.winner and found:
        assert verdict.winner == ("b" if found.estimate > 0 else "a")
