"""Explains in a sentence why each mail did or did not go.  Pure.

Three sources are put together: the send ledger (what became of a mail), the history (when it was queued, and why), and
the forecast of sequences (mails that were never queued, or are still to come).
"""

from collections.abc import Iterator

from domain.consent.confirmation_requests import CONFIRMATION, PROOF
from domain.workspace_config import WorkspaceConfig
from onboarding.tuning.forecast import MailForecast
from service.engine.build_commit import HistoryLine
from service.playground.labels import replace_names
from service.playground.stored_person import StoredPerson, capitalize_first, plain_name, quote_templates
from service.playground.views import SentenceView, Tone

FATES: dict[str, tuple[str, Tone]] = {
    "queued": ("is on its way", "wait"),
    "attempting": ("is being sent", "wait"),
    "sent": ("went out", "good"),
    "failed": ("could not be delivered", "stop"),
    "refused": ("was held back", "stop"),
    "unknown": ("may have gone out: the connection broke", "stop"),
}
"""Words and tone by status of the send ledger."""

TONES_BY_BEGINNING: tuple[tuple[str, Tone], ...] = (
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
"""Tone by beginning of a forecast's sentence; sentences without a time are shown in this order."""
QUEUED_BEGINNINGS = 6
"""The number of rows above, from the top, that speak of queued mails; the history has the time of those."""
NOT_MAILED_BEGINNINGS = ("No address is proven, so it could not be told by mail.", "There is no confirmed consent for")
"""Beginnings of the reasons for which a mail of a flow does not go."""


def explain_mails(stored: StoredPerson, config: WorkspaceConfig) -> tuple[SentenceView, ...]:
    """Return a sentence for every mail: those with a time in order, then those that did not go or may still go."""
    placed = [
        *_explain_confirmations(stored, config),
        *_explain_flow_mails(stored, config),
        *_explain_sequence_mails(stored, config),
    ]
    dated = sorted(
        (sentence for _, sentence in placed if sentence.at),
        key=lambda sentence: sentence.at or stored.record.created_at,
    )
    undated = sorted(((place, sentence) for place, sentence in placed if not sentence.at), key=lambda both: both[0])
    return (*dated, *(sentence for _, sentence in undated))


def _explain_sequence_mails(stored: StoredPerson, config: WorkspaceConfig) -> Iterator[tuple[int, SentenceView]]:
    """Yield a sentence for every mail of a sequence, with its place among sentences without a time."""
    # A send in the history is written "id template"; of mails that went twice, the last counts.
    line_by_template = {name: line for line in stored.log for name in (send.split(" ", 1)[-1] for send in line.sends)}
    for run in stored.forecasts:
        for mail in run.mails:
            fate = quote_templates(mail.sentence.removeprefix(mail.template).strip(), run)
            place, tone = _place_and_tone(fate)
            # What was said when its turn came is surer than what can be worked out afterwards.
            if fate.startswith("did not go") and (skipped := _find_skipped(stored, run.sequence, mail)):
                yield place, SentenceView(text=replace_names(skipped.text, config), tone=tone, at=skipped.at)
                continue
            line = line_by_template.get(mail.template) if place < QUEUED_BEGINNINGS else None
            why = _queued_reason(line, mail.template) if line and tone == "good" else ""
            text = f"“{plain_name(mail.template)}” {fate.rstrip('.')}{f': {why}' if why else '.'}"
            yield place, SentenceView(text=replace_names(text, config), tone=tone, at=line.at if line else None)


def _find_skipped(stored: StoredPerson, sequence: str, mail: MailForecast) -> SentenceView | None:
    """Return what was said when the turn of a mail came and it was not sent; None if nothing was."""
    beginnings = tuple(f"{name} is not sent: " for name in dict.fromkeys((mail.template, mail.step)))
    for line in reversed(stored.log):
        for reason in line.reasons:
            # The passes of an order are told as “after_box/4711”.
            if reason.text.startswith(beginnings) and reason.about.partition("/")[0] == sequence:
                why = reason.text.partition(": ")[2]
                return SentenceView(text=f"“{plain_name(mail.template)}” did not go: {why}", tone="stop", at=line.at)
    return None


def _queued_reason(line: HistoryLine, template: str) -> str:
    """Return why a mail was queued, from the history line of that commit; empty if it does not say."""
    start = f"{template} goes out: "
    return next((reason.text.removeprefix(start) for reason in line.reasons if reason.text.startswith(start)), "")


def _place_and_tone(fate: str) -> tuple[int, Tone]:
    return next((place, tone) for place, (start, tone) in enumerate(TONES_BY_BEGINNING) if fate.startswith(start))


def _explain_confirmations(stored: StoredPerson, config: WorkspaceConfig) -> Iterator[tuple[int, SentenceView]]:
    by_id = {line.id: line for line in stored.sends}  # ids of the send ledger are those in the history
    for line in stored.log:
        for send_id, template in (queued.split(" ", 1) for queued in line.sends):
            if template == CONFIRMATION and send_id in by_id:
                send = by_id[send_id]
                fate, tone = FATES[send.status]
                # Of a mail that went the ledger notes the provider's number.
                why = (send.note if send.status != "sent" else "") or "the address given is to be proven"
                yield 0, SentenceView(text=replace_names(f"“{template}” {fate}: {why}.", config), tone=tone, at=line.at)
        for reason in line.reasons:
            # A confirmation that was never queued leaves only its reason: "no new confirmation mail: the last was …".
            if reason.about == CONFIRMATION and reason.text.startswith("no new"):
                yield (
                    0,
                    SentenceView(text=replace_names(capitalize_first(reason.text), config), tone="stop", at=line.at),
                )


def _explain_flow_mails(stored: StoredPerson, config: WorkspaceConfig) -> Iterator[tuple[int, SentenceView]]:
    """Yield a sentence for every mail that a flow sent or could not send, including those to the team."""
    fates = {line.id: line.status for line in stored.sends}
    sequences = {mail.template for run in stored.forecasts for mail in run.mails}
    for line in stored.log:
        for send_id, _, template in (send.partition(" ") for send in line.sends):
            if template not in {CONFIRMATION, *sequences} and send_id in fates:
                fate, tone = FATES[fates[send_id]]
                # A mail to the team has no template, so its send is written "id " with nothing behind.
                subject = f"“{plain_name(template)}”" if template else "A note to the team"
                yield 0, SentenceView(text=f"{subject} {fate}{_sending_step(line, template)}.", tone=tone, at=line.at)
        for reason in line.reasons:
            if reason.text.startswith(NOT_MAILED_BEGINNINGS):
                text = f"“{plain_name(reason.step)}” was not mailed: {replace_names(reason.text, config)}"
                yield 0, SentenceView(text=text, tone="stop", at=line.at)


def _sending_step(line: HistoryLine, template: str) -> str:
    """Return which step of which flow sends a mail, from the history line that queued it; empty if it is not told."""
    if template == PROOF:
        return ": the address given is to be proven"
    wanted = f"The mail {template} goes out." if template else "The team ("
    for reason in line.reasons:
        if reason.text.startswith(wanted) or (template and reason.text == f"{reason.step} is told by mail."):
            return f": “{plain_name(reason.step)}” of “{plain_name(reason.about)}” sends it" if reason.step else ""
    return ""
