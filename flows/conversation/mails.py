"""Mails that a flow sends: what the person asked for, notices to the team, and scheduled messages."""

from datetime import UTC, timedelta
from typing import Literal

from domain.effects import CLOCK, NOTICE, PLACE, Calendar, SendMail
from domain.record import Value
from flows.compiled.step import Appointment, FlowMail, Step
from flows.conversation.field_dates import read_local_moment
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import ADDRESS, CARDS, FOUND, VOUCHER
from flows.conversation.variables import chosen_zone, found_values
from language.personal_values import clean_line
from language.zones import zone_or_default

SUPPORT = "support"
"""Mailbox of the team that is told of a handover, if it is declared."""
LONGEST_CELL = 200
"""Characters of a cell of a table that a mail says."""
LONGEST_NOTICE = 2_000
"""Characters of a notice to the team."""
MOST_A_DAY = 20
"""Mails that flows send for one person within a day, so that walking in a circle cannot fill a mailbox."""
DAY = timedelta(days=1)


def count_mail(turn: ConversationTurn) -> bool:
    """Count a mail that is to be sent; False if the person has had :data:`MOST_A_DAY` within a day."""
    recent = tuple(at for at in turn.record.flow_mails if turn.context.now - at < DAY)
    if len(recent) >= MOST_A_DAY:
        turn.add_reason(f"No mail goes: {MOST_A_DAY} went for this person within a day.")
        return False
    turn.change_record(flow_mails=(*recent, turn.context.now))
    return True


def find_proven_address(turn: ConversationTurn, preferred: str) -> str:
    """Return the conversation's address if it is proven, else another proven one; empty if there is none.

    One proven by a code comes first, then the one proven last.
    """
    held = turn.record.addresses
    if preferred in held and held[preferred].status == "proven":
        return preferred
    # A code was read in the mailbox and typed in this chat, so both belong to one person.  A button only shows that
    # somebody opened the mail.
    proven = sorted(
        (address.proven_by != "code", -(address.proven_at.timestamp() if address.proven_at else 0), name)
        for name, address in held.items()
        if address.status == "proven"
    )
    return proven[0][2] if proven else ""


def send_step_mail(turn: ConversationTurn, step: Step) -> bool:
    """Send the mail of a step to a proven address; False if there is none, or too many mails went today."""
    address = find_proven_address(turn, turn.address)
    if step.mail is None or not address:
        turn.add_reason("No address is proven, so no mail could be sent.")
        return False
    if not count_mail(turn):
        return False
    turn.variables = {**turn.variables, ADDRESS: address}
    turn.add_effects(build_mail(turn, step, turn.visit_id("mail"), address))
    turn.add_reason(f"The mail {step.mail.template} goes out.")
    return True


def build_mail(turn: ConversationTurn, step: Step, mail_id: str, address: str) -> SendMail:
    """Return the mail of a step; under the same ``mail_id`` it is sent once, however often it is decided."""
    mail = step.mail or FlowMail(template="")
    lane: Literal["transactional", "marketing"] = "marketing" if mail.topic else "transactional"
    # A mail may name the voucher and the cards of the conversation; by the time it is rendered they may have changed.
    remembered = {VOUCHER: turn.voucher, CARDS: turn.variables.get(CARDS)}
    zone = chosen_zone(turn.catalog.tables, turn.variables)
    remembered[PLACE] = zone if zone != turn.context.config.timezone else ""
    values: dict[str, Value] = {name: value for name, value in remembered.items() if value}
    calendar = _build_calendar(turn, step, mail.calendar, mail_id) if mail.calendar else None
    if any(name.startswith(FOUND) for name in turn.variables):
        values = {**_found_cells(turn), **values}
    if calendar and mail.calendar:
        values |= _note_clock(turn, mail.calendar)
    return SendMail(
        id=mail_id, template=mail.template, address=address, lane=lane, language=turn.language,
        queued_at=turn.context.now, topic=mail.topic, flow=turn.flow.name if turn.flow else "", step=step.name,
        variables=values, calendar=calendar,
    )  # fmt: skip


def _found_cells(turn: ConversationTurn) -> dict[str, Value]:
    """Return the cells of the rows that were looked up, as the mail says them: the table may change before it goes."""
    tables = turn.catalog.tables
    looked_up = (tables.get(name.partition(" ")[2]) for name in turn.variables if name.startswith(FOUND))
    # Empty first: a row that is gone has no cells, and a variable that is missing would keep the mail from going.
    empty = {column: "" for table in looked_up if table for column in table.columns}
    found = {**empty, **found_values(tables, turn.variables, turn.language)}
    # A column that is named like a field is kept there, and said as fields are.
    said = ((name, cell) for name, cell in found.items() if name not in turn.context.config.fields)
    return {name: cell if isinstance(cell, int | float) else clean_line(cell, LONGEST_CELL) for name, cell in said}


def _build_calendar(turn: ConversationTurn, step: Step, appointment: Appointment, uid: str) -> Calendar | None:
    """Return the appointment that goes with a mail; None if its day is not known."""
    said = read_local_moment(turn.record.fields.get(appointment.starts), turn.record, turn.context)
    texts = step.texts[turn.language].appointment
    if said is None or texts is None:
        turn.add_reason("The appointment has no time, so no calendar file goes with the mail.")
        return None
    return Calendar(
        uid=uid, title=turn.speech.fill_text(texts.title), starts=said.astimezone(UTC), minutes=appointment.minutes,
        where=turn.speech.fill_text(texts.where), description=turn.speech.fill_text(texts.description),
    )  # fmt: skip


def _note_clock(turn: ConversationTurn, appointment: Appointment) -> dict[str, Value]:
    """Return the clock by which an appointment was said, if it is not the workspace's."""
    said = read_local_moment(turn.record.fields.get(appointment.starts), turn.record, turn.context)
    home = said.astimezone(zone_or_default(turn.context.config.timezone, "UTC")) if said else None
    if said is None or home is None or said.utcoffset() == home.utcoffset():
        return {}
    return {CLOCK: int((said.utcoffset() or timedelta()).total_seconds()) // 60}


def notify_team(turn: ConversationTurn, team: str) -> None:
    """Send the step's notice to a mailbox of the team."""
    if turn.texts.team_notice is not None:
        mail_team(turn, team, turn.speech.fill_text(turn.texts.team_notice))


def mail_team(turn: ConversationTurn, team: str, notice: str) -> None:
    """Send a notice to a mailbox of the team, in its language; none if the mailbox is not declared."""
    box = turn.context.config.team.get(team)
    if box is None or not count_mail(turn):
        return
    # No template and no address: the notice is all it says, and the mailbox is declared.
    turn.add_effects(
        SendMail(
            id=turn.visit_id("team", team), template="", address="", lane="transactional",
            language=box.language or turn.context.config.default_language, queued_at=turn.context.now, team=team,
            flow=turn.flow.name if turn.flow else "", step=turn.step.name if turn.step else "",
            variables={NOTICE: notice[:LONGEST_NOTICE]},
        )
    )  # fmt: skip
    turn.add_reason(f"The team ({team}) is told by mail.")
