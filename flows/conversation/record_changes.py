"""What is noted of a person on arriving at a step, or on taking a choice."""

from domain.consent import decisions
from domain.decision import Fact
from domain.record import Value
from flows.compiled.step import Marks
from flows.conversation.mails import notify
from flows.conversation.state import Talk
from language.cldr import LARGEST

HOW = "chat"
"""In the consent ledger: a step of a flow that the person walked to took the consent back."""


def mark(talk: Talk, marks: Marks) -> None:
    """Note everything; language first, so that the rest is said in it."""
    if marks.speak in talk.book.voices:
        talk.change(language=marks.speak)
    if marks.tags or marks.untags or marks.sets or marks.scores:
        _keep(talk, marks)
    if marks.channels:
        talk.change(channels={**talk.record.channels, **marks.channels})
    if marks.event:
        talk.tell(Fact(name=marks.event, at=talk.context.now))
    if marks.withdraw:
        talk.take(decisions.withdraw(talk.record, marks.withdraw, talk.context, how=HOW, mid=talk.mid))
    if marks.team:
        notify(talk, marks.team)


def _keep(talk: Talk, marks: Marks) -> None:
    tags = [tag for tag in dict.fromkeys((*talk.record.tags, *marks.tags)) if tag not in marks.untags]
    fields: dict[str, Value] = {**talk.record.fields, **marks.sets}
    for name, points in marks.scores.items():
        known = fields.get(name)
        score = points + (known if isinstance(known, int | float) else 0)
        fields[name] = max(-LARGEST, min(score, LARGEST))
    talk.change(tags=tuple(tags), fields=fields)
