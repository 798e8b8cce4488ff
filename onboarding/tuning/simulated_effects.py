"""What a simulation carries out: mails and chat messages are collected, codes made up, hooks take what they are told.

Of everything else only the reasons are shown.  Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.decision import Outcome
from domain.effect_handling.handlers import carry_out, run_in_memory
from domain.effect_handling.ports import EffectPorts
from domain.effects import CallHook, DrawVoucher, Effect, SendChat, SendMail
from domain.events import AnyEvent, VoucherDrawn
from domain.ports import HookAnswer

SIMULATED_EFFECTS: frozenset[type[Effect]] = frozenset({SendMail, SendChat, DrawVoucher, CallHook})
"""The effects that :func:`simulation_ports` carries out."""


@dataclass(slots=True, kw_only=True)
class SimulatedEffects:
    """What came of a decision in a simulation."""

    mails: list[SendMail] = field(default_factory=list)
    """To the person; those to the team only have their sentence."""
    chats: list[SendChat] = field(default_factory=list)
    answers: list[AnyEvent] = field(default_factory=list)
    """Events that come back: the codes that were drawn."""


def carry_out_effects(outcome: Outcome, at: datetime) -> SimulatedEffects:
    """Return what a decision sends, and what comes back."""
    came = SimulatedEffects()
    ports = simulation_ports(came, at)
    for effect in outcome.effects:
        run_in_memory(carry_out(ports, outcome.record.id, effect))
    return came


def simulation_ports(came: SimulatedEffects, at: datetime) -> EffectPorts:
    """Return ports that collect everything in ``came``: the person gets what was decided."""

    async def transact(_subscriber: str, events: Sequence[AnyEvent]) -> None:
        came.answers += [event for event in events if isinstance(event, VoucherDrawn)]

    async def ask_mail_gate(_subscriber: str, _mail: SendMail) -> str:
        return ""  # the mail was decided on this very record, a moment ago

    async def deliver_mail(_subscriber: str, mail: SendMail) -> None:
        if not mail.team:
            came.mails.append(mail)

    async def deliver_chat(_subscriber: str, message: SendChat) -> None:
        came.chats.append(message)

    async def draw_voucher(pool: str, _holder: str) -> str:
        return f"{pool.upper()}-0001"

    async def call_hook(_subscriber: str, _call: CallHook) -> HookAnswer:
        return HookAnswer(taken=True)

    async def ignore(*_: object) -> None:
        pass

    return EffectPorts(
        clock=lambda: at,
        transact=transact,
        ask_mail_gate=ask_mail_gate,
        deliver_mail=deliver_mail,
        withhold_mail=ignore,
        deliver_chat=deliver_chat,
        draw_voucher=draw_voucher,
        call_hook=call_hook,
    )
