"""A talk on the terminal: what is typed there becomes a line of a transcript, what comes back stands in boxes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from pydantic import ValidationError
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from domain.effects import NOTICE, Button, Calendar, Card, SendChat, SendMail
from email_out.templates.render import RenderError, render
from language.durations import SpokenTimeError
from language.findings import did_you_mean
from service.transcripts.model import LineText
from service.transcripts.perform_line import CannotError, act, placeholder, press, quick_replies, says
from service.transcripts.world import Person, World
from service.workspace.edition import Edition

WIDTH, CARD = 76, 26
PUBLIC_URL = "https://doorstep.example.com"
"""Base of the links in mails; nothing answers there."""


@dataclass(slots=True, kw_only=True)
class Told:
    """What was shown already, and what can be tapped by its number."""

    edition: Edition
    world: World
    person: Person
    out: Console
    messages: int = 0
    mails: int = 0
    notices: int = 0
    numbered: list[tuple[Button, bool]] = field(default_factory=list)
    """What stands behind each number, and whether it is a quick reply."""

    def news(self) -> None:
        """Show what came since the last time."""
        fresh = self.person.thread[self.messages :]
        if fresh:
            self.numbered = []
        for message in fresh:
            self.out.print(self._message(message))
        for mail in self.person.mails[self.mails :]:
            self.mail(mail)
        for notice in self.person.notices[self.notices :]:
            self._boxed(f"The team mailbox {notice.team} was notified", [Text(str(notice.variables.get(NOTICE, "")))])
        self.messages, self.mails = len(self.person.thread), len(self.person.mails)
        self.notices = len(self.person.notices)

    # -- the chat ----------------------------------------------------------------------------------------------
    def _message(self, message: SendChat) -> RenderableType:
        shown: list[RenderableType] = []
        if message.cards:
            shown.append(Columns([self._card(one) for one in message.cards]))
        elif message.media:
            shown.append(Text(f"[{message.media.kind}] {message.media.url}", style="dim"))
        else:
            shown.append(Text(message.text))
        shown += [self._tappable(one) for one in message.buttons]
        title = message.persona or self.edition.config.bot
        box = Panel(Group(*shown), title=Text(title), title_align="left", width=WIDTH, border_style="blue")
        replies = quick_replies(message, self.person)
        return Group(box, Text("  ").join(self._tappable(one, reply=True) for one in replies)) if replies else box

    def _card(self, card: Card) -> RenderableType:
        lines: list[RenderableType] = [Text(card.title, style="bold")]
        lines += [Text(card.subtitle)] if card.subtitle else []
        lines += [Text(f"[image] {card.image}", style="dim")] if card.image else []
        lines += [self._tappable(one) for one in card.buttons]
        return Panel(Group(*lines), width=CARD)

    def _tappable(self, button: Button, *, reply: bool = False) -> Text:
        if button.url or button.call:
            return Text(f"{button.label} → {button.url or button.call}", style="underline")
        self.numbered.append((button, reply))
        return Text.assemble((f"[{len(self.numbered)}] ", "bold yellow"), button.label)

    # -- the mailbox -------------------------------------------------------------------------------------------
    def mail(self, mail: SendMail, *, whole: bool = False) -> None:
        """Show a mail: its subject, its code, and its text if it is asked for."""
        record, edition = self.person.record, self.edition
        lines = []
        try:
            content = render(edition.mails, mail, record, edition.config, self.world.keys, PUBLIC_URL)
            to, subject, text = content.to, content.subject, content.text
        except RenderError as error:
            to, subject, text = "", f"(not rendered: {error})", ""
        lines.append(Text(subject, style="bold"))
        if mail.nonce:
            code = self.world.keys.codes(record.id, mail.address, mail.nonce)[0]
            lines.append(Text.assemble("Code: ", (code, "bold green")))
        lines += [Text(text.strip())] if whole else []
        lines += [self._appointment(mail.calendar)] if mail.calendar else []
        self._boxed(f"Mail: {mail.template} to {to}", lines)

    def _appointment(self, calendar: Calendar) -> Text:
        """Say what the calendar file of a mail holds; its time as the clock of the talk has it."""
        zone = ZoneInfo(self.edition.config.timezone)
        starts = format_datetime(calendar.starts, "EEE d MMM HH:mm", tzinfo=zone, locale="en")
        said = (calendar.title, starts, f"{calendar.minutes} minutes", calendar.where, calendar.description)
        return Text(f"Calendar file: {', '.join(one for one in said if one)}")

    def _boxed(self, title: str, lines: Sequence[Text]) -> None:
        box = Panel(Group(*lines), title=Text(title), title_align="left", width=WIDTH, border_style="magenta")
        self.out.print(box)

    def state(self) -> None:
        """Show what is known of the person."""
        record = self.person.record
        talk = record.conversation
        rows = {
            "stands at": f"{talk.flow}/{talk.step}" if talk else "no conversation",
            "language": record.language,
            "fields": _pairs(record.fields),
            "tags": ", ".join(record.tags),
            "consents": _pairs({topic: one.status for topic, one in record.consents.items()}),
            "addresses": _pairs({one.email: one.status for one in record.addresses.values()}),
            "sequences": _pairs({name: f"{one.status} at {one.step}" for name, one in record.runs.items()}),
            "codes": _pairs(record.codes),
            "wakes": f"{self.person.wake:%Y-%m-%d %H:%M} UTC" if self.person.wake else "",
        }
        for name, value in rows.items():
            if value:
                self.out.print(f"  [dim]{name}[/] {escape(value)}", soft_wrap=True)


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())


# -- what is typed ---------------------------------------------------------------------------------------------
COMMANDS: Mapping[str, Callable[[str], dict[str, object]]] = {
    "wait": lambda rest: {"wait": rest or "20 minutes"},
    "edit": lambda rest: {"edits": rest},
    "unsend": lambda rest: {"unsends": rest or "last"},
    "send": lambda rest: {"sends": rest.split() or ["image"]},
    "press": lambda rest: {"presses": rest or "confirm"},
    "does": lambda rest: {"does": rest},
    "human": lambda rest: {"human": rest or "takes over"},
    "tap": lambda rest: {"taps": rest},
    "follow": lambda rest: {"follows": rest},
}
"""Command and the line of a transcript that it stands for; besides them there are ``/mail``, ``/state``, ``/quit``."""


def obey(world: World, person: Person, typed: str, told: Told) -> None:
    """Do what was typed: a command, a tap by its number, or a message.  Raises :class:`CannotError`."""
    if typed.startswith("/"):
        _command(world, person, typed[1:], told)
    elif typed.isdecimal() and 1 <= int(typed) <= len(told.numbered) and len(typed) < len("100"):
        press(world, person, *told.numbered[int(typed) - 1])
    elif len(typed) > 1 and typed[0] == typed[-1] == '"':
        says(world, person, typed[1:-1])
    else:
        says(world, person, typed)


def _command(world: World, person: Person, typed: str, told: Told) -> None:
    name, _, rest = typed.partition(" ")
    match name:
        case "state":
            told.state()
        case "mail" if person.mails:
            told.mail(person.mails[-1], whole=True)
        case "mail":
            told.out.print("[dim]No mail has arrived.[/]")
        case "code":
            says(world, person, placeholder(world, person, "code"))
        case _:
            _act(world, person, name, rest.strip())


def _act(world: World, person: Person, name: str, rest: str) -> None:
    if name not in COMMANDS:
        message = f"/{name} is no command. {did_you_mean(name, [*COMMANDS, 'state', 'mail', 'code', 'quit'])}"
        raise CannotError(message)
    try:
        act(world, person, LineText.model_validate(COMMANDS[name](rest)))
    except ValidationError as error:
        message = f"/{name} {rest} is not understood: {error.errors()[0]['msg']}"
        raise CannotError(message) from None
    except SpokenTimeError as error:
        message = f"{error}. {error.hint}"
        raise CannotError(message) from None
