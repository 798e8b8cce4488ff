"""What each mailbox provider thinks of our mail, in words, from what it answered and what its readers did.

| standing | when |
|---|---|
| bad | 0.3 % complaints, 5 % dead mailboxes, or 5 % refused as spam or for our set-up |
| at risk | 0.1 % complaints, 2 % dead mailboxes, or 1 % refused so |
| good | neither |

Sources: https://support.google.com/a/answer/81126 (spam rate below 0.1 %, never 0.3 %); of dead mailboxes and refusals
there is no published limit, so these are ours.
"""

from collections.abc import Sequence

from msgspec import Struct

from service.reports.mail import MailRow

FEWEST = 100
"""Mails below which nothing is said of a provider."""
LIMITS = (
    ("complaints", 0.001, 0.003, "reported as spam", "Ask who is silent (doorstep hygiene), and write less often."),
    ("dead", 0.02, 0.05, "sent to mailboxes that do not exist", "Look where these addresses come from."),
    ("refused", 0.01, 0.05, "refused as spam, or for our set-up", "Look: doorstep mail doctor."),
)
"""What is counted, the share at which it is a risk, the one at which it is bad, its words, and what helps."""
SHARED_BELOW, DEDICATED_FROM = 50_000, 100_000
"""Marketing mails a month: a machine of one's own needs steady volume to have a reputation at all.  Rules of thumb."""
MONTH = 30


class Standing(Struct, frozen=True, kw_only=True):
    """How a provider stands to our mail."""

    provider: str
    mails: int
    standing: str
    """``good``, ``at risk``, ``bad`` or ``unknown``."""
    says: str
    remedy: str = ""


def judge_provider(row: MailRow) -> Standing:
    """Return what a provider thinks of our mail, from its row of the report on mails."""
    name = row.group or "unknown address"
    # What was refused at once is no accepted mail, and was tried all the same.
    tried = row.accepted + row.failed
    if tried < FEWEST:
        return Standing(provider=name, mails=tried, standing="unknown", says=f"{tried:,} mails are too few to tell.")
    told = {
        "complaints": row.complaints,
        "dead": row.bounced.get("hard", 0),
        "refused": row.bounced.get("block", 0) + row.bounced.get("policy", 0),
    }
    found = [
        (told[what] / tried >= bad, f"{told[what]:,} of {tried:,} mails were {words}.", remedy)
        for what, risk, bad, words, remedy in LIMITS
        if told[what] / tried >= risk
    ]
    if not found:
        return Standing(provider=name, mails=tried, standing="good", says=f"{tried:,} mails, nothing against us.")
    return Standing(
        provider=name, mails=tried, standing="bad" if any(is_bad for is_bad, _, _ in found) else "at risk",
        says=" ".join(says for _, says, _ in found), remedy=" ".join(remedy for _, _, remedy in found),
    )  # fmt: skip


def advise_sender(standings: Sequence[Standing], days: int, transactional: str, marketing: str) -> list[str]:
    """Return advice on senders of one's own; both domains are those of ``From``."""
    month = round(sum(one.mails for one in standings) * MONTH / days)
    if month < SHARED_BELOW:
        machine = f"About {month:,} mails a month: too few for a machine of your own; a shared one serves you."
    elif month < DEDICATED_FROM:
        machine = f"About {month:,} mails a month: a machine of your own may pay if they go out evenly, not in one day."
    else:
        machine = f"About {month:,} mails a month: a machine of your own pays. Let it grow day by day (rampup)."
    if transactional == marketing:
        return [machine, f"Codes and newsletters both come from {marketing}: give marketing a subdomain of its own."]
    return [machine, f"Codes come from {transactional}, marketing from {marketing}: neither hurts the other."]
