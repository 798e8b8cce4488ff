"""Types a line into the real engine, in memory, and returns what became of it.

Everything is played by the world of transcripts (:mod:`service.transcripts.world`): the same deciding, the same
effects, and a clock that only we move.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.effects import SendChat
from domain.record import Profile, Subscriber
from language.durations import parse_duration
from service.transcripts.model import LineText
from service.transcripts.participant import Participant
from service.transcripts.perform_line import fill_placeholder, list_quick_replies, press_button, type_message
from service.transcripts.perform_line import play_line as perform_line
from service.transcripts.world import TranscriptWorld
from service.workspace.edition import Edition, compile_edition, read_files, shipped_files
from tests.understanding.corpus import FOLDER, Line, Situation

MAILS = ("emails/_layout.mjml", "emails/confirmation.mjml")
"""Shipped templates that every workspace needs."""
SUBSCRIBED = "anna@example.org"
"""Address of who is a confirmed subscriber."""
BETWEEN_LINES = timedelta(seconds=20)
NONSENSE = ("xqvt wrmpf", "zzkrt blnf", "qwpfx mnrt")
"""Said to hear how the bot answers what nobody understands."""

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "spaced": lambda code: f"{code[:3]} {code[3:]}",
    "dashed": lambda code: f"{code[:3]}-{code[3:]}",
    "spelled": " ".join,
    "wide": lambda code: "".join(chr(ord(digit) + 0xFEE0) for digit in code),
    "invisible": lambda code: f"{code[:3]}\u200b{code[3:]}",
    "minus": lambda code: f"{code[:3]}\u2212{code[3:]}",
}
"""How the code of the newest mail is typed by ``{{ spaced }}`` and so on."""
_SPELLING = re.compile(r"\{\{ (" + "|".join(SPELLINGS) + r") \}\}")


@cache
def compiled_workspace() -> Edition:
    """Return the workspace that the corpus is typed into."""
    files, unreadable = read_files(FOLDER / "workspace")
    files |= {name: text for name, text in shipped_files().items() if name in MAILS}
    edition, findings = compile_edition(files)
    assert edition, [str(finding) for finding in (*unreadable, *findings) if finding.severity == "error"]
    return edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of a line."""

    before: Subscriber
    after: Subscriber
    question: tuple[SendChat, ...]
    """What the bot had said before the line."""
    said: tuple[SendChat, ...]
    """What it said to the line."""


class Scene:
    """A world in which a situation holds, and the person in it."""

    def __init__(self, situation: Situation, language: str) -> None:
        """Bring the situation about."""
        edition = compiled_workspace()
        start = datetime.fromisoformat(situation.at).replace(tzinfo=ZoneInfo(edition.config.timezone))
        self.world = TranscriptWorld(edition.rules, edition.config, start)
        self.person: Participant = self.world.add_person("anna")
        profile = Profile(first_name="Anna", locale=language, timezone=situation.timezone)
        self.person.record = replace(self.person.record, language=language, profile=profile)
        if situation.consents:
            self.world.prove_address(self.person, SUBSCRIBED, situation.consents)
        if situation.opens:
            perform_line(self.world, self.person, LineText(opens=situation.opens))
        for text in situation.then:
            self.world.advance_time(BETWEEN_LINES)
            type_message(self.world, self.person, text)
        if situation.wait:
            self.world.advance_time(parse_duration(situation.wait))

    def play_text(self, text: str) -> Played:
        """Type a text, with ``{{ code }}`` and its spellings filled in."""
        before, count = self.person.record, len(self.person.thread)
        type_message(self.world, self.person, _SPELLING.sub(self._spell_code, text))
        thread = self.person.thread
        return Played(
            before=before, after=self.person.record, question=tuple(thread[:count]), said=tuple(thread[count:])
        )

    def _spell_code(self, found: re.Match[str]) -> str:
        return SPELLINGS[found[1]](fill_placeholder(self.world, self.person, "code"))

    def tap_reply(self, number: int) -> None:
        """Tap the quick reply of this number under the last message."""
        press_button(self.world, self.person, list_quick_replies(self.person.thread[-1], self.person)[number], True)  # noqa: FBT003  a quick reply


def play_line(line: Line) -> Played:
    """Bring about the situation of a line and type it."""
    return Scene(line.situation, line.language).play_text(line.text)


def play_taps(line: Line) -> Iterator[Subscriber]:
    """Yield what one tap on each quick reply makes of the person, after the line."""
    scene = Scene(line.situation, line.language)
    scene.play_text(line.text)
    replies = list_quick_replies(scene.person.thread[-1], scene.person) if scene.person.thread else []
    for number in range(len(replies)):
        again = Scene(line.situation, line.language)
        again.play_text(line.text)
        again.tap_reply(number)
        yield again.person.record


@cache
def default_texts(language: str) -> frozenset[str]:
    """Return what the bot says outside a conversation to what nobody understands."""
    scene = Scene(Situation(about="Nothing is open."), language)
    return frozenset(message.text for text in NONSENSE for message in scene.play_text(text).said)
