"""People who write, tap, read their mail, change their mind, and do all of it at moments of their own."""

import random  # noqa: TID251  the seed of a simulation
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.events import ProductEvent
from tests.simulation.world.platform import PAGE
from tests.simulation.world.process import KEYS, World

CODE = re.compile(r"\b\d{6}\b")
TOPIC = "letter"
YES = "Yes, please"
CHATTER = ("hello?", "😀", "what is tea", "back", "mood", "no", "maybe")
WAITS_SECONDS = 0.5
TRIES = 4
"""How often a mail program or a product repeats what was answered 503."""


@dataclass(slots=True)
class Person:
    """One person, with a Messenger account and a mailbox."""

    number: int
    email: str
    dice: random.Random
    world: World
    resolve: float
    """Part of the acts in which nothing else comes in between."""
    psid: str = field(init=False)
    id: str = field(init=False)
    _told: int = 0
    _wrote_at: float = -1.0

    def __post_init__(self) -> None:
        """Name the account."""
        self.psid = f"70{self.number}"
        self.id = KEYS.subscriber_id(PAGE, self.psid)

    def act(self) -> None:
        """Do something: mostly what the bot waits for, at times something else."""
        thread = self.world.providers.threads[self.psid]
        last = thread[-1] if thread else {}
        text = str(last.get("text", ""))
        # Mostly people wait for an answer before they write again.
        if self.world.loop.now - self._wrote_at < WAITS_SECONDS and self.dice.random() > 0.1:
            return
        # Who is set on it mostly does what the bot waits for; the others wander.
        roll = 0.25 + self.dice.random() * 0.64 if self.dice.random() < self.resolve else self.dice.random()
        if not thread or roll < 0.06:
            self._write("letter")
        elif roll < 0.12:
            self._write(self.dice.choice(CHATTER))
        elif roll < 0.15:
            self._write("stop")
        elif roll < 0.22:
            self._note_cup()
        elif roll < 0.34 and self.press_unsubscribe():
            return
        else:
            self._go_on(last, text, wanders=roll > 0.9)

    def _go_on(self, last: Mapping[str, Any], text: str, *, wanders: bool) -> None:
        """Do what the bot waits for."""
        if "Shall the letter come" in text:
            self._answer_question(last)
        elif "Which address" in text or "An address looks" in text:
            self._write(self.email)
        elif "Type the code" in text or "not the code" in text:
            self._give_code()
        elif self.resolve == 1.0:
            self._write("letter")
        elif wanders:
            self._write(self.dice.choice(CHATTER))

    def want_no_mails(self) -> None:
        """Stop the mails: by the link in one of them, or in the chat."""
        if self.dice.random() < 0.5 or not self.press_unsubscribe():
            self._write("stop")

    def _write(self, text: str, payload: str = "") -> None:
        self._wrote_at = self.world.loop.now
        self.world.providers.write_to_page(self.psid, text, payload)

    def _answer_question(self, message: Mapping[str, Any]) -> None:
        replies = message.get("quick_replies", [])
        agrees = self.dice.random() < 0.85
        chosen = next((reply for reply in replies if (reply.get("title") == YES) is agrees), None)
        if agrees:
            self.world.truth.said_yes[self.id] += 1
        if chosen and self.dice.random() < 0.8:
            self._write(str(chosen["title"]), str(chosen["payload"]))
        else:
            self._write("yes" if agrees else "no")

    def _give_code(self) -> None:
        mails = self.world.providers.mailboxes[self.email]
        codes = [found.group() for mail in mails if not mail.bulk_headers and (found := CODE.search(mail.text))]
        if not codes:
            return
        if self.dice.random() < 0.1:
            self._write("123456")
            return
        self.world.truth.proved.add(self.id)
        self._write(codes[-1])

    def _note_cup(self) -> None:
        self._told += 1
        event = ProductEvent(id=f"cup{self.number}.{self._told}", at=self.world.providers.now(), name="cup.noted")
        self._tell(event, TRIES)

    def _tell(self, event: ProductEvent, tries: int) -> None:
        processes = self.world.providers.web_processes()
        if not processes or not tries:
            return

        def take_status(status: int) -> None:
            self.world.truth.note(f"event {event.id} is answered {status}")
            if status == 202:
                # An event about somebody unknown is answered, too, and makes no record.
                if self.id in self.world.truth.answered.values() and self.world.server.store.knows_person(self.id):
                    self.world.truth.note_answer((event.id,), self.id)
            else:
                self.world.loop.call_world(self.world.loop.now + 1, self._tell, event, tries - 1)

        self.dice.choice(processes).tell_event(self.id, event, take_status)

    def press_unsubscribe(self) -> bool:
        """Unsubscribe by one click; return False if there is no mail to do it in."""
        mails = [mail for mail in self.world.providers.mailboxes[self.email] if mail.bulk_headers]
        if not mails:
            return False
        bulk = self.dice.choice(mails).bulk_headers
        parts = KEYS.read_link("unsubscribe", bulk.unsubscribe_url.rpartition("/")[2]) if bulk else None
        if not parts:
            return False
        self._press(parts, self.world.loop.now, TRIES)
        return True

    def _press(self, parts: tuple[str, ...], pressed_at: float, tries: int) -> None:
        processes = self.world.providers.web_processes()
        if not processes or not tries:
            return
        subscriber, address, topic = parts

        def take_status(status: int) -> None:
            self.world.truth.note(f"one-click unsubscribe of {subscriber[:6]} is answered {status}")
            if status == 200:
                self.world.truth.withdrawals[subscriber, topic] = pressed_at, self.world.loop.now
            else:
                self.world.loop.call_world(self.world.loop.now + 1, self._press, parts, pressed_at, tries - 1)

        self.world.truth.note(f"{subscriber[:6]} unsubscribes by one click")
        self.dice.choice(processes).unsubscribe(subscriber, address, topic, take_status)
