"""For every mail that did or did not go: a sentence that says why.  Pure."""

from collections.abc import Iterator

from domain.consent.decisions import CONFIRMATION, PROOF
from domain.workspace_config import WorkspaceConfig
from service.engine.build_commit import LogLine
from service.playground.labels import labelled
from service.playground.stored_person import Stored, capital, plain, quoted
from service.playground.views import Sentence, Tone

FATES: dict[str, tuple[str, Tone]] = {
    "queued": ("is on its way", "wait"),
    "attempting": ("is being sent", "wait"),
    "sent": ("went out", "good"),
    "failed": ("could not be delivered", "stop"),
    "refused": ("was held back", "stop"),
    "unknown": ("may have gone out: the connection broke", "stop"),
}
"""How a line of the send ledger is said."""

TELLING: tuple[tuple[str, Tone], ...] = (
    ("went out", "good"),
    ("is on its way", "wait"),
    ("is being sent", "wait"),
    ("may have gone out", "stop"),
    ("could not be delivered", "stop"),
    ("was held back", "stop"),
    ("did not go", "stop"),
    ("goes out", "wait"),
    ("has not gone yet", "plain"),
    ("is not theirs", "plain"),
)
"""Tone of an outlook's sentence by how it begins, in the order in which sentences without a time are told."""
QUEUED = 6
"""So many of these are of mails that were queued, so that the log knows when."""
UNTOLD = ("No address is proven, so it could not be told by mail.", "There is no confirmed consent for")
"""How the reasons begin for which a mail of a flow did not go."""


def mails(stored: Stored, config: WorkspaceConfig) -> tuple[Sentence, ...]:
    """One sentence for every mail: those that went in the order of their times, then what did not, then what will."""
    told = [*_confirmations(stored, config), *_of_flows(stored, config), *_of_sequences(stored, config)]
    dated = sorted((one for _, one in told if one.at), key=lambda one: one.at or stored.record.created_at)
    rest = sorted(((place, one) for place, one in told if not one.at), key=lambda both: both[0])
    return (*dated, *(one for _, one in rest))


def _of_sequences(stored: Stored, config: WorkspaceConfig) -> Iterator[tuple[int, Sentence]]:
    """Yield a sentence for every mail of a sequence, with its place among those that have no time."""
    went = {name: line for line in stored.log for name in (one.split(" ", 1)[-1] for one in line.sends)}
    for run in stored.outlook:
        for mail in run.mails:
            fate = quoted(mail.sentence.removeprefix(mail.template).strip(), run)
            place, tone = _told(fate)
            line = went.get(mail.template) if place < QUEUED else None
            why = _why(line, mail.template) if line and tone == "good" else ""
            text = f"“{plain(mail.template)}” {fate.rstrip('.')}{f': {why}' if why else '.'}"
            yield place, Sentence(text=labelled(text, config), tone=tone, at=line.at if line else None)


def _why(line: LogLine, template: str) -> str:
    """Return why a mail went, from the commit that queued it."""
    start = f"{template} goes out: "
    return next((one.text.removeprefix(start) for one in line.reasons if one.text.startswith(start)), "")


def _told(fate: str) -> tuple[int, Tone]:
    return next((place, tone) for place, (start, tone) in enumerate(TELLING) if fate.startswith(start))


def _confirmations(stored: Stored, config: WorkspaceConfig) -> Iterator[tuple[int, Sentence]]:
    by_id = {line.id: line for line in stored.sends}
    for line in stored.log:
        for send_id, template in (one.split(" ", 1) for one in line.sends):
            if template == CONFIRMATION and send_id in by_id:
                fate, tone = FATES[by_id[send_id].status]
                why = by_id[send_id].note or "the address given is to be proven"
                yield 0, Sentence(text=labelled(f"“{template}” {fate}: {why}.", config), tone=tone, at=line.at)
        for reason in line.reasons:
            if reason.about == CONFIRMATION and reason.text.startswith("no new"):
                yield 0, Sentence(text=labelled(capital(reason.text), config), tone="stop", at=line.at)


def _of_flows(stored: Stored, config: WorkspaceConfig) -> Iterator[tuple[int, Sentence]]:
    """Yield a sentence for every mail that a flow sent or could not send, notes to the team among them."""
    fates = {line.id: line.status for line in stored.sends}
    sequences = {mail.template for run in stored.outlook for mail in run.mails}
    for line in stored.log:
        for send_id, _, template in (one.partition(" ") for one in line.sends):
            if template not in {CONFIRMATION, *sequences} and send_id in fates:
                fate, tone = FATES[fates[send_id]]
                what = f"“{plain(template)}”" if template else "A note to the team"
                yield 0, Sentence(text=f"{what} {fate}{_asked(line, template)}.", tone=tone, at=line.at)
        for reason in line.reasons:
            if reason.text.startswith(UNTOLD):
                text = f"“{plain(reason.step)}” was not mailed: {labelled(reason.text, config)}"
                yield 0, Sentence(text=text, tone="stop", at=line.at)


def _asked(line: LogLine, template: str) -> str:
    """Return which step of which flow wanted a mail, from the commit that queued it."""
    if template == PROOF:
        return ": the address given is to be proven"
    wanted = f"The mail {template} goes out." if template else "The team ("
    for reason in line.reasons:
        if reason.text.startswith(wanted) or (template and reason.text == f"{reason.step} is told by mail."):
            return f": “{plain(reason.step)}” of “{plain(reason.about)}” sends it" if reason.step else ""
    return ""
