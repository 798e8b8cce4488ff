"""Substitutes for redacted inputs: from a line of the history back to events that mean the same.

The history keeps only the kind of an address, a code or a text, so several substitutes may fit: a code was right or
wrong, a text may have been close to a label.  The replay takes the first substitute that leads where the person went.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from domain.decision import Fact
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, HookAnswered, Message, SeatsTaken, VoucherDrawn
from flows.compiled.catalog import Flow
from flows.compiled.step import Step
from flows.handlers import redaction

SUBSTITUTE_TEXTS: Mapping[str, tuple[str, ...]] = {
    redaction.EMAIL: ("somebody@example.com", "somebody@example"),
    redaction.CODE: ("000000",),
    redaction.DIGITS: ("+49 30 901820", "20261224"),
    redaction.TEXT: ("blue teapots", "tomorrow at 7 pm", "tomorrow", "7 pm"),
}
"""Substitutes by kind of input, the likeliest first; invented, so no person's text is among them."""


class Substitute(Struct, frozen=True, kw_only=True):
    """One event that may stand for a redacted input."""

    event: AnyEvent | None
    """None if only time passed."""
    facts: tuple[Fact, ...] = ()


def substitutes_for(  # noqa: C901  one case a kind of input
    redacted: str, flow: Flow | None, step: str, at: datetime
) -> Iterator[Substitute]:
    """Yield substitutes for one redacted input at a step; an empty input means that only time passed."""
    step_here = flow.steps.get(step) if flow else None
    topic = step_here.topic if step_here else ""
    proof = Fact(name="confirmed" if topic else "proven", at=at, topic=topic, address=ADDRESS)
    match redacted.partition(" "):
        # Time ends either the step's timeout or a confirmation that was never typed.
        case ("", _, _):
            yield Substitute(event=None)
            yield Substitute(event=None, facts=(Fact(name="expired", at=at, topic=topic, address=ADDRESS),))
        case (redaction.PRESSED, _, _):
            yield Substitute(event=None, facts=(proof,))
        case ("ref", _, ref):
            yield Substitute(event=_make_message(at, "", entry=EntryPoint(ref=ref)))
        # “drawn”: the pool gave a voucher.  “drawn none”: it was empty.
        case ("drawn", _, none):
            pool = step_here.pool if step_here else ""
            yield Substitute(event=VoucherDrawn(id="replay", at=at, pool=pool, code="" if none else "REPLAYED"))
        # “seated”: there were enough.  “seated none”: there were not.
        case ("seated", _, none):
            yield Substitute(event=SeatsTaken(id="replay", at=at, thing="", wanted=1, held=0 if none else 1, left=0))
        # “hook”: it answered.  “hook failed”: it did not.  What it told is not kept, so nothing is set.
        case ("hook", _, failed):
            yield Substitute(event=_answer_hook(step_here, at, taken=not failed))
        # Numbers of up to three digits are kept (“<number 7>”), since a flow may compare them.
        case ("<number", _, rest):
            yield Substitute(event=_make_message(at, rest.rstrip(">")))
        case _ if redacted in SUBSTITUTE_TEXTS:
            yield from _type_texts(redacted, step_here, proof, at)
        case _ if redacted.startswith("<"):  # “<image>”, “<audio>”
            kind = redacted.strip("<>")
            yield Substitute(event=_make_message(at, "", attachments=(kind,), urls=("https://example.com/1",)))
        case _ if redacted.startswith("“"):  # “person”: a label, a start word, a command, a yes or no
            yield Substitute(event=_make_message(at, redacted.strip("“”")))
        case _:  # the payload of a button
            yield Substitute(event=_make_message(at, "", payload=redacted))


def _type_texts(redacted: str, step: Step | None, proof: Fact, at: datetime) -> Iterator[Substitute]:
    """Yield typed texts for one whose kind alone is known."""
    texts = SUBSTITUTE_TEXTS[redacted]
    yield from (Substitute(event=_make_message(at, text)) for text in texts)
    # A right code arrives as a fact of the consent rules, which a replay does not run.
    if redacted == redaction.CODE:
        yield Substitute(event=_make_message(at, texts[0]), facts=(proof,))
    # Or a label typed almost right: the history calls it a text, but it was understood as that choice.
    labels = (*(step.labels if step else ()), "yes", "no")
    yield from (Substitute(event=_make_message(at, label)) for label in labels)


def _answer_hook(step: Step | None, at: datetime, *, taken: bool) -> HookAnswered:
    hook = step.hook.name if step and step.hook else ""
    return HookAnswered(id="replay", at=at, hook=hook, asked_at=at - SINCE_ENTERED, taken=taken)


SINCE_ENTERED = timedelta(seconds=1)
"""How long before a move of a replay its step was entered."""
ADDRESS = "replayed"
"""Stands for the keyed hash of an address."""


def _make_message(at: datetime, text: str, **more: object) -> Message:
    return Message(id="replay", at=at, mid="replay", text=text, **more)  # type: ignore[arg-type]  # fields of Message
