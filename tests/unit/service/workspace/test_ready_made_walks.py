"""People who do anything at any moment, through all the ready-made flows: nothing breaks, and nobody is left alone."""

from collections import deque
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.outbound.render import render_message
from email_out.templates.render import render as render_mail
from service.transcripts import perform_line
from service.transcripts.model import LineText
from service.transcripts.participant import Participant
from service.transcripts.world import TranscriptWorld
from tests.support.shipped_workspace import shipped_edition

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOOK = shipped_edition().rules.flows
SAID = (
    *sorted(BOOK.start_words), "stop", "back", "help", "person", "bot", "start over", "new code", "zurück", "Mensch",
    "yes", "no", "ja", "nein", "hmm", "mia@example.com", "ben@example.org", "3", "99", "tomorrow at 3 pm",
    "Freitag um 16 Uhr", "0170 1234567",
    "how long does shipping take", "Smoke and malt", "I'm coming", "🙂", "a" * 3_000, "نعم", "x | y",
    "{{ code }}", "{{ code }}", "{{ code }}", "{{ wrong_code }}",
)  # fmt: skip
DONE = {
    "says": SAID,
    "follows": sorted(BOOK.links),
    "wait": ("1 minute", "25 minutes", "7 hours", "25 hours", "4 days"),
    "edits": SAID,
    "unsends": ("last",),
    "sends": ("image",),
    "human": ("hello", "takes over", "hands back"),
}
"""What can be done, besides tapping."""
KINDS = ("tap", "tap", "tap", "tap", "says", "says", "says", "follows", "wait", "edits", "unsends", "sends", "human")
MOVES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 999)), min_size=8, max_size=40)
KNOWN = st.sampled_from((None, (), ("friday_leaf", "tastings")))
"""What was proven and confirmed before; None: nothing."""


def move(world: TranscriptWorld, person: Participant, kind: str, number: int) -> None:
    """Do one thing; what cannot be done here is left out."""
    try:
        if kind == "tap":
            offered = list(perform_line.list_tappable(world, person))[:8]
            perform_line.press_button(world, person, *offered[number % len(offered)])
        else:
            done = DONE[kind]
            perform_line.play_line(world, person, LineText.model_validate({kind: done[number % len(done)]}))
    except perform_line.CannotPlayError:
        return


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, language=st.sampled_from(("", "de")), topics=KNOWN)
def test_whatever_somebody_does(moves: list[tuple[str, int]], language: str, topics: tuple[str, ...] | None) -> None:
    """Messages fit the platform, mails render, marketing has its consent, and who writes to the bot hears from it."""
    edition = shipped_edition()
    world = TranscriptWorld(edition.rules, edition.config, NOON)
    world.store.pools = {"hello_cup": deque(["TIN-1"]), "leaf_cup": deque()}
    person = world.add_person("mia")
    person.email, person.phone = "mia@example.com", "+494066969123"
    if topics is not None:
        world.prove_address(person, person.email, topics)
    person.record = replace(person.record, language=language)
    for kind, number in moves:
        messages, mails = len(person.thread), len(person.mails)
        move(world, person, kind, number)
        world.now += timedelta(seconds=20)
        for message in person.thread[messages:]:
            render_message(message)
            assert "{{" not in message.text
        for mail in person.mails[mails:]:
            render_mail(edition.mails, mail, person.record, edition.config, world.keys, "https://example.com")
            assert mail.lane == "transactional" or person.record.consents[mail.topic].confirmed_at
        heard = kind == "says" and SAID[number % len(SAID)][0].isalnum()
        assert not heard or person.record.paused or len(person.thread) > messages
