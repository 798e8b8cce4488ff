"""What a mail of a sequence rests on: the decisions on the way to it since the last mail.  Pure.

“Your free class is waiting” rests on a wait for a visit that ran out.  Somebody who comes after all, while the mail
waits for the morning or behind a plain wait, must not get it.  So each decision on the way is asked again, at every
wake and right before the mail is handed over: waits that ran out, absences, dates, fields, tags, consents.  Clock and
weekday only chose the moment, and what happened stays happened.

Several ways can lead to a mail.  It is sent while at least one of them still stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.predicates import is_still
from onboarding.engine.behaviour import count_for_wait
from onboarding.language.catalog import If, MailSequence, Send, SequenceStep
from onboarding.language.parts.waits import WaitDated, WaitFor, WaitWhen


@dataclass(frozen=True, slots=True, kw_only=True)
class LostBasis:
    """Why a mail makes no sense any more."""

    sentence: str
    """Half a sentence for the log, such as ``invoice.sent happened meanwhile``."""
    event: str = ""
    """The event that happened after all; empty if something else changed."""
    back_to: str = ""
    """The wait to which the run goes back, since its date was moved ahead; empty if it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBasis:
    """Asks again what led a person to a mail."""

    sequence: MailSequence
    record: Subscriber
    run: Run
    now: datetime

    def find_lost(self, step: SequenceStep) -> LostBasis | None:
        """Return why a mail is not to be sent any more; None if what it rests on still stands."""
        if isinstance(step.action, Send) and step.action.anyway:
            return None
        return self._find_overtaken(step) or self._lost_before(step.name, frozenset())

    def _find_overtaken(self, step: SequenceStep) -> LostBasis | None:
        """Return that the date of the next mail has come: of several dated mails only the latest goes."""
        following = self.sequence.steps.get(step.next_step)
        if following is None or not isinstance(following.action, WaitDated):
            return None
        due = following.action.moment.find(self.record, self.now)
        if due is None or due > self.now or self._is_welcome(step):
            return None
        return LostBasis(sentence=f"it is overtaken, for it is {following.action.text} already")

    def _is_welcome(self, step: SequenceStep) -> bool:
        """Return True for the first mail of a pass, unless it is one of the dated mails itself."""
        return (not self.run.sent or self.run.sent[0] == step.name) and not self._is_dated(step.name, frozenset())

    def _is_dated(self, name: str, passed: frozenset[str]) -> bool:
        """Return True if a wait for a date, or a start by a date, leads to a step, with no mail between."""
        if name == self.sequence.first and self.sequence.start.by_dates:
            return True
        leading = {step for step, _ in self.sequence.ways_to[name]} - passed
        steps = [self.sequence.steps[step] for step in leading]
        return any(
            isinstance(step.action, WaitDated)
            or (not isinstance(step.action, Send) and self._is_dated(step.name, passed | {name}))
            for step in steps
        )

    def _lost_before(self, name: str, passed: frozenset[str]) -> LostBasis | None:
        lost = None
        if name == self.sequence.first:
            return None
        for leading, by_else in self.sequence.ways_to[name]:
            if leading in passed:
                continue  # a way round a circle tells nothing new
            step = self.sequence.steps[leading]
            found = self._lost_at(step, by_else=by_else)
            # What came before the last mail was asked for that mail.
            if found is None and not isinstance(step.action, Send):
                found = self._lost_before(leading, passed | {name})
            if found is None:
                return None
            lost = lost or found
        # Where several ways lead to the mail, nobody knows by which the run came, so it cannot go back.
        several = len({leading for leading, _ in self.sequence.ways_to[name]}) > 1
        return replace(lost, back_to="") if lost and several else lost

    def _lost_at(self, step: SequenceStep, *, by_else: bool) -> LostBasis | None:
        match step.action:
            case WaitFor() as wait if by_else:
                if count_for_wait(self.record, self.run, wait) >= wait.times:
                    return LostBasis(sentence=f"{wait.name} happened meanwhile", event=wait.event)
            case WaitDated(moment=moment, text=text):
                due = moment.find(self.record, self.now)
                if due is None and not (by_else and step.otherwise != step.next_step):
                    return LostBasis(sentence=f"{moment.field} holds no date any more")
                if due and due > self.now:
                    return LostBasis(sentence=f"{moment.field} has moved: {text} is still ahead", back_to=step.name)
            case If(condition=condition) | WaitWhen(condition=condition):
                if not is_still(condition.test, not by_else, self.record, self.now):
                    state = "holds by now" if by_else else "does not hold any more"
                    return LostBasis(sentence=f"“{condition.text}” {state}")
        return None


def find_missed_wait(sequence: MailSequence, step: SequenceStep) -> WaitFor | WaitWhen | None:
    """Return the wait whose end by itself leads to a mail, if it is the only way; for sentences of the log."""
    ways = sequence.ways_to[step.name]
    if step.name == sequence.first or len(ways) != 1:
        return None
    leading, by_else = ways[0]
    action = sequence.steps[leading].action
    if isinstance(action, WaitFor | WaitWhen):
        return action if by_else else None
    return None if isinstance(action, Send) else find_missed_wait(sequence, sequence.steps[leading])
