"""Mails that a flow sends: what the person asked for, notes to the team, and what a relay says by mail."""

from datetime import timedelta
from typing import Literal

from domain.effects import NOTICE, Calendar, SendMail
from domain.record import Value
from flows.compiled.step import Appointment, Letter, Step
from flows.conversation.field_dates import moment_in
from flows.conversation.state import ADDRESS, CARDS, CODE, Talk

SUPPORT = "support"
"""Mailbox of the team that hears of a hand-over, where one is declared."""
MOST_NOTE = 2_000
"""Characters of a note."""
MOST_A_DAY = 20
"""Mails that the flows send for one person within a day: whoever walks in a circle must not fill a mailbox."""
DAY = timedelta(days=1)


def may_write(talk: Talk) -> bool:
    """Count a mail; False if the person has had as many as a day may bring."""
    recent = tuple(at for at in talk.record.flow_mails if talk.context.now - at < DAY)
    if len(recent) >= MOST_A_DAY:
        talk.because(f"No mail goes: {MOST_A_DAY} went for this person within a day.")
        return False
    talk.change(flow_mails=(*recent, talk.context.now))
    return True


def proven_address(talk: Talk, preferred: str) -> str:
    """Return the conversation's address if it is proven, else another proven one; empty if there is none.

    What was proven by a code is preferred: it belongs to the person in this chat.
    """
    held = talk.record.addresses
    if preferred in held and held[preferred].status == "proven":
        return preferred
    proven = sorted(
        (one.proven_by != "code", -(one.proven_at.timestamp() if one.proven_at else 0), name)
        for name, one in held.items()
        if one.status == "proven"
    )
    return proven[0][2] if proven else ""


def post(talk: Talk, step: Step) -> bool:
    """Send the mail of a step to a proven address; False if there is none."""
    address = proven_address(talk, talk.address)
    if step.letter is None or not address:
        talk.because("No address is proven, so no mail could be sent.")
        return False
    if not may_write(talk):
        return False
    talk.variables = {**talk.variables, ADDRESS: address}
    talk.want(letter(talk, step, talk.id("mail"), address))
    talk.because(f"The mail {step.letter.template} goes out.")
    return True


def letter(talk: Talk, step: Step, send: str, address: str) -> SendMail:
    """Return the mail of a step; ``send`` names it, so that it goes once."""
    written = step.letter or Letter(template="")
    lane: Literal["transactional", "marketing"] = "marketing" if written.topic else "transactional"
    shown = {CODE: talk.code, CARDS: talk.variables.get(CARDS)}
    known: dict[str, Value] = {name: value for name, value in shown.items() if value}
    return SendMail(
        id=send, template=written.template, address=address, lane=lane, language=talk.language,
        queued_at=talk.context.now, topic=written.topic, flow=talk.flow.name if talk.flow else "", step=step.name,
        variables=known, calendar=_calendar(talk, step, written.calendar, send) if written.calendar else None,
    )  # fmt: skip


def _calendar(talk: Talk, step: Step, written: Appointment, uid: str) -> Calendar | None:
    """Return the appointment that goes with a mail; None where its day is not known."""
    starts = moment_in(talk.record.fields.get(written.starts), talk.record, talk.context)
    title = step.spoken[talk.language].title
    if starts is None or title is None:
        talk.because("The appointment has no time, so no calendar file goes with the mail.")
        return None
    return Calendar(
        uid=uid, title=talk.filled(title), starts=starts, minutes=written.minutes, where=talk.filled(written.where),
        description=talk.filled(written.description),
    )  # fmt: skip


def notify(talk: Talk, team: str) -> None:
    """Send the step's note to a mailbox of the team."""
    if talk.spoken.notice is not None:
        write_team(talk, team, talk.filled(talk.spoken.notice))


def write_team(talk: Talk, team: str, note: str) -> None:
    """Send a note to a mailbox of the team, in its language; without such a mailbox none goes."""
    box = talk.context.config.team.get(team)
    if box is None or not may_write(talk):
        return
    talk.want(
        SendMail(
            id=talk.id("team", team), template="", address="", lane="transactional",
            language=box.language or talk.context.config.language, queued_at=talk.context.now, team=team,
            flow=talk.flow.name if talk.flow else "", step=talk.step.name if talk.step else "",
            variables={NOTICE: note[:MOST_NOTE]},
        )
    )  # fmt: skip
    talk.because(f"The team ({team}) is told by mail.")
