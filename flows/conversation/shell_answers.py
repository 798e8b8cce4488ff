"""Vouchers of a pool, seats of a table row, answers of hooks: the shell is asked, and an event tells what came of it.

A voucher is given to one person, who gets the same one again.  Seats are counted by the store, so that two people who
want the last one at the same moment do not both get it.  A hook is a program of the workspace's own, whose answer may
set the fields that the step names.
"""

from domain.effects import CallHook, DrawVoucher, TakeSeats
from domain.events import HookAnswered, SeatsTaken, VoucherDrawn
from domain.record import Value
from flows.compiled.catalog import ELSE, NEXT
from flows.compiled.step import Step, Taking
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import PLACES_LEFT, SEATED, VOUCHER
from flows.language.tables import SEATS_COLUMN
from language.fields.told_values import read_told_values


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


def take_seats(turn: ConversationTurn, step: Step) -> bool:
    """Ask for the step's seats of the chosen row; False if no row was chosen, or no number of seats."""
    thing, wanted = _wanted_thing(turn, step), _wanted_seats(turn, step)
    if not thing or wanted < 1:
        turn.variables = {**turn.variables, PLACES_LEFT: 0}
        turn.add_reason("It is not known of what, or how many, so nothing was taken.")
        return False
    # Asked of the store even if the record holds as many: they may be on their way back.
    _ask_for_seats(turn, "take", thing, wanted)
    turn.add_reason(f"Of {thing}, {wanted} are to be taken.")
    return True


def return_seats(turn: ConversationTurn, table: str) -> None:
    """Give back everything that the person has of the rows of a table."""
    for thing in turn.record.seats:
        if thing.partition(" ")[0] == table:
            _ask_for_seats(turn, f"return {thing}", thing, 0)
            turn.add_reason(f"What was taken of {thing} is given back.")


def keep_seats(turn: ConversationTurn, event: SeatsTaken) -> str:
    """Note what the person has; return the trigger by which the waiting step goes on, empty if none waits."""
    if event.thing:
        others = {thing: held for thing, held in turn.record.seats.items() if thing != event.thing}
        turn.change_record(seats={**others, **({event.thing: event.held} if event.held else {})})
    step = turn.step
    if step is None or turn.is_unasked or step.kind != "take":
        return ""
    # An older answer may come while a newer one is waited for.  A replay does not know of what.
    asked = (_wanted_thing(turn, step), _wanted_seats(turn, step))
    if event.thing and asked != (event.thing, event.wanted):
        return ""
    turn.variables = {**turn.variables, PLACES_LEFT: event.left}
    if event.held != event.wanted:
        turn.add_reason(f"Too few are left of {event.thing}.")
        return ELSE
    return NEXT


def call_hook(turn: ConversationTurn, step: Step) -> None:
    """Have the hook of a step asked; the step then waits."""
    asked, declared = step.hook, turn.context.config.fields
    if asked is None or turn.timeout_at is None:
        return
    # A field that was never given is not told, and neither is one that is no longer declared.
    told = {name: turn.record.fields[name] for name in asked.told if name in turn.record.fields and name in declared}
    turn.add_effects(
        CallHook(
            id=turn.visit_id("hook"),
            hook=asked.name,
            flow=turn.flow.name if turn.flow else "",
            step=step.name,
            at=turn.entered_at,
            until=turn.timeout_at,
            fields=told,
            sets=asked.sets,
        )
    )
    turn.add_reason(f"The hook {asked.name} is asked.")


def take_answer(turn: ConversationTurn, event: HookAnswered) -> str:
    """Keep what a hook answered; return the trigger by which the waiting step goes on, empty if none waits."""
    asked = turn.step.hook if turn.step and not turn.is_unasked else None
    if asked is None or asked.name != event.hook or turn.entered_at != event.asked_at:
        turn.add_reason(f"The answer of {event.hook} came too late, so nothing was kept of it.")
        return ""
    values = read_told_values(event.fields, asked.sets, turn.context.config.fields) if event.taken else None
    if values is None:
        turn.add_reason(f"The hook {event.hook} gave no answer that counts.")
        return ELSE
    if values:
        turn.change_record(fields={**turn.record.fields, **values})
    turn.add_reason(f"The hook {event.hook} has answered.")
    return NEXT


def _ask_for_seats(turn: ConversationTurn, act: str, thing: str, wanted: int) -> None:
    effect = TakeSeats(
        id=turn.visit_id(act), thing=thing, wanted=wanted, capacity=_capacity(turn, thing), at=turn.context.now
    )
    turn.add_effects(effect)


def _wanted_thing(turn: ConversationTurn, step: Step) -> str:
    """Return the table and row of which a step takes seats; empty if no row was chosen, or it is gone."""
    table = turn.catalog.tables.get(step.taking.table) if step.taking else None
    chosen = str(turn.variables.get(f"{SEATED} {table.name}", "")) if table else ""
    return f"{table.name} {chosen}" if table and table.find_row(chosen, turn.language) else ""


def _wanted_seats(turn: ConversationTurn, step: Step) -> int:
    """Return how many seats a step takes; 0 if it is no whole number."""
    taking = step.taking or Taking(table="")
    wanted: Value = turn.record.fields.get(taking.field) if taking.field else taking.number
    return int(wanted) if isinstance(wanted, int | float) and wanted == int(wanted) else 0


def _capacity(turn: ConversationTurn, thing: str) -> int:
    """Return the seats that there are; 0 if the table has no such row any more."""
    name, _, row = thing.partition(" ")
    table = turn.catalog.tables.get(name)
    # In the language of the file: a translation cannot change a number.
    cell = next((one.get(SEATS_COLUMN) for one in table.original_rows if one["id"] == row), 0) if table else 0
    return cell if isinstance(cell, int) else 0
