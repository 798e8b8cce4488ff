"""What a refusal means: one table for answers of a mail server and for the reports that come back later.  Pure.

| class | what it says | what follows |
|---|---|---|
| ``hard`` | the mailbox does not exist | its address is suppressed |
| ``soft`` | the mailbox takes nothing now, such as a full one | tried again; a third mail within 14 days suppresses |
| ``block`` | the receiver refuses this mail or our machine | the operator is told, nobody is suppressed |
| ``policy`` | our set-up is wrong: SPF, DKIM, DMARC, protocol | the operator is told, nobody is suppressed |
| ``complaint`` | the reader reported the mail as spam | the address is suppressed for good |
| ``deferred`` | not now | tried again |
| ``unclear`` | a no that does not say why | this mail is given up, nobody is suppressed |

A status (RFC 3463) counts by its longest row.  A status that says nothing, or none at all, is judged by the words.
"""

import re
from dataclasses import dataclass
from typing import Literal

FeedbackClass = Literal["hard", "soft", "block", "policy", "complaint", "deferred", "unclear"]


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One row: all statuses that are this one, or begin with it if it ends with a dot."""

    status: str
    meaning: FeedbackClass
    says: str
    source: str


STATUS_TABLE = (
    StatusRow("4.", "deferred", "not now", "RFC 3463 §2"),
    StatusRow("4.2.2", "soft", "the mailbox is full", "RFC 3463 §3.3"),
    StatusRow("5.1.1", "hard", "no such mailbox", "RFC 3463 §3.2"),
    StatusRow("5.1.2", "hard", "no such domain", "RFC 3463 §3.2"),
    StatusRow("5.1.3", "hard", "the address is malformed", "RFC 3463 §3.2"),
    StatusRow("5.1.6", "hard", "the mailbox has moved", "RFC 3463 §3.2"),
    StatusRow("5.1.7", "policy", "our sender address is malformed", "RFC 3463 §3.2"),
    StatusRow("5.1.8", "policy", "our sender domain does not exist or is not accepted", "RFC 3463 §3.2"),
    StatusRow("5.1.10", "hard", "the domain takes no mail (null MX)", "RFC 7505 §4.1"),
    StatusRow("5.2.1", "hard", "the mailbox is disabled", "RFC 3463 §3.3"),
    StatusRow("5.2.2", "soft", "the mailbox is full", "RFC 3463 §3.3"),
    StatusRow("5.3.", "policy", "the mail system, such as “not configured for this domain”", "RFC 3463 §3.4"),
    # Relays say these of domains that do not exist, and also when their own network is ill: so they are counted.
    StatusRow("5.4.1", "soft", "no answer from the receiving machine", "RFC 3463 §3.5"),
    StatusRow("5.4.4", "soft", "no way to the domain", "RFC 3463 §3.5"),
    StatusRow("5.4.7", "soft", "not delivered in the time that the relay keeps mail", "RFC 3463 §3.5"),
    StatusRow("5.5.", "policy", "the server did not understand us", "RFC 3463 §3.6"),
    StatusRow("5.7.", "policy", "security and policy: SPF, DKIM, DMARC", "RFC 3463 §3.8"),
    StatusRow("5.7.1", "block", "the receiver refuses this mail or our machine", "RFC 3463 §3.8"),
    StatusRow(
        "5.7.511", "block", "our machine is on the list of blocked senders",
        "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online",
    ),
    StatusRow("5.7.515", "policy", "not authenticated as Outlook wants", "https://sendersupport.olc.protection.outlook.com"),
    StatusRow("5.7.26", "policy", "not authenticated as Gmail wants", "https://support.google.com/a/answer/3726730"),
    StatusRow("5.7.28", "block", "too much unasked-for mail from us", "https://support.google.com/a/answer/3726730"),
)  # fmt: skip
"""Statuses and their classes.  What no row names is ``unclear``."""

SILENT_STATUSES = ("", "5.0.0", "5.1.0")
"""Statuses that say no more than “no” (RFC 3463: other, undefined): the words are asked."""
REFUSALS_OF_MAILBOXES = (550, 551, 553)
"""Codes of RFC 5321 §4.2.3 that a server gives for a mailbox that it does not have."""
STORAGE_EXCEEDED = 552
"""Code of RFC 5321 §4.2.3: “exceeded storage allocation”."""

# How servers without enhanced codes say it.  The source of each: the server whose words they are.
_NO_MAILBOX = re.compile(
    r"(no such (user|mailbox|recipient|account|person|address)"  # sendmail, Gmail, many
    r"|(user|recipient|mailbox|account|address) (is )?(unknown|not found|not known)"  # postfix, sendmail, Exchange
    r"|unknown (user|recipient|mailbox|address|local part)"  # exim, Lotus Domino
    r"|(user|mailbox|recipient|account|address)[^;:]{0,60} does ?(not|n.t) exist"  # Gmail, Yandex, mail.ru
    r"|no mailbox here by that name"  # qmail
    r"|does ?(not|n.t) have an? [^;:]{0,40}account"  # Yahoo
    r"|invalid (recipient|mailbox|user)"  # Exchange, iCloud
    r"|not a valid (mailbox|recipient|user)"  # Domino, AOL
    r"|(mailbox|account|user)[^;:]{0,40} (is )?(disabled|deactivated|inactive|closed|terminated)"  # Yahoo, GMX
    r"|(unrouteable|undeliverable) address)",  # exim; postfix's address verification
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(over ?quota|quota (is )?exceeded|exceeds? (the |its )?quota|mailbox (is )?full|full mailbox)", re.IGNORECASE
)
# The same words are said of us: “sender address rejected: user unknown”.  Then no reader may be condemned by them.
_ABOUT_US = re.compile(
    r"\b(sender|from address|relay\w*|spf|dkim|dmarc|helo|ehlo|client host|block\w*|blacklist\w*|spam\w*|reputation)\b",
    re.IGNORECASE,
)
_LONGEST_TEXT = 2000
"""Characters of a text that are looked at."""


def classify_status(status: str) -> FeedbackClass:
    """Return the class of an enhanced status such as ``5.1.1``; ``unclear`` if no row names it."""
    fits = [
        row for row in STATUS_TABLE if status == row.status or (row.status[-1] == "." and status.startswith(row.status))
    ]
    return max(fits, key=lambda row: len(row.status)).meaning if fits else "unclear"


def classify_refusal(code: int, status: str, text: str) -> FeedbackClass:
    """Return the class of a refusal of a recipient or message.

    ``code`` is the reply code, 0 if there was none; ``status`` the enhanced status or empty; ``text`` the words.
    """
    if status not in SILENT_STATUSES:
        return classify_status(status)
    words = text[:_LONGEST_TEXT]
    if 0 < code < 500:  # noqa: PLR2004  5yz is “never” (RFC 5321 §4.2.1)
        return "deferred"
    if _ABOUT_US.search(words):
        return "unclear"
    if code == STORAGE_EXCEEDED or _FULL.search(words):
        return "soft"
    if code in (0, *REFUSALS_OF_MAILBOXES) and _NO_MAILBOX.search(words):
        return "hard"
    return "unclear"
