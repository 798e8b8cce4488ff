"""Chooses the people of a simulation: who gets which part of each split.  Pure.

The part of a person is fixed by a keyed hash of the person and the step, so a person who gets a wanted part is found by
trying one name after the other.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product

from domain.decision import Context
from domain.keyring import Keyring
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.holdout import is_held_out
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import MailSequence, Send
from onboarding.tuning.simulate import confirmed_person

MOST_ARMS = 64
"""Combinations of parts at most that are walked through."""
MOST_PEOPLE = 20_000
"""People tried at most; a part of 1 % is found among some hundreds."""

HOLDOUT, HELD, MAILED = "holdout", "held", "mailed"
"""How the part who are held out is named among the splits; who is in it, and who is not."""

Arms = Mapping[str, str]
"""Step → the template of its split that the person gets; :data:`HOLDOUT` → whether the person is mailed."""


def list_splits(sequence: MailSequence) -> dict[str, tuple[str, ...]]:
    """Return the templates of each step that divides people; a part of 0 % is nobody's."""
    groups = {HOLDOUT: (MAILED, HELD)} if sequence.holdout else {}
    return groups | {
        step.name: templates
        for step in sequence.steps.values()
        if isinstance(step.action, Send)
        and len(templates := tuple(name for name, percent in step.action.split if percent)) > 1
    }


def list_arms(sequence: MailSequence, wanted: Arms) -> Iterator[Arms]:
    """Yield every combination of parts in which the wanted ones are as wanted, at most :data:`MOST_ARMS`."""
    splits = list_splits(sequence)
    choices = [(wanted[step],) if step in wanted else templates for step, templates in splits.items()]
    for number, combination in enumerate(product(*choices)):
        if number == MOST_ARMS:
            return
        yield dict(zip(splits, combination, strict=True))


def find_person(
    sequence: MailSequence, arms: Arms, *, config: WorkspaceConfig, keys: Keyring, start: datetime, timezone: str = ""
) -> Subscriber | None:
    """Return somebody who gets these parts; None if none was found, which only a very small share can cause."""
    context = Context(now=start, entropy=bytes(16), keys=keys, config=config)
    for number in range(MOST_PEOPLE):
        # The first is the person of a simulation without splits: the same in every version.
        psid = f"simulated-{number}" if number else "simulated"
        subscriber = keys.subscriber_id("simulation", psid)
        if is_held_out(sequence, subscriber, context) != (arms.get(HOLDOUT) == HELD):
            continue
        if all(_gets_part(sequence, step, template, subscriber, context) for step, template in arms.items()):
            return confirmed_person(config, keys, sequence.topic, start, psid=psid, timezone=timezone)
    return None


def _gets_part(sequence: MailSequence, step: str, template: str, subscriber: str, context: Context) -> bool:
    if step == HOLDOUT:
        return True
    action = sequence.steps[step].action
    return isinstance(action, Send) and choose_template(sequence, step, action, subscriber, context)[0] == template
