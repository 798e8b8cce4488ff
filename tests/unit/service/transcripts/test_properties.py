"""Whatever people do, and whatever is written: playing neither fails nor hangs, and is always the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import Context, Decision
from domain.events import AnyEvent
from domain.record import Subscriber
from service.engine.decide import Rules, decide_events
from service.transcripts.match_messages import reads_as
from tests.support.sample_workspace import play_text, write_transcript


def test_playing_twice_gives_the_same() -> None:
    """Nothing depends on the real time or on chance."""
    text = write_transcript("\n  - says: mood\n  - taps: Awake\n    bot: nothing")
    assert play_text(text) == play_text(text)


def test_a_failing_rule_ends_its_transcript_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever deciding raises is told at the line, without what was said; the next transcript is played."""

    def fails(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: Rules) -> Decision:
        if any(getattr(event, "text", "") == "boom" for event in events):
            message = "boom"
            raise ValueError(message)
        return decide_events(record, events, context, rules)

    monkeypatch.setattr("service.transcripts.world.decide_events", fails)
    text = "- {transcript: a, talk: [{says: boom}, {says: letter}]}\n- {transcript: b, talk: [{says: letter}]}\n"
    result = play_text(text)
    assert [(one.transcript, one.message.split(":")[0]) for one in result.differences] == [("a", "the deciding failed")]
    assert result.played == 2


@given(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=5), st.text("ab {}", max_size=6))
def test_a_filled_text_reads_as_its_source(constants: list[str], value: str) -> None:
    """Whatever stands for the variables; a text without any reads as itself alone."""
    source, said = "{{ name }}".join(constants), value.join(constants)
    assert reads_as(said.strip() if len(constants) == 1 else said, source) or source.strip() != source
    assert not reads_as(f"#{said}", source) or not constants[0].strip()


def test_a_long_message_is_compared_in_no_time() -> None:
    """Many variables against a long text that does not fit: linear, no backtracking."""
    source = " ".join(["{{ a }}"] * 30) + " x"
    assert not reads_as("word " * 400, source)


LINES = st.sampled_from([
    "says: letter", "says: mood", "says: stop", "says: back", "says: person", "says: hello", "says: mia@example.com",
    'says: "{{ code }}"', "taps: Yes, please", "taps: Calm", "taps: Awake", "taps: Go on", "wait: 30 minutes",
    "wait: 3 days", "does: cup.noted", "presses: confirm", "presses: not me", "presses: unsubscribe", "sends: image",
    "human: takes over", "human: hands back", "refuses: blocked", "refuses: outside window", "follows: spring",
    "edits: ria@example.com", "unsends: last", "opens: get started",
])  # fmt: skip


@settings(max_examples=60)
@given(st.lists(LINES, min_size=1, max_size=12))
def test_any_talk_can_be_played(lines: list[str]) -> None:
    """Whatever people do in whatever order, nothing fails, and playing it again gives the same."""
    text = write_transcript("".join(f"\n  - {line}" for line in lines))
    first = play_text(text)
    assert [one.message for one in first.differences if one.message.startswith("the deciding")] == []
    assert first == play_text(text)
