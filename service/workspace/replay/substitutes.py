"""Stand-ins for what was said and is not kept: from a line of the history back to events that mean the same.

What is kept of an address, a code or a text is its kind only, so several stand-ins may fit (a code is right or wrong, a
text may have been close to a label).  The replay takes the first that leads where it led then.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from flows.compiled.catalog import Flow
from service.engine import history_redaction as heard
from domain.decision import Fact
from domain.events import CodeDrawn, Entry, AnyEvent, Message

TEXTS: Mapping[str, tuple[str, ...]] = {
    heard.EMAIL: ("somebody@example.com", "somebody@example"),
    heard.CODE: ("000000",),
    heard.DIGITS: ("+49 30 901820", "20261224"),
    heard.TEXT: ("blue teapots", "tomorrow at 7 pm", "tomorrow", "7 pm"),
}
"""What may stand for a kind; nobody's own words."""


class StandIn(Struct, frozen=True, kw_only=True):
    """One way in which it may have been said."""

    event: AnyEvent | None
    """None: time went by."""
    facts: tuple[Fact, ...] = ()


def standins(said: str, flow: Flow | None, step: str, at: datetime) -> Iterator[StandIn]:
    """Yield what may stand for one thing that was heard at a step; empty ``said``: time went by."""
    here = flow.steps.get(step) if flow else None
    topic = here.topic if here else ""
    proof = Fact(name="confirmed" if topic else "proven", at=at, topic=topic, address=ADDRESS)
    match said.partition(" "):
        case ("", _, _):
            yield StandIn(event=None)
            yield StandIn(event=None, facts=(Fact(name="expired", at=at, topic=topic, address=ADDRESS),))
        case (heard.PRESSED, _, _):
            yield StandIn(event=None, facts=(proof,))
        case ("ref", _, ref):
            yield StandIn(event=_message(at, "", entry=Entry(ref=ref)))
        case ("drawn", _, none):
            pool = here.pool if here else ""
            yield StandIn(event=CodeDrawn(id="replay", at=at, pool=pool, code="" if none else "REPLAYED"))
        case ("<number", _, rest):
            yield StandIn(event=_message(at, rest.rstrip(">")))
        case _ if said in TEXTS:
            yield from (StandIn(event=_message(at, text)) for text in TEXTS[said])
            if said == heard.CODE:
                yield StandIn(event=_message(at, TEXTS[said][0]), facts=(proof,))
            yield from (StandIn(event=_message(at, label)) for label in (*(here.labels if here else ()), "yes", "no"))
        case _ if said.startswith("<"):
            kind = said.strip("<>")
            yield StandIn(event=_message(at, "", attachments=(kind,), urls=("https://example.com/1",)))
        case _ if said.startswith("“"):
            yield StandIn(event=_message(at, said.strip("“”")))
        case _:
            yield StandIn(event=_message(at, "", payload=said))


ADDRESS = "replayed"
"""Stands for the keyed hash of an address."""


def _message(at: datetime, text: str, **more: object) -> Message:
    return Message(id="replay", at=at, mid="replay", text=text, **more)  # type: ignore[arg-type]  # fields of Message
