"""What an older version of a flow still needs from the workspace while people finish in it.

Texts and steps are the version's own.  Topics, fields, mails and tables are those of the live edition.
"""

from collections.abc import Collection, Iterator, Mapping

from flows.language.model import FlowText, StepText
from service.workspace.edition import Edition


def find_lacking(flow: FlowText, new: Edition) -> list[str]:
    """Return what a flow needs and an edition lacks, such as ``the topic spring``; sorted, without repetition."""
    available: Mapping[str, Collection[str]] = {
        "topic": new.config.topics, "field": new.config.fields, "pool": new.config.pools, "mailbox": new.config.team,
        "hook": new.config.hooks,
        "mail": new.mails.template_names, "table": new.rules.flows.tables,
    }  # fmt: skip
    needed = {thing for step in flow.steps.values() for thing in _named_things(step)}
    return sorted(f"the {kind} {name}" for kind, name in needed if name and name not in available[kind])


def _named_things(step: StepText) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of everything a step refers to; a name may be empty."""
    for topic in (step.consent, step.confirm, step.topic, step.withdraw, step.relay.topic if step.relay else ""):
        yield "topic", topic or ""
    for field in (step.save, *step.set, *step.score, *step.fields, *step.sets):
        yield "field", field or ""
    yield "pool", step.code or ""
    yield "hook", step.hook or ""
    yield "mailbox", step.notify.team if step.notify else ""
    for mail in (step.mail.template if step.mail else "", step.relay.mail if step.relay else ""):
        yield "mail", mail
    for table in (
        step.ask.table if step.ask else "",
        step.take.table if step.take else "",
        *(item.cards.table for item in step.say if item.cards),
    ):
        yield "table", table or ""
