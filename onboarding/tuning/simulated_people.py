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
from onboarding.engine.comparisons.holdout import is_held_out
from onboarding.engine.do_acts import choose_part
from onboarding.language.acts import SplitWays
from onboarding.language.catalog import MailSequence, Send, SequenceStep
from onboarding.tuning.simulate import confirm_topics, confirmed_person

MOST_ARMS = 64
"""Combinations of parts at most that are walked through."""
MOST_PEOPLE = 20_000
"""People tried at most; a part of 1 % is found among some hundreds."""

HOLDOUT, HELD, MAILED = "holdout", "held", "mailed"
"""How the part who are held out is named among the splits; who is in it, and who is not."""

Arms = Mapping[str, str]
"""Step → the part of its split that the person gets (a template, or a step); :data:`HOLDOUT` → if they are mailed."""


def list_splits(sequence: MailSequence) -> dict[str, tuple[str, ...]]:
    """Return the parts of each step that divides people; a part of 0 % is nobody's."""
    groups = {HOLDOUT: (MAILED, HELD)} if sequence.holdout else {}
    return groups | {
        step.name: parts
        for step in sequence.steps.values()
        if len(parts := tuple(name for name, percent in _shares_of(step) if percent)) > 1
    }


def list_mail_topics(sequence: MailSequence) -> list[str]:
    """Return the consents that single mails of a service sequence need."""
    actions = (step.action for step in sequence.steps.values())
    return [action.topic for action in actions if isinstance(action, Send) and action.topic]


def _shares_of(step: SequenceStep) -> tuple[tuple[str, int], ...]:
    match step.action:
        case Send(split=split):
            return split
        case SplitWays(parts=parts):
            return parts
    return ()


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
            person = confirmed_person(config, keys, sequence.topic, start, psid=psid, timezone=timezone)
            return confirm_topics(person, list_mail_topics(sequence), config)
    return None


def _gets_part(sequence: MailSequence, step: str, part: str, subscriber: str, context: Context) -> bool:
    if step == HOLDOUT:
        return True
    shares = _shares_of(sequence.steps[step])
    return bool(shares) and choose_part(shares, subscriber, f"{sequence.name}/{step}", context)[0] == part
