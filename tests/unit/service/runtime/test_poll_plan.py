"""Which partitions a round polls."""

from hypothesis import given
from hypothesis import strategies as st

from service.runtime.work_sharing.poll_plan import SHORTEST_WAIT, TICK_SECONDS, PollPlan

HELD = range(8)
SOON = TICK_SECONDS / 4
"""Before the next tick."""


def plan_after_sweep() -> PollPlan:
    """Return a plan whose first round, at moment 0, polled all partitions."""
    plan = PollPlan()
    assert plan.take(HELD, now=0.0, server_ms=0) == list(HELD)
    return plan


def test_a_hint_polls_its_partition_only() -> None:
    """Nobody asks 64 partitions because one of them has news; one that another worker holds is not asked."""
    plan = plan_after_sweep()
    plan.want(3)
    plan.want(11)
    assert plan.take(HELD, now=SOON, server_ms=60) == [3]
    assert plan.take(HELD, now=SOON, server_ms=60) == []


def test_a_tick_polls_all_however_many_hints_come() -> None:
    """Timers give no hint: rounds for hints must not put the next look at all of them off."""
    plan = plan_after_sweep()
    for step in range(1, 4):
        plan.want(step)
        assert plan.take(HELD, now=step * SOON, server_ms=0) == [step]
    assert plan.take(HELD, now=4 * SOON, server_ms=0) == list(HELD)


def test_a_head_is_polled_when_it_becomes_ready() -> None:
    """The round begins at that moment, and asks its partition alone."""
    plan = plan_after_sweep()
    plan.note_ready(5, 1_100)
    plan.note_ready(6, 9_000)
    assert plan.wait_seconds(now=0.0, server_ms=1_000) == 0.1
    assert plan.take(HELD, now=0.1, server_ms=1_099) == []
    assert plan.take(HELD, now=0.1, server_ms=1_100) == [5]
    plan.note_ready(5, None)
    assert plan.wait_seconds(now=0.1, server_ms=1_100) == TICK_SECONDS - 0.1


def test_news_for_all_polls_all() -> None:
    """A full lane has room again, or partitions were taken over."""
    plan = plan_after_sweep()
    plan.want_all()
    assert plan.take(HELD, now=SOON, server_ms=0) == list(HELD)
    assert plan.take(HELD, now=SOON, server_ms=0) == []


def test_a_full_lane_is_remembered_until_all_partitions_were_polled() -> None:
    """A round for one hint that found it full is enough: its heads may wait in other partitions, too."""
    plan = plan_after_sweep()
    plan.pass_over({"chat"})
    assert (plan.has_passed_over("chat"), plan.has_passed_over("internal")) == (True, False)
    plan.want(3)
    plan.take(HELD, now=SOON, server_ms=0)
    assert plan.has_passed_over("chat")
    plan.want_all()
    plan.take(HELD, now=SOON, server_ms=0)
    assert not plan.has_passed_over("chat")


@given(
    st.lists(
        st.tuples(st.floats(0, TICK_SECONDS), st.sampled_from(HELD), st.none() | st.integers(0, 3_000)), max_size=40
    )
)
def test_no_partition_waits_longer_than_a_tick(steps: list[tuple[float, int, int | None]]) -> None:
    """Whatever is hinted and noted: from one poll of a partition to the next is at most a tick and a round."""
    plan, now = plan_after_sweep(), 0.0
    polled = dict.fromkeys(HELD, 0.0)
    for pause, partition, ready_ms in steps:
        plan.want(partition)
        plan.note_ready(partition, ready_ms)
        wait = plan.wait_seconds(now=now, server_ms=int(now * 1000))
        assert SHORTEST_WAIT <= wait <= TICK_SECONDS
        now += min(pause, wait)
        polled |= dict.fromkeys(plan.take(HELD, now=now, server_ms=int(now * 1000)), now)
        assert min(polled.values()) >= now - TICK_SECONDS
