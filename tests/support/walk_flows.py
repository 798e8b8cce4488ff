"""A workspace with one small flow of its own, and people who walk through it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from domain import record as records
from domain.effects import Button, SendChat, decode_posted
from domain.events import Message
from domain.ports import chat_lane
from domain.record import Identity, Subscriber
from service.engine.clock import fresh_entropy
from service.engine.transact import Transactor
from service.workspace.edition import Edition, compile_edition, shipped_files
from service.workspace.publishing.editions import Editions
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import PAGE

TOUR = """\
flow: tour
start: {words: [tour]}
steps:
  hello:
    say: Green or black?
    choices: {Green: green, Black: black}
  green:
    say: Green it is. What do you like about it?
    ask: text
    save: liked
    else: bye
  black:
    say: Black it is. With milk?
    choices: {With milk: bye, Without: bye}
    else: bye
  bye:
    say: Thank you. See you soon.
    go: end
"""
FILE, BOOK_FILE = "flows/tour.yaml", "sequences/book.yaml"
BOOK = """\
sequence: book
topic: leaf
start: confirmed
steps:
  first:
    wait: 2 days
  second:
    wait: 3 days
"""
MAILS = ("emails/_layout.mjml", "emails/confirmation.mjml")
CONFIG_TEXT = """\
brand: Amsel Tea
bot: Pip
company: Amsel Tea GmbH
address: Speicherhof 7, 20457 Hamburg, Germany
contact: privacy@amseltea.example
languages: [en]
greeting: {named: {en: "Hi {{ first_name }}"}, unnamed: {en: Hello}}
senders:
  transactional: {name: Amsel Tea, email: hello@post.amseltea.example}
  marketing: {name: Amsel Tea, email: lena@leaf.amseltea.example}
topics:
  leaf: {name: {en: The Leaf}, version: 1, list_id: leaf.amseltea.example, wording: {en: We mail you the Leaf.}}
fields:
  liked: {type: text, label: {en: What they liked}}
pools:
  spring: {en: A spring voucher}
"""


def tour_files(tour: str = TOUR, book: str = "") -> dict[str, str]:
    """Return a small workspace with this flow, and this sequence if one is given."""
    mails = {name: text for name, text in shipped_files().items() if name in MAILS}
    return {"doorstep.yaml": CONFIG_TEXT, FILE: tour} | mails | ({BOOK_FILE: book} if book else {})


@cache
def tour_edition(tour: str = TOUR, book: str = "") -> Edition:
    """Return such a workspace, compiled."""
    found, findings = compile_edition(tour_files(tour, book))
    assert found, [str(finding) for finding in findings if finding.severity == "error"]
    return found


def replace_text(old: str, new: str, tour: str = TOUR) -> str:
    """Return the flow with other words in it."""
    assert tour.count(old) == 1, old
    return tour.replace(old, new)


@dataclass
class TouringProcess:
    """One process, on a store that others may use too."""

    store: MemoryStore
    editions: Editions
    now: datetime = NOON
    said: int = 0
    transact: Transactor = field(init=False)

    def __post_init__(self) -> None:
        """Decide with what is live."""
        self.transact = Transactor(
            store=self.store,
            keys=KEYS,
            clock=lambda: self.now,
            entropy=fresh_entropy,
            rules=self.editions.current_rules,
            epoch=self.editions.live_number,
            take_over_live=self.editions.take_over_live,
        )

    async def send_text(self, psid: str, text: str, *, payload: str = "") -> Subscriber:
        """Type or tap, and return the record afterwards."""
        self.said += 1
        name = f"{id(self)}-{self.said}"
        event = Message(id=name, at=self.now, mid=name, text=text, payload=payload)
        done = await self.transact(KEYS.subscriber_id(PAGE, psid), (event,), Identity(page=PAGE, psid=psid))
        assert done.record
        return done.record

    async def take_chips(self, psid: str) -> Sequence[Button]:
        """Return what can be tapped under the last message that waits for a person; all of them are taken."""
        return (await self._take_messages(psid))[-1].quick_replies

    async def take_texts(self, psid: str) -> str:
        """Return the texts of all messages that wait for a person; all of them are taken."""
        return "\n".join(message.text for message in await self._take_messages(psid))

    async def _take_messages(self, psid: str) -> list[SendChat]:
        name, lane = KEYS.subscriber_id(PAGE, psid), chat_lane(PAGE)
        found: list[SendChat] = []
        claim = await self.store.claim(lane, name, lease_ms=1_000)
        while claim is not None:
            message = decode_posted(claim.item)
            assert isinstance(message, SendChat)
            found.append(message)
            _, claim = await self.store.settle(claim, lease_ms=1_000)
        return found

    async def load_record(self, psid: str) -> Subscriber:
        """Return what is stored."""
        raw = (await self.store.load(KEYS.subscriber_id(PAGE, psid))).record
        assert raw
        return records.decode(raw)


def standing_place(record: Subscriber) -> tuple[str, str]:
    """Return step and version a person stands in; empty if in none."""
    talk = record.conversation
    return (talk.step, talk.flow_hash) if talk else ("", "")


async def start_touring(store: MemoryStore, own: Edition | None = None) -> TouringProcess:
    """Return a process that starts now; what it has in its folder is live if nothing is yet."""
    editions = Editions(own or tour_edition(), [], store, lambda: NOON)
    await editions.run_live_edition()
    return TouringProcess(store=store, editions=editions)
