"""Notes in a person's timeline what a mail waits for at the gate: one line for each reason, however often it is tried.

A pause of a lane, an issue or a step is the same for everybody, and stands where it was made; noting it with each of
ten thousand people would cost a commit each (``doorstep explain`` says it all the same).
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b

import structlog

from domain.effects import SendMail
from domain.event_types.holds import MailHeld
from domain.ports import Claim, Clock, StoreError, Transact
from service.engine.failures import DecidingFailedError
from service.issues.gate import ISSUE_PAUSED
from service.runtime.sending.mail_gates import PAUSED

log = structlog.get_logger("doorstep.sending")

FEWEST_WAITS = 2
"""So often a mail was put back before its wait is told: DNS that is asked, or a record that changes, takes seconds."""
REMEMBERED = 10_000
"""Mails of which a process knows what it noted last; of an older one the store knows the id of the event."""
OF_THE_HOUSE = frozenset({PAUSED.reason, ISSUE_PAUSED})


@dataclass(slots=True, kw_only=True)
class HoldNotes:
    """What one process has noted."""

    transact: Transact
    clock: Clock
    _noted: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """The latest reason by id of a mail, the newest last."""

    async def note_hold(self, claim: Claim, mail: SendMail, reason: str) -> None:
        """Note why a mail waits, unless that is noted already.  Never raises: the mail is put back in any case."""
        if claim.waits < FEWEST_WAITS or mail.team or reason in OF_THE_HOUSE or self._noted.get(mail.id) == reason:
            return
        # The same id in every process and after a restart, so the store drops what another one noted.
        name = blake2b(f"{mail.id} {reason}".encode(), digest_size=12).hexdigest()
        event = MailHeld(id=f"held:{name}", at=self.clock(), send_id=mail.id, template=mail.template, reason=reason)
        try:
            await self.transact(claim.subscriber, (event,))
        except (StoreError, DecidingFailedError) as error:  # told at the next try
            log.warning("hold_not_noted", error=type(error).__name__)
            return
        self._noted[mail.id] = reason
        self._noted.move_to_end(mail.id)
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
