"""Vouchers of a pool: drawn by the shell, each given to one person, who gets the same one again."""

from domain.effects import DrawVoucher
from domain.events import VoucherDrawn
from flows.compiled.catalog import ELSE, NEXT
from flows.compiled.step import Step
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import VOUCHER


def draw_voucher(turn: ConversationTurn, step: Step) -> bool:
    """Ask for a voucher of the step's pool; True if the person has one already."""
    voucher = turn.record.codes.get(step.pool)
    if voucher:
        turn.variables = {**turn.variables, VOUCHER: voucher}
        turn.add_reason(f"The person has a code of {step.pool} already, and gets the same again.")
        return True
    turn.add_effects(DrawVoucher(id=turn.visit_id("draw"), pool=step.pool))
    turn.add_reason(f"A code of {step.pool} is drawn.")
    return False


def keep_voucher(turn: ConversationTurn, event: VoucherDrawn) -> str:
    """Keep a voucher that was drawn; return the trigger by which the waiting step goes on, empty if none waits."""
    # Kept even if the person has left the step meanwhile: the pool has given the voucher away for good.
    if event.code:
        turn.change_record(codes={**turn.record.codes, event.pool: event.code})
    if turn.step is None or turn.is_unasked or turn.step.kind != "code" or turn.step.pool != event.pool:
        return ""
    if not event.code:
        turn.add_reason(f"The pool {event.pool} has no code left.")
        return ELSE
    turn.variables = {**turn.variables, VOUCHER: event.code}
    return NEXT
