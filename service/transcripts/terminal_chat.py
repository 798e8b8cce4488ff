"""A chat on the terminal: each typed line is played like a line of a transcript, and answers are shown in boxes."""

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
from language.durations import UnclearTimeError
from language.findings import suggest_name
from service.transcripts.model import LineText
from service.transcripts.participant import Participant
from service.transcripts.perform_line import (
    CannotPlayError,
    fill_placeholder,
    list_quick_replies,
    play_line,
    press_button,
    type_message,
)
from service.transcripts.world import TranscriptWorld
from service.workspace.edition import Edition

WIDTH, CARD = 76, 26
"""Columns of a box and of a card."""
PUBLIC_URL = "https://doorstep.example.com"
"""Base of the links in mails; nothing answers there."""


@dataclass(slots=True, kw_only=True)
class TerminalChat:
    """Shows what reaches one person, and remembers what was shown and what each number taps."""

    edition: Edition
    world: TranscriptWorld
    person: Participant
    out: Console
    messages: int = 0
    mails: int = 0
    team_mails: int = 0
    numbered: list[tuple[Button, bool]] = field(default_factory=list)
    """Button by its number from 1, and whether it is a quick reply."""

    def show_news(self) -> None:
        """Show what arrived since the last call."""
        new_messages = self.person.thread[self.messages :]
        if new_messages:  # numbers begin again with each answer; without one, those on the screen still hold
            self.numbered = []
        for message in new_messages:
            self.out.print(self._render_message(message))
        for mail in self.person.mails[self.mails :]:
            self.show_mail(mail)
        for notice in self.person.team_mails[self.team_mails :]:
            self._show_box(
                f"The team mailbox {notice.team} was notified", [Text(str(notice.variables.get(NOTICE, "")))]
            )
        self.messages, self.mails = len(self.person.thread), len(self.person.mails)
        self.team_mails = len(self.person.team_mails)

    def _render_message(self, message: SendChat) -> RenderableType:
        parts: list[RenderableType] = []
        if message.cards:
            parts.append(Columns([self._render_card(card) for card in message.cards]))
        elif message.media:
            parts.append(Text(f"[{message.media.kind}] {message.media.url}", style="dim"))
        else:
            parts.append(Text(message.text))
        parts += [self._render_button(button) for button in message.buttons]
        title = message.persona or self.edition.config.bot
        box = Panel(Group(*parts), title=Text(title), title_align="left", width=WIDTH, border_style="blue")
        replies = list_quick_replies(message, self.person)
        # Quick replies stand under the box, as Messenger shows them under the bubble.
        return (
            Group(box, Text("  ").join(self._render_button(reply, reply=True) for reply in replies)) if replies else box
        )

    def _render_card(self, card: Card) -> RenderableType:
        lines: list[RenderableType] = [Text(card.title, style="bold")]
        lines += [Text(card.subtitle)] if card.subtitle else []
        lines += [Text(f"[image] {card.image}", style="dim")] if card.image else []
        lines += [self._render_button(button) for button in card.buttons]
        return Panel(Group(*lines), width=CARD)

    def _render_button(self, button: Button, *, reply: bool = False) -> Text:
        if button.url or button.call:
            return Text(f"{button.label} → {button.url or button.call}", style="underline")
        self.numbered.append((button, reply))  # its number is the length from now on: [1], [2] …
        return Text.assemble((f"[{len(self.numbered)}] ", "bold yellow"), button.label)

    def show_mail(self, mail: SendMail, *, with_text: bool = False) -> None:
        """Show a mail: its subject, its code, and with ``with_text`` its text."""
        record, edition = self.person.record, self.edition
        lines = []
        # A mail that cannot be rendered is shown with the error: the author is at the terminal to see it.
        try:
            content = render(edition.mails, mail, record, edition.config, self.world.keys, PUBLIC_URL)
            to, subject, text = content.to, content.subject, content.text
        except RenderError as error:
            to, subject, text = "", f"(not rendered: {error})", ""
        lines.append(Text(subject, style="bold"))
        if mail.nonce:
            code = self.world.keys.confirmation_codes(record.id, mail.address, mail.nonce)[0]
            lines.append(Text.assemble("Code: ", (code, "bold green")))
        lines += [Text(text.strip())] if with_text else []
        lines += [self._render_appointment(mail.calendar)] if mail.calendar else []
        self._show_box(f"Mail: {mail.template} to {to}", lines)

    def _render_appointment(self, calendar: Calendar) -> Text:
        """Return the content of a mail's calendar file, with its time in the workspace's zone."""
        zone = ZoneInfo(self.edition.config.timezone)
        starts = format_datetime(calendar.starts, "EEE d MMM HH:mm", tzinfo=zone, locale="en")
        parts = (calendar.title, starts, f"{calendar.minutes} minutes", calendar.where, calendar.description)
        return Text(f"Calendar file: {', '.join(part for part in parts if part)}")

    def _show_box(self, title: str, lines: Sequence[Text]) -> None:
        box = Panel(Group(*lines), title=Text(title), title_align="left", width=WIDTH, border_style="magenta")
        self.out.print(box)

    def show_state(self) -> None:
        """Show the person's record."""
        record = self.person.record
        conversation = record.conversation
        rows = {
            "stands at": f"{conversation.flow}/{conversation.step}" if conversation else "no conversation",
            "language": record.language,
            "fields": _join_pairs(record.fields),
            "tags": ", ".join(record.tags),
            "consents": _join_pairs({topic: consent.status for topic, consent in record.consents.items()}),
            "addresses": _join_pairs({address.email: address.status for address in record.addresses.values()}),
            "sequences": _join_pairs({name: f"{run.status} at {run.step}" for name, run in record.runs.items()}),
            "codes": _join_pairs(record.codes),
            "wakes": f"{self.person.wake:%Y-%m-%d %H:%M} UTC" if self.person.wake else "",
        }
        for name, value in rows.items():
            if value:
                self.out.print(f"  [dim]{name}[/] {escape(value)}", soft_wrap=True)


def _join_pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())


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
"""By command, the line of a transcript that it stands for; ``/mail``, ``/state``, ``/code`` and ``/quit`` have none."""


def handle_input(world: TranscriptWorld, person: Participant, typed: str, chat: TerminalChat) -> None:
    """Play what was typed: a command, a tap by its number, or a message.  Raises :class:`CannotPlayError`."""
    if typed.startswith("/"):
        _handle_command(world, person, typed[1:], chat)
    # "2" taps the second button; a larger number, such as a confirmation code, is typed, and so is "2" in quotes.
    elif typed.isdecimal() and 1 <= int(typed) <= len(chat.numbered) and len(typed) < len("100"):
        press_button(world, person, *chat.numbered[int(typed) - 1])
    elif len(typed) > 1 and typed[0] == typed[-1] == '"':
        type_message(world, person, typed[1:-1])
    else:
        type_message(world, person, typed)


def _handle_command(world: TranscriptWorld, person: Participant, typed: str, chat: TerminalChat) -> None:
    name, _, rest = typed.partition(" ")
    match name:
        case "state":
            chat.show_state()
        case "mail" if person.mails:
            chat.show_mail(person.mails[-1], with_text=True)
        case "mail":
            chat.out.print("[dim]No mail has arrived.[/]")
        case "code":  # typed as a message, since that is how a person hands it over
            type_message(world, person, fill_placeholder(world, person, "code"))
        case _:
            _play_command(world, person, name, rest.strip())


def _play_command(world: TranscriptWorld, person: Participant, name: str, rest: str) -> None:
    if name not in COMMANDS:
        message = f"/{name} is no command. {suggest_name(name, [*COMMANDS, 'state', 'mail', 'code', 'quit'])}"
        raise CannotPlayError(message)
    # The models of transcript files check the value, so "/press nothing" is refused as it would be in a file.
    try:
        play_line(world, person, LineText.model_validate(COMMANDS[name](rest)))
    except ValidationError as error:
        message = f"/{name} {rest} is not understood: {error.errors()[0]['msg']}"
        raise CannotPlayError(message) from None
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise CannotPlayError(message) from None
