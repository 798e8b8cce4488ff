"""What strangers, authors and providers hand in, out of all shape: each reader comes to an end and says what is wrong.

A sample is a good input of its kind, some of whose pieces are cut out, doubled, swapped, or replaced; others are made
of the words of its kind alone.  Both reach further into a reader than random bytes do.
"""

import random  # noqa: TID251  the number of an input is its seed
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import FrameType

from bot.inbound.parse import BodyError, parse_body
from email_out.feedback.read_report import read_report
from email_out.feedback.return_path import read_return_path, read_stop_address
from email_out.links.tokens import read_token
from flows.answers.dates.alternatives import read_date_or_alternatives
from language.conditions.parse import read_condition
from language.yaml_reader import read_yaml
from service.stand_ins.graph_webhooks import message_payload, postback_payload
from service.workspace.edition import compile_edition
from tests.support.people import KEYS, SHIPPED_CONFIG
from tests.support.sample_workspace import CONFIG, LETTER, MOOD, SEQUENCE, workspace_files

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOST_SECONDS = 10.0
"""Of processor time for one input; more is a hang."""
REPORT = """From: MAILER-DAEMON@mx.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not go.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; mia@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: message/rfc822

Message-ID: <abc@example.com>
Subject: Hello

Hi
--b--
"""
TOKENS = (
    KEYS.sign_link("unsubscribe", "mia", "address", "letter"),
    KEYS.sign_link("preferences", "mia", "address"),
)
CONDITIONS = (
    "tag is reader and not mood is empty", "cup.noted at least 3 times in 7 days", "topic friday_leaf is confirmed",
    "(field is 3 or other > 4) and hour between 8 and 20", "date is before 1 May", "event cup.noted in the last week",
)  # fmt: skip
DATES = (
    "31 December 2026",
    "next Friday at 5",
    "übermorgen um halb acht",
    "in 2 weeks",
    "1.2.27",
    "the 3rd or the 4th",
)
PIECES = (
    "", " ", "\0", "\n", ":", "- ", "{", "}", "[", "]", '"', "'", "&a", "*a", "!!x", "%", "\\", "\ud83d", "\u202e", "é",
    "0", "-1", "1e999", "99999999999999999999", "null", "true", "not ", "or ", "(" * 50, "=", "--b", "\r\n",
    "=?utf-8?b?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FuzzTarget:
    """A reader, and good inputs of its kind."""

    name: str
    samples: Sequence[str]
    read: Callable[[str], object]


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _read_body(text: str) -> None:
    with suppress(BodyError):
        parse_body(_to_bytes(text), NOW)


def _compile_flow(text: str) -> None:
    compile_edition({**workspace_files(), "flows/letter.yaml": text})


def _compile_sequence(text: str) -> None:
    compile_edition({**workspace_files(), "sequences/weeks.yaml": text})


def _read_tokens(text: str) -> None:
    for purpose in ("unsubscribe", "preferences", "confirm"):
        KEYS.read_link(purpose, text)
    read_token(text, KEYS)
    read_return_path(f"{text}@post.example.com", KEYS)
    read_stop_address(f"{text}@post.example.com", KEYS)


def _read_dates(text: str) -> None:
    for language in ("en", "de"):
        read_date_or_alternatives(text, language, date(2026, 11, 20))


TARGETS = (
    FuzzTarget(
        "webhook bodies",
        (
            message_payload(page="1", psid="2", mid="m", at=NOW, text="hi").decode(),
            postback_payload(page="1", psid="2", mid="m", at=NOW, payload="p", title="t", ref="r").decode(),
        ),
        _read_body,
    ),
    FuzzTarget("YAML", (CONFIG, LETTER, MOOD), lambda text: read_yaml(text, "doorstep.yaml")),
    FuzzTarget("flows", (LETTER, MOOD), _compile_flow),
    FuzzTarget("sequences", (SEQUENCE,), _compile_sequence),
    FuzzTarget("MIME and delivery reports", (REPORT,), lambda text: read_report(_to_bytes(text))),
    FuzzTarget("tokens", TOKENS, _read_tokens),
    FuzzTarget("conditions", CONDITIONS, lambda text: read_condition(text, SHIPPED_CONFIG)),
    FuzzTarget("dates", DATES, _read_dates),
)


class HangError(BaseException):
    """An input took longer than :data:`MOST_SECONDS`."""


def make_input(target: FuzzTarget, number: int) -> str:
    """Return the input of this number, always the same."""
    dice = random.Random(f"{target.name}/{number}")  # noqa: S311  no secret
    text = dice.choice(target.samples)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        text = _change_piece(text, dice, target.samples)
    return text


def _change_piece(text: str, dice: random.Random, samples: Sequence[str]) -> str:
    begin = dice.randrange(len(text) + 1)
    end = min(len(text), begin + dice.choice((0, 1, 3, 10, 60)))
    match dice.randrange(5):
        case 0:
            return text[:begin] + text[end:]
        case 1:
            return text[:end] + text[begin:end] * dice.choice((1, 2, 30)) + text[end:]
        case 2:
            other = dice.choice(samples)
            return text[:begin] + other[dice.randrange(len(other)) :]
        case 3:
            return text[:begin] + chr(dice.choice((dice.randrange(128), dice.randrange(0x3000)))) + text[end:]
        case _:
            return text[:begin] + dice.choice(PIECES) + text[end:]


@contextmanager
def bound_time() -> Iterator[None]:
    """Raise :class:`HangError` where an input takes too much processor time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def try_input(target: FuzzTarget, number: int) -> str:
    """Read one input; return what went wrong, empty if nothing did."""
    text = make_input(target, number)
    try:
        with bound_time():
            target.read(text)
    except (Exception, HangError) as error:  # noqa: BLE001  whatever a reader raises is what is looked for
        return f"{target.name}, input {number}: {type(error).__name__}"
    return ""
