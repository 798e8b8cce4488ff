"""What became of mails, by what they can be grouped by; and what followed from each."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.consent.mail_providers import name_provider
from domain.consent.tell_withdrawal import tell_withdrawal
from domain.link_evidence.hits import LinkRecord
from domain.links.measured import note_counting
from domain.ports import SendLine, SendStatus
from domain.sequence_runs import Run
from onboarding.issues.decide import issue_send_id
from service.cli.report_mail import GoalBeside, name_group, say_seconds, write_csv
from service.engine.build_commit import HistoryLine
from service.reports.mail import GROUPINGS, Grouping, MailReader, MailRow, MailTally, add_person, make_rows
from tests.support.mail_world import confirmed_reader
from tests.support.people import KEYS, NOON

PERSON = confirmed_reader("mia@gmail.com")[0]
SINCE = NOON - timedelta(days=1)
RUN = Run(number=2, sequence_hash="", step="a", started_at=NOON, entered_at=NOON, address="", sent=("hello", "later"))
WINTER = issue_send_id(KEYS, "winter", next(iter(PERSON.addresses)))
HELLO, LATER = (KEYS.send_id(PERSON.id, "book", number, step) for number, step in (("2", "hello"), ("1", "later")))


def sent(name: str, status: SendStatus = "sent", seconds: float = 3, note: str = "") -> SendLine:
    """Return a line of the ledger, so long after noon."""
    at_ms = int((NOON.timestamp() + seconds) * 1000)
    return SendLine(id=name, subscriber=PERSON.id, status=status, at_ms=at_ms, note=note)


def line(*events: str, sends: tuple[str, ...] = (), at: datetime = NOON, ended: str = "") -> HistoryLine:
    """Return a line of the history; ``ended`` says how a consent ended by it."""
    return HistoryLine(at=at, events=events, reasons=(tell_withdrawal("leaf", ended),) if ended else (), sends=sends)


def count(
    history: list[HistoryLine], sends: list[SendLine], by: Grouping = "template", *, clicked: tuple[str, ...] = ()
) -> tuple[MailRow, ...]:
    """Return the rows of one person."""
    tallies: dict[str, MailTally] = {}
    record = replace(PERSON, runs={"book": RUN}, links=LinkRecord(clicked=dict.fromkeys(clicked, 1)))
    add_person(
        tallies,
        MailReader(record=record, history=history, sends=sends),
        KEYS,
        SINCE,
        by,
        language="en",
        issues=("winter",),
    )
    return make_rows(tallies)


HISTORY = [
    line(sends=(f"{HELLO} welcome", f"{LATER} tips")),
    line(f"MailRefused hard {HELLO}"),
    line(f"MailRefused complaint {LATER}"),
    line("Unsubscribed", at=NOON + timedelta(days=1), ended="one-click"),
    line("StopReasonGiven too_many", at=NOON + timedelta(days=1)),
]


def test_each_mail_has_what_followed_from_it() -> None:
    """What came back is its own; who stops, stops the mail before."""
    tips, welcome = count(HISTORY, [sent(HELLO), sent(LATER, seconds=61)])
    assert (welcome.group, welcome.accepted, welcome.bounced, welcome.complaints) == ("welcome", 1, {"hard": 1}, 0)
    assert (tips.group, tips.complaints, tips.stopped, tips.stop_reasons) == ("tips", 1, 1, {"too_many": 1})
    assert (welcome.p50_seconds, tips.p99_seconds) == (3, 61)


@pytest.mark.parametrize(
    ("lines", "stopped"),
    [
        ([line("Message", ended="typed")], 1),
        ([line("Unsubscribed", ended="page"), line("Unsubscribed"), line("Unsubscribed")], 1),
        ([line("Unsubscribed", ended="page"), line("Unsubscribed", ended="preferences")], 1),
        ([line("Unsubscribed")], 0),
        ([line("MailRefused complaint x", ended="complaint")], 0),
        ([line(ended="lapsed")], 0),
    ],
)
def test_a_reader_who_stops_counts_once_wherever_they_stop(lines: list[HistoryLine], stopped: int) -> None:
    """In the chat as well; not once more where a mail program repeats, nor where nobody wished it."""
    [row] = count([line(sends=(f"{HELLO} welcome",)), *lines], [sent(HELLO)])
    assert row.stopped == stopped


@pytest.mark.parametrize(
    ("note", "bounced"),
    [
        ("RCPT was answered 550 5.1.1", {"hard": 1}),
        ("message was answered 550 5.7.26", {"policy": 1}),
        ("RCPT was answered 550", {"unclear": 1}),
        ("given up after 12 tries: the mail server did not answer in time", {}),
    ],
)
def test_what_a_server_refused_at_once_has_a_class_too(note: str, bounced: dict[str, int]) -> None:
    """By the status that the ledger notes."""
    [row] = count([line(sends=("x welcome",))], [sent("x", "failed", note=note)])
    assert (row.failed, row.bounced, row.p50_seconds) == (1, bounced, None)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("sequence", ["book"]),
        ("variant", ["book/hello welcome", "book/later tips"]),
        ("language", ["en"]),
        ("provider", ["Gmail"]),
        ("day", [NOON.date().isoformat()]),
    ],
)
def test_mails_are_grouped(by: Grouping, groups: list[str]) -> None:
    """Earlier passes are told by the ids that their mails had."""
    assert [row.group for row in count(HISTORY, [sent(HELLO), sent(LATER)], by)] == groups


def test_an_issue_is_told_by_the_ids_of_its_mails() -> None:
    """The same id for each address, whichever pass or day."""
    assert [row.group for row in count(HISTORY, [sent(HELLO), sent(WINTER)], "issue")] == ["", "winter"]
    assert "issue" in GROUPINGS


def test_clicks_are_people_among_those_whose_clicks_are_counted() -> None:
    """Somebody with two mails of a group is one person; who is not counted is no “no”."""
    counted = note_counting("", {"clicks"}, NOON)
    sends = [
        sent(HELLO, note=counted),
        sent(LATER, note=counted),
        sent(WINTER, note=note_counting("", {"opens"}, NOON)),
    ]
    rows = {row.group: (row.accepted, row.measured, row.clicked) for row in count(HISTORY, sends, clicked=(LATER,))}
    assert rows == {"": (1, 0, 0), "tips": (1, 1, 1), "welcome": (1, 1, 0)}
    [book] = [row for row in count(HISTORY, sends, "sequence", clicked=(LATER,)) if row.group]
    assert (book.accepted, book.measured, book.clicked) == (2, 1, 1)
    [row] = count(HISTORY, [sent(HELLO, note="")], clicked=(HELLO,))
    assert (row.measured, row.clicked) == (0, 0)


def test_older_mails_are_left_out_and_unknown_ones_have_no_group() -> None:
    """A mail counts if it was decided, or changed its state, since then."""
    old = line(sends=("a welcome", "b welcome"), at=SINCE - timedelta(days=9))
    [none, row] = count([old], [sent("a", seconds=-10 * 86_400), sent("b"), sent("c")])
    assert (none.group, none.accepted, row.accepted) == ("", 1, 1)


def test_programs_get_the_same_numbers() -> None:
    """JSON under the name of the grouping; CSV with a column for each class."""
    [row] = count(HISTORY, [sent(HELLO)], "sequence")
    goal = {"book": GoalBeside(people=10, share=0.4, held_out=5, held_out_share=0.2)}
    told = name_group(row, "sequence", goal)
    assert (told["sequence"], told["accepted"], told["goal"]) == (
        "book", 1, {"people": 10, "share": 0.4, "held_out": 5, "held_out_share": 0.2},
    )  # fmt: skip
    heading, numbers = write_csv([row], "sequence", goal).splitlines()
    assert heading == (
        "sequence,accepted,refused,failed,unknown,under_way,complaints,stopped,bounced_hard,p50_seconds,p99_seconds,"
        "goal,goal_held_out,measured,clicked,delivered"
    )
    assert numbers == "book,1,0,0,0,0,0,1,1,3.0,3.0,0.4,0.2,0,0,0"  # what came back was not delivered
    assert [say_seconds(seconds) for seconds in (None, 0.04, 1.24, 90, 7200)] == [
        "", "40 ms", "1.2 s", "2 min", "2.0 h",
    ]  # fmt: skip
    assert name_group(row, "sequence", {})["sequence"] == "book"


@pytest.mark.parametrize(
    ("email", "provider"),
    [
        ("a@GoogleMail.com", "Gmail"),
        ("a@hotmail.co.uk", "Microsoft"),
        ("a@web.de", "GMX and web.de"),
        ("a@b.example", "other"),
        ("", "other"),
    ],
)
def test_providers_are_told_by_their_domains(email: str, provider: str) -> None:
    """Large ones only."""
    assert name_provider(email) == provider
