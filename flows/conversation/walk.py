"""Walking from step to step: the machine of the flow says where to go, ``enter_step`` what happens there."""

import functools

from domain.effects import Count
from domain.record import Answered
from flows.compiled.catalog import NEXT, Flow
from flows.conversation import counters, handover
from flows.conversation.enter_step import arrive
from flows.conversation.speech import UNHEARD
from flows.conversation.state import ADDRESS, ADDRESS_MID, CODE, MOST_CHIPS, ROW, SHOWN, Talk
from flows.conversation.subflows import returning
from flows.language.model import END

__all__ = ["ADDRESS", "ADDRESS_MID", "CODE", "MOST_CHIPS", "ROW", "SHOWN", "Turn"]

MOST_HOPS = 500
"""Steps that one event may lead through: no limit for a flow that passed ``run``, since it has no circle."""
ANSWERED_UNHEARD = ("email", "confirm", "prove", "wait", "code", "hand_over")
"""Kinds of steps whose answer is plain without the question, or that ask none."""
MOST_TRAIL = 20
MOST_ANSWERED = 10
"""Latest answers that are remembered with their messages."""


@functools.lru_cache(maxsize=16_384)
def _counting(flow: str, step: str, trigger: str, source: str) -> Count:
    """Return the effect that counts this; there are few, and every message needs some."""
    return Count(name=counters.name(flow, step, trigger, source))


class Turn(Talk):
    """One decision."""

    _source = ""
    """What brought the person; asked for once a turn."""

    def begin(self, flow: Flow, why: str) -> None:
        """Begin a flow at its first step."""
        self.flow, self.flow_hash, self.step = flow, flow.hash, None
        self.because(why)
        self.variables, self.trail, self.stack, self.answered = {}, (), (), ()
        known = self.record
        if known.paused or known.handover or known.invited or not known.first_flow:
            self.change(paused=False, handover=None, invited="", first_flow=known.first_flow or flow.name)
        self.run(flow.start)

    def follow(self, trigger: str) -> None:
        """Answer the open question: the flow's machine says where that leads."""
        if self.step is None or self.flow is None:
            return
        name = self.step.name
        if not self.trail or self.trail[-1] != name:
            self.trail = (*self.trail, name)[-MOST_TRAIL:]
        if self.mid:
            self.answered = (*self.answered, Answered(step=name, mid=self.mid))[-MOST_ANSWERED:]
        self._count(self.flow, name, trigger)
        self.run(self.flow.leads(name, trigger))

    def _count(self, flow: Flow, step: str, trigger: str = "") -> None:
        """Count a way that was answered, or without a trigger an arrival."""
        self._source = self._source or counters.source(self.record, self.book.links, self.book.named)
        self._effects.append(_counting(flow.name, step, trigger, self._source))

    def run(self, name: str) -> None:
        """Arrive at a step, and go on until one waits for an answer or the conversation ends."""
        for _ in range(MOST_HOPS):
            if name == END:
                name = returning(self)
                if not name:
                    break
                continue
            step = self.flow.steps.get(name) if self.flow else None
            if step is None or self.flow is None:
                break
            self.step, self.lost = step, False
            self._count(self.flow, name)
            name = arrive(self, step)
            if not name:
                return
        else:
            self.because(f"The conversation went through {MOST_HOPS} steps without an answer, so it was ended.")
        self.end()

    def go_on(self) -> None:
        """Go on as if the open question were answered well, without an answer."""
        if self.step and self.flow:
            self.run(self.flow.leads(self.step.name, NEXT))

    def ask_moved(self) -> bool:
        """Arrive at the step that ``migrate`` has moved the person to, if it is of another kind; False: it is not."""
        if self.step is None or not self.unasked:
            return False
        self.because("The flow was changed meanwhile, so the question of its new step is asked.")
        self.run(self.step.name)
        return True

    def ask_unheard(self) -> bool:
        """Ask the open question if it could not be sent when the person arrived; False: it was."""
        if self.step is None or self.variables.get(UNHEARD) != self.step.name or self.step.kind in ANSWERED_UNHEARD:
            return False
        self.because("The question could not be sent before, so it is asked now.")
        self.arm(self.step)
        self.say_step()
        if self.step.kind == "consent":
            self.show_wording(self.step)
        return True

    def resume(self, why: str) -> None:
        """The bot takes over again from the team: it goes on where it was to, or asks the open question once more."""
        self.because(why)
        known = handover.end(self)
        if known is None or not known.step:
            self._take_up()
            return
        flow, name = self.book.place(known.flow, known.flow_hash, known.step)
        if flow is not None:
            self.flow, self.flow_hash = flow, flow.hash
        self.run(name)

    def _take_up(self) -> None:
        """Ask the open question once more; its timers begin anew.  A code that was drawn meanwhile is there now."""
        if self.step is None or self.ask_moved():
            return
        if self.step.kind == "code":
            self.run(self.step.name)
            return
        self.arm(self.step)
        if self.step.kind != "wait":
            self.repeat()

    def end(self) -> None:
        """End the conversation."""
        if self.flow:
            self.because("The conversation has ended.")
        self.flow = self.step = self.nudge_at = self.timeout_at = None
        self.stack = ()
        self.lost = False
