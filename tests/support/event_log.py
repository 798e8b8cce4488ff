"""People who write a diary in chat, and what must have come of it: told from what they did, not by Doorstep.

Each person is a fixed sequence of deeds, of every kind of webhook item.  A deed carries the item as the platform writes
it, the name it has in the history if it is an event at all, and what the bot answers.
"""

import random  # noqa: TID251  what people do; the seed is printed
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.keyring import Keyring

PAGES = ("4711", "4712")
APP, OTHER_APP = 1234567890, 987654321
"""Ours, and that of somebody else who writes in the same threads; the platform writes both as numbers."""
APART_MS = 1000
"""Between two deeds of a person."""

WORKSPACE = {
    "doorstep.yaml": """\
brand: Diary
bot: Pen
company: Diary Ltd
address: 1 Paper Street, London
contact: pen@diary.example
languages: [en]
greeting: {named: {en: Hi}, unnamed: {en: Hi}}
senders:
  transactional: {name: Pen, email: pen@diary.example, reply_to: pen@diary.example}
  marketing: {name: Pen, email: pen@diary.example, reply_to: pen@diary.example}
topics: {}
fields:
  noted: {type: text, fallback: {en: nothing}}
  pages: {type: number, fallback: {en: "0"}}
replies: {resumed: {en: Back.}, corrected: {en: Corrected.}}
""",
    "flows/diary.yaml": """\
flow: diary
language: en
start: {words: [diary]}
steps:
  page:
    say: "Read {{ noted }}."
    ask: text
    save: noted
    else: over
  kept:
    score: {pages: 1}
    go: page
  over:
    go: end
""",
} | {
    f"flows/{name}.yaml": f"""\
flow: {name}
language: en
start: {{{how}: [{name}]}}
steps:
  first:
    say: {name.title()}.
    call: diary
    go: end
"""
    for name, how in (("drop", "words"), ("spring", "links"), ("fair", "links"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody did, or that the platform tells of them."""

    page: str
    item: dict[str, Any]
    array: str = "messaging"
    """Where in the entry it stands."""
    event: str = ""
    """Its name in the history; empty: it is no event."""
    answers: tuple[str, ...] = ()
    """What the bot says to it."""


@dataclass(kw_only=True)
class Diarist:
    """One person."""

    number: int
    at_ms: int
    """When they begin."""
    dice: random.Random
    keys: Keyring
    deeds: list[Deed] = field(default_factory=list)
    """All that they do, in order."""
    word: str = "nothing"
    """What they wrote last in the diary."""
    pages: int = 0
    """How often they wrote in the diary."""

    @property
    def page(self) -> str:
        """The Page they chat with."""
        return PAGES[self.number % len(PAGES)]

    @property
    def psid(self) -> str:
        """Their page-scoped id; not another's on the other Page."""
        return str(7_000_000_000_000_000 + self.number // len(PAGES))

    @property
    def name(self) -> str:
        """The name of their record."""
        return self.keys.subscriber_id(self.page, self.psid)

    def live(self, deeds: int) -> None:
        """Do at least so much, of all kinds by chance."""
        self._do(self._message("diary", "m_begin"), event="Message", answers=(f"Read {self.word}.",))
        ways = list(_WAYS)
        while len(self.deeds) < deeds:
            self.dice.choices(ways, weights=[_WAYS[one] for one in ways])[0](self)

    # -- each kind of item -----------------------------------------------------------------------------------
    def write(self) -> None:
        """Write in the diary, and sometimes correct it at once."""
        mid, self.word = f"m_{len(self.deeds)}", str(len(self.deeds))
        self.pages += 1
        self._do(self._message(self.word, mid), event="Message", answers=(f"Read {self.word}.",))
        for edition in range(1, self.dice.choice((1, 1, 1, 1, 2, 3))):
            self.word += "!"
            edit = {"message_edit": {"mid": mid, "text": self.word, "num_edit": edition}}
            self._do(self._from() | edit, event="MessageEdit", answers=("Corrected.", f"Read {self.word}."))

    def tap(self) -> None:
        """Tap a button, whose time the platform writes in seconds and as a text."""
        postback = {"mid": f"m_{len(self.deeds)}", "title": "Drop", "payload": "start|drop"}
        stamp = {"timestamp": str(self._now() // 1000)} if self.dice.random() < 0.5 else {}
        self._do(self._from() | stamp | {"postback": postback}, event="Postback Drop", answers=self._begins("Drop"))

    def tap_reply(self) -> None:
        """Tap a quick reply."""
        item = self._message("Drop", f"m_{len(self.deeds)}")
        item["message"]["quick_reply"] = {"payload": "start|drop"}
        self._do(item, event="Message (tapped)", answers=self._begins("Drop"))

    def follow(self) -> None:
        """Follow a link: in the open thread, or with a tap."""
        referral = {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if self.dice.random() < 0.5:
            self._do(self._from() | {"referral": referral}, event="Referral", answers=self._begins("Spring"))
            return
        postback = {"mid": f"m_{len(self.deeds)}", "title": "Go", "payload": "go", "referral": referral}
        self._do(self._from() | {"postback": postback}, event="Postback Go", answers=self._begins("Spring"))

    def opt_in(self) -> None:
        """Opt in by a plugin."""
        self._do(self._from() | {"optin": {"ref": "fair"}}, event="OptIn", answers=self._begins("Fair"))

    def react(self) -> None:
        """React to something, and take it back."""
        for action in ("react", "unreact"):
            reaction = {"mid": f"m_bot_{len(self.deeds)}", "action": action, "reaction": "love", "emoji": "\u2764"}
            self._do(self._from() | {"reaction": reaction}, event="Reaction")

    def take_back(self) -> None:
        """Take back a message that answered nothing."""
        unsent = {"message": {"mid": f"m_unheard_{len(self.deeds)}", "is_deleted": True}}
        self._do(self._from() | unsent, event="MessageUnsend")

    def be_told_of(self) -> None:
        """Cause what is no event: echoes of our own messages, deliveries, reads, and items that nobody needs."""
        page, stamp = {"id": self.page}, {"timestamp": self._now()}
        mid, metadata = f"m_{len(self.deeds)}", f"{self.name}.1"
        echo = {"mid": mid, "is_echo": True, "app_id": APP, "metadata": metadata, "text": "x"}
        told = self.dice.choice((
            {"sender": page, "recipient": {"id": self.psid}, "message": echo} | stamp,
            self._from() | {"delivery": {"watermark": self._now(), "mids": ["m_1"]}},
            self._from() | {"read": {"watermark": self._now()}},
            {"recipient": page, "app_roles": {str(APP): ["primary_receiver"]}} | stamp,
            self._from() | {"response_feedback": {"feedback": "Good", "mid": "m_1"}},
        ))  # fmt: skip
        self._do(told)

    def talk_to_the_team(self) -> None:
        """Hear somebody of the team, answer them, and be handed back: the bot is silent in between."""
        message = {"mid": f"m_{len(self.deeds)}", "is_echo": True, "app_id": OTHER_APP, "text": "May I help?"}
        echo = {"sender": {"id": self.page}, "recipient": {"id": self.psid}, "timestamp": self._now()}
        self._do(echo | {"message": message}, event="Control")
        self._do(self._message("Yes please", f"m_{len(self.deeds)}"), event="Message")
        self._do(self._message("Thank you", f"m_{len(self.deeds)}"), array="standby", event="Control")
        passed = {"new_owner_app_id": APP, "previous_owner_app_id": None}
        answers = ("Back.", f"Read {self.word}.")
        self._do(self._from() | {"pass_thread_control": passed}, event="Control", answers=answers)

    def _begins(self, what: str) -> tuple[str, ...]:
        return (f"{what}.", f"Read {self.word}.")

    def _message(self, text: str, mid: str) -> dict[str, Any]:
        return self._from() | {"message": {"mid": mid, "text": text}}

    def _from(self) -> dict[str, Any]:
        """Return who did it; the platform writes some ids as numbers."""
        psid: str | int = int(self.psid) if self.dice.random() < 0.1 else self.psid
        return {"sender": {"id": psid}, "recipient": {"id": self.page}, "timestamp": self._now()}

    def _now(self) -> int:
        return self.at_ms + APART_MS * len(self.deeds)

    def _do(
        self, item: dict[str, Any], *, array: str = "messaging", event: str = "", answers: tuple[str, ...] = ()
    ) -> None:
        self.deeds.append(Deed(page=self.page, item=item, array=array, event=event, answers=answers))


_WAYS: dict[Callable[[Diarist], None], int] = {
    Diarist.write: 40, Diarist.tap: 8, Diarist.tap_reply: 4, Diarist.follow: 5, Diarist.opt_in: 3, Diarist.react: 4,
    Diarist.take_back: 3, Diarist.be_told_of: 12, Diarist.talk_to_the_team: 2,
}  # fmt: skip
"""What people do, and how often."""


def entries(deeds: list[Deed]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a body with these, in their order: as few as that allows."""
    last: tuple[str, str] | None = None
    items: list[dict[str, Any]] = []
    for deed in deeds:
        if (deed.page, deed.array) != last:
            items, last = [], (deed.page, deed.array)
            yield {"id": deed.page, "time": deed.item.get("timestamp", 0), deed.array: items}
        items.append(deed.item)
