"""What the page is told: plain values, sent as JSON.  Times are aware, UTC; the page shows them in ``timezone``."""

from datetime import datetime
from typing import Literal

from service.playground.chat_views import Bubble, Choice, View

Tone = Literal["good", "wait", "stop", "plain"]
"""How a sentence is marked: done, still to come, will not happen, or just told."""


class Person(View, frozen=True, kw_only=True):
    """Somebody whom the visitor can play."""

    psid: str
    name: str
    language: str
    """Chosen by the person, else the one they will arrive with."""
    started: bool
    """Whether the chat has begun."""


class Door(View, frozen=True, kw_only=True):
    """How a newcomer of one language comes in."""

    language: str
    label: str
    """The language's own name."""
    ref: str = ""
    """``ref`` of the m.me link to that language's flow; empty if there is none."""
    word: str = ""
    """A word that starts the flow when typed; used where there is no link."""


class Start(View, frozen=True, kw_only=True):
    """A flow that can be begun by hand: by its word, or by its link or ad."""

    flow: str
    words: dict[str, str]
    """Its first word by language; a language without one is left out."""
    ref: str
    """``ref`` of its first link or ad; empty: it has none."""


class MailHead(View, frozen=True, kw_only=True):
    """One line of the inbox."""

    id: str
    sender_name: str
    sender: str
    to: str
    subject: str
    preview: str
    at: datetime


class Attached(View, frozen=True, kw_only=True):
    """A file that came with a mail."""

    name: str
    kind: str
    """Its media type, such as ``text/calendar``."""
    text: str
    """What is in it, where that is text."""


class Mail(View, frozen=True, kw_only=True):
    """A mail as received."""

    head: MailHead
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    """In their order, decoded and unfolded."""
    attached: tuple[Attached, ...] = ()


class Sentence(View, frozen=True, kw_only=True):
    """One thing told in words."""

    text: str
    tone: Tone = "plain"
    at: datetime | None = None
    detail: str = ""


class ConsentView(View, frozen=True, kw_only=True):
    """One decision for one purpose."""

    topic: str
    name: str
    status: str
    since: datetime
    address: str = ""
    wording: str = ""
    """The exact text that was shown."""
    version: str = ""
    """Language and start of the wording's hash."""


class AddressView(View, frozen=True, kw_only=True):
    """A mail address the person gave."""

    email: str
    status: str
    detail: str = ""
    until: datetime | None = None
    """When a pending confirmation ends."""


class RunView(View, frozen=True, kw_only=True):
    """A pass through a sequence."""

    sequence: str
    status: str
    step: str
    since: datetime
    due: datetime | None = None
    wants: str = ""
    """What brings the next mail, as a sentence; empty: nothing that the person does."""


class BehaviourView(View, frozen=True, kw_only=True):
    """What the person did in the product, counted."""

    event: str
    label: str
    count: int
    last: datetime


class LedgerLine(View, frozen=True, kw_only=True):
    """One line of the consent ledger."""

    number: int
    at: datetime
    act: str
    text: str
    mark: str
    """Start of its hash, to which the next line is chained."""


class Knows(View, frozen=True, kw_only=True):
    """What Doorstep knows of a person."""

    standing: str
    """Where the conversation stands, as a sentence."""
    ahead: tuple[Sentence, ...] = ()
    """What is due, earliest first."""
    mails: tuple[Sentence, ...] = ()
    """For every mail that did or did not go: why; what went in its order, then what did not, then what is to come."""
    consents: tuple[ConsentView, ...] = ()
    addresses: tuple[AddressView, ...] = ()
    runs: tuple[RunView, ...] = ()
    behaviour: tuple[BehaviourView, ...] = ()
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Answers, codes and channels: what, and its value."""
    silent: bool = False
    """Whether the team, or another app, has the conversation."""
    window: datetime | None = None
    """Until when the bot may write of its own accord in chat; None: the person never wrote."""
    ledger: tuple[LedgerLine, ...] = ()
    ledger_whole: bool = True
    """Whether every line of the chain verifies."""
    history: tuple[Sentence, ...] = ()
    """What was decided and why, newest first."""


class Due(View, frozen=True, kw_only=True):
    """The nearest moment at which something is due: for the shown person, else for anybody."""

    psid: str
    name: str
    what: str
    """Such as ``“come back” mail``."""
    at: datetime


class Action(View, frozen=True, kw_only=True):
    """A product event the visitor can send."""

    event: str
    label: str
    curl: str
    """The same request, to paste into a terminal; ``FRESH`` in it stands for what is new in each copy."""


class Problem(View, frozen=True, kw_only=True):
    """A finding in a file, as the page shows it."""

    file: str
    line: int
    message: str
    hint: str
    severity: str


class Lit(View, frozen=True, kw_only=True):
    """Lines of a script in which the person stands."""

    file: str
    first: int
    last: int
    label: str


class State(View, frozen=True, kw_only=True):
    """All the page shows, but for texts of mails and files, which it fetches by id."""

    now: datetime
    moved_seconds: int
    """How far the clock was moved ahead of the machine's."""
    timezone: str
    brand: str
    bot: str
    page: str
    """The page's m.me name; may be empty."""
    people: tuple[Person, ...]
    person: Person
    asks: str
    """Kind of the step in which the conversation stands, such as ``email``; empty in none."""
    opening: str
    """File of the flow with which everybody begins; empty: there is none."""
    doors: tuple[Door, ...]
    starts: tuple[Start, ...]
    """Every flow that a word or a link begins, the opening one first."""
    breakers: dict[str, tuple[Choice, ...]]
    """Ice breakers by language: questions that are offered before the first message."""
    chat: tuple[Bubble, ...]
    typing: bool
    mails: tuple[MailHead, ...]
    """Newest first."""
    team: tuple[MailHead, ...]
    """What the team was told by mail, newest first."""
    knows: Knows
    due: Due | None
    actions: tuple[Action, ...]
    edition: str
    """Content hash of the running workspace."""
    script: str
    """Changes whenever a file or a finding changes."""
    problems: tuple[Problem, ...]
    lit: tuple[Lit, ...]


class ScriptFile(View, frozen=True, kw_only=True):
    """One file of the workspace, as saved."""

    path: str
    text: str
    running: bool
    """False: this text has errors, and the version before it runs on."""


class Script(View, frozen=True, kw_only=True):
    """All files a marketer edits."""

    folder: str
    """Where they lie, as shown to the visitor; empty for the shipped workspace."""
    files: tuple[ScriptFile, ...]


class Told(View, frozen=True, kw_only=True):
    """The events API's answer to an event that the page sent."""

    status: int
    text: str


class Scan(View, frozen=True, kw_only=True):
    """What visiting every link like a scanner did."""

    links: int
    visits: int
    elsewhere: int
    """Links to other sites, which were left alone."""
    changed: tuple[str, ...]
    """What was different afterwards; empty, or something is wrong."""
