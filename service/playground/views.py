"""What the page gets: plain values, sent as JSON.  Times are aware, UTC; the page shows them in ``timezone``.

The page's JavaScript reads the names of these fields.
"""

from datetime import datetime
from typing import Literal

from service.playground.chat_views import BubbleView, ChoiceView, View

Tone = Literal["good", "wait", "stop", "plain"]
"""Mark of a sentence: done, still to come, will not happen, or none."""


class PersonView(View, frozen=True, kw_only=True):
    """A person whom the visitor can play."""

    psid: str
    name: str
    language: str
    """Chosen by the person, else the one they will begin in."""
    started: bool
    """Whether the chat has begun."""


class LanguageEntryView(View, frozen=True, kw_only=True):
    """How a newcomer begins in one language."""

    language: str
    label: str
    """The language's own name."""
    ref: str = ""
    """``ref`` of the m.me link to the get-started flow; empty if there is none."""
    word: str = ""
    """A word that begins the flow when typed; used if there is no link."""


class StartView(View, frozen=True, kw_only=True):
    """A flow that a word, a link or an ad begins."""

    flow: str
    words: dict[str, str]
    """A start word by language; languages without one are left out."""
    ref: str
    """``ref`` of its first link or ad; empty if it has none."""


class MailHeadView(View, frozen=True, kw_only=True):
    """One line of the inbox."""

    id: str
    sender_name: str
    sender: str
    to: str
    subject: str
    preview: str
    at: datetime


class AttachmentView(View, frozen=True, kw_only=True):
    """A file that came with a mail."""

    name: str
    kind: str
    """Its media type, such as ``text/calendar``."""
    text: str
    """Its content, if that is text."""


class MailView(View, frozen=True, kw_only=True):
    """A mail as received."""

    head: MailHeadView
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    """In their order, decoded and unfolded (RFC 5322)."""
    attached: tuple[AttachmentView, ...] = ()


class SentenceView(View, frozen=True, kw_only=True):
    """One sentence of the panel."""

    text: str
    tone: Tone = "plain"
    at: datetime | None = None
    detail: str = ""


class ConsentView(View, frozen=True, kw_only=True):
    """One decision on one topic."""

    topic: str
    name: str
    status: str
    since: datetime
    address: str = ""
    wording: str = ""
    """The exact text that was shown."""
    version: str = ""
    """Language and beginning of the wording's hash, such as ``en 25c686``."""


class AddressView(View, frozen=True, kw_only=True):
    """An address that the person gave."""

    email: str
    status: str
    detail: str = ""
    until: datetime | None = None
    """When a pending confirmation expires."""


class RunView(View, frozen=True, kw_only=True):
    """A run through a sequence."""

    sequence: str
    status: str
    step: str
    since: datetime
    due: datetime | None = None
    wants: str = ""
    """What the person would do to get the next mail, as a sentence; empty if nothing is waited for."""


class BehaviourView(View, frozen=True, kw_only=True):
    """How often the person did something in the product."""

    event: str
    label: str
    count: int
    last: datetime


class LedgerLineView(View, frozen=True, kw_only=True):
    """One line of the consent ledger."""

    number: int
    at: datetime
    act: str
    text: str
    mark: str
    """Beginning of its hash, to which the next line is chained."""


class KnowledgeView(View, frozen=True, kw_only=True):
    """What Doorstep knows of a person, in words."""

    standing: str
    """Where the conversation stands, as a sentence."""
    ahead: tuple[SentenceView, ...] = ()
    """What is due, earliest first."""
    mails: tuple[SentenceView, ...] = ()
    """Why each mail did or did not go; see :func:`service.playground.mail_reasons.explain_mails`."""
    consents: tuple[ConsentView, ...] = ()
    addresses: tuple[AddressView, ...] = ()
    runs: tuple[RunView, ...] = ()
    behaviour: tuple[BehaviourView, ...] = ()
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Answers, vouchers and channels: label and value."""
    silent: bool = False
    """True if the team, or another app, has the conversation."""
    window: datetime | None = None
    """Until when the bot may write of its own accord in chat; None if the person never wrote."""
    ledger: tuple[LedgerLineView, ...] = ()
    ledger_whole: bool = True
    """True if every line of the chain verifies."""
    history: tuple[SentenceView, ...] = ()
    """The reasons of past decisions, newest first."""


class DueView(View, frozen=True, kw_only=True):
    """The next due moment of the shown person, else of any person."""

    psid: str
    name: str
    what: str
    """Such as ``“come back” mail``."""
    at: datetime
    quiet: bool = False
    """True if it is a mail that waits for the end of this person's quiet hours."""


class ActionView(View, frozen=True, kw_only=True):
    """A product event that the visitor can send."""

    event: str
    label: str
    curl: str
    """The same request, to paste into a terminal; ``FRESH`` in it is replaced by something new in each copy."""


class ProblemView(View, frozen=True, kw_only=True):
    """A finding in a file, as the page shows it."""

    file: str
    line: int
    message: str
    hint: str
    severity: str


class LitLinesView(View, frozen=True, kw_only=True):
    """Lines of a file in which the person stands."""

    file: str
    first: int
    last: int
    label: str


class StateView(View, frozen=True, kw_only=True):
    """All that the page shows, except the texts of mails and files, which it fetches by id."""

    now: datetime
    moved_seconds: int
    """How far the visitor moved the clock ahead."""
    timezone: str
    brand: str
    bot: str
    page: str
    """The Page's m.me name; may be empty."""
    people: tuple[PersonView, ...]
    person: PersonView
    asks: str
    """Kind of the step at which the conversation stands, such as ``email``; empty in no conversation."""
    opening: str
    """File of the get-started flow; empty if there is none."""
    doors: tuple[LanguageEntryView, ...]
    starts: tuple[StartView, ...]
    """Every flow that a word or a link begins, the get-started flow first."""
    breakers: dict[str, tuple[ChoiceView, ...]]
    """Ice breakers by language: questions offered before the first message."""
    chat: tuple[BubbleView, ...]
    typing: bool
    mails: tuple[MailHeadView, ...]
    """Newest first."""
    team: tuple[MailHeadView, ...]
    """Mails to the team, newest first."""
    knows: KnowledgeView
    due: DueView | None
    actions: tuple[ActionView, ...]
    edition: str
    """Content hash of the running workspace."""
    script: str
    """Changes whenever a file or a finding changes."""
    problems: tuple[ProblemView, ...]
    lit: tuple[LitLinesView, ...]


class ScriptFileView(View, frozen=True, kw_only=True):
    """One file of the workspace, as saved."""

    path: str
    text: str
    running: bool
    """False if this text has errors and the version before it still runs."""


class ScriptView(View, frozen=True, kw_only=True):
    """All files that a marketer edits."""

    folder: str
    """Their folder, as shown to the visitor; empty for the shipped workspace."""
    files: tuple[ScriptFileView, ...]


class EventAnswerView(View, frozen=True, kw_only=True):
    """The answer of the events API."""

    status: int
    text: str


class ScanView(View, frozen=True, kw_only=True):
    """The result of visiting every link as a scanner does."""

    links: int
    visits: int
    elsewhere: int
    """Links to other sites, which were not visited."""
    changed: tuple[str, ...]
    """What was different afterwards; empty unless something is wrong."""
