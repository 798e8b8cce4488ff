"""People who write a diary in chat, and the history and answers that must result, computed without Doorstep.

Each person is a fixed sequence of deeds, over every kind of webhook item.  A deed carries the item as the platform
writes it, its name in the history if it is an event at all, and the bot's answers to it.
"""

import random  # noqa: TID251  what people do; the seed is printed
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.keyring import Keyring

PAGES = ("4711", "4712")
APP, OTHER_APP = 1234567890, 987654321
"""Our app, and another one that writes in the same threads; the platform writes both ids as numbers."""
APART_MS = 1000
"""Milliseconds between two deeds of a person."""

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
    """One action of a person, or one report of the platform about them."""

    page: str
    item: dict[str, Any]
    array: str = "messaging"
    """Where in the entry it stands."""
    event: str = ""
    """Its name in the history; empty if it is no event."""
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
        """Their page-scoped id, which no person of the other Page has."""
        return str(7_000_000_000_000_000 + self.number // len(PAGES))

    @property
    def record_name(self) -> str:
        """The name of their record."""
        return self.keys.subscriber_id(self.page, self.psid)

    def live_for(self, deeds: int) -> None:
        """Do at least this number of deeds, of random kinds."""
        self._add_deed(self._message_item("diary", "m_begin"), event="Message", answers=(f"Read {self.word}.",))
        ways = list(_WAYS)
        while len(self.deeds) < deeds:
            self.dice.choices(ways, weights=[_WAYS[way] for way in ways])[0](self)

    def write_entry(self) -> None:
        """Write in the diary, and sometimes correct it at once."""
        mid, self.word = f"m_{len(self.deeds)}", str(len(self.deeds))
        self.pages += 1
        self._add_deed(self._message_item(self.word, mid), event="Message", answers=(f"Read {self.word}.",))
        for edition in range(1, self.dice.choice((1, 1, 1, 1, 2, 3))):
            self.word += "!"
            edit = {"message_edit": {"mid": mid, "text": self.word, "num_edit": edition}}
            self._add_deed(self._item_head() | edit, event="MessageEdit", answers=("Corrected.", f"Read {self.word}."))

    def tap_button(self) -> None:
        """Tap a button, whose time the platform writes in seconds and as a text."""
        postback = {"mid": f"m_{len(self.deeds)}", "title": "Drop", "payload": "start|drop"}
        stamp = {"timestamp": str(self._now_ms() // 1000)} if self.dice.random() < 0.5 else {}
        self._add_deed(
            self._item_head() | stamp | {"postback": postback},
            event="Postback Drop",
            answers=self._flow_answers("Drop"),
        )

    def tap_reply(self) -> None:
        """Tap a quick reply."""
        item = self._message_item("Drop", f"m_{len(self.deeds)}")
        item["message"]["quick_reply"] = {"payload": "start|drop"}
        self._add_deed(item, event="Message (tapped)", answers=self._flow_answers("Drop"))

    def follow_link(self) -> None:
        """Follow a link: in the open thread, or with a tap."""
        referral = {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if self.dice.random() < 0.5:
            self._add_deed(
                self._item_head() | {"referral": referral}, event="Referral", answers=self._flow_answers("Spring")
            )
            return
        postback = {"mid": f"m_{len(self.deeds)}", "title": "Go", "payload": "go", "referral": referral}
        self._add_deed(
            self._item_head() | {"postback": postback}, event="Postback Go", answers=self._flow_answers("Spring")
        )

    def opt_in(self) -> None:
        """Opt in by a plugin."""
        self._add_deed(
            self._item_head() | {"optin": {"ref": "fair"}}, event="OptIn", answers=self._flow_answers("Fair")
        )

    def react_to_message(self) -> None:
        """React to something, and take it back."""
        for action in ("react", "unreact"):
            reaction = {"mid": f"m_bot_{len(self.deeds)}", "action": action, "reaction": "love", "emoji": "\u2764"}
            self._add_deed(self._item_head() | {"reaction": reaction}, event="Reaction")

    def take_back(self) -> None:
        """Take back a message that answered nothing."""
        unsent = {"message": {"mid": f"m_unheard_{len(self.deeds)}", "is_deleted": True}}
        self._add_deed(self._item_head() | unsent, event="MessageUnsend")

    def be_told_of(self) -> None:
        """Cause items that are no events: echoes of our own messages, deliveries, reads, and ignored kinds."""
        page, stamp = {"id": self.page}, {"timestamp": self._now_ms()}
        mid, metadata = f"m_{len(self.deeds)}", f"{self.record_name}.1"
        echo = {"mid": mid, "is_echo": True, "app_id": APP, "metadata": metadata, "text": "x"}
        told = self.dice.choice((
            {"sender": page, "recipient": {"id": self.psid}, "message": echo} | stamp,
            self._item_head() | {"delivery": {"watermark": self._now_ms(), "mids": ["m_1"]}},
            self._item_head() | {"read": {"watermark": self._now_ms()}},
            {"recipient": page, "app_roles": {str(APP): ["primary_receiver"]}} | stamp,
            self._item_head() | {"response_feedback": {"feedback": "Good", "mid": "m_1"}},
        ))  # fmt: skip
        self._add_deed(told)

    def talk_to_the_team(self) -> None:
        """Hear somebody of the team, answer them, and be handed back: the bot is silent in between."""
        message = {"mid": f"m_{len(self.deeds)}", "is_echo": True, "app_id": OTHER_APP, "text": "May I help?"}
        echo = {"sender": {"id": self.page}, "recipient": {"id": self.psid}, "timestamp": self._now_ms()}
        self._add_deed(echo | {"message": message}, event="Control")
        self._add_deed(self._message_item("Yes please", f"m_{len(self.deeds)}"), event="Message")
        self._add_deed(self._message_item("Thank you", f"m_{len(self.deeds)}"), array="standby", event="Control")
        passed = {"new_owner_app_id": APP, "previous_owner_app_id": None}
        answers = ("Back.", f"Read {self.word}.")
        self._add_deed(self._item_head() | {"pass_thread_control": passed}, event="Control", answers=answers)

    def _flow_answers(self, what: str) -> tuple[str, ...]:
        return (f"{what}.", f"Read {self.word}.")

    def _message_item(self, text: str, mid: str) -> dict[str, Any]:
        return self._item_head() | {"message": {"mid": mid, "text": text}}

    def _item_head(self) -> dict[str, Any]:
        """Return the head of an item: sender, recipient, time."""
        # The platform writes some ids as numbers; the parser must accept both.
        psid: str | int = int(self.psid) if self.dice.random() < 0.1 else self.psid
        return {"sender": {"id": psid}, "recipient": {"id": self.page}, "timestamp": self._now_ms()}

    def _now_ms(self) -> int:
        return self.at_ms + APART_MS * len(self.deeds)

    def _add_deed(
        self, item: dict[str, Any], *, array: str = "messaging", event: str = "", answers: tuple[str, ...] = ()
    ) -> None:
        self.deeds.append(Deed(page=self.page, item=item, array=array, event=event, answers=answers))


_WAYS: dict[Callable[[Diarist], None], int] = {
    Diarist.write_entry: 40, Diarist.tap_button: 8, Diarist.tap_reply: 4, Diarist.follow_link: 5, Diarist.opt_in: 3,
    Diarist.react_to_message: 4, Diarist.take_back: 3, Diarist.be_told_of: 12, Diarist.talk_to_the_team: 2,
}  # fmt: skip
"""What people do, and how often."""


def webhook_entries(deeds: list[Deed]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a body with these deeds in their order, as few entries as that allows."""
    # A new entry begins where the Page or the array changes, so that the order of a person's deeds is kept.
    last: tuple[str, str] | None = None
    items: list[dict[str, Any]] = []
    for deed in deeds:
        if (deed.page, deed.array) != last:
            items, last = [], (deed.page, deed.array)
            yield {"id": deed.page, "time": deed.item.get("timestamp", 0), deed.array: items}
        items.append(deed.item)
