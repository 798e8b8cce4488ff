"""What is stored of a person, put in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from domain.consent import ledger
from domain.decision import Reason
from domain.ports import SendLine
from domain.record import Address, Conversation, Handover, Identity, Pending, ScheduledMessage, Subscriber
from onboarding.tuning.forecast import MailForecast, RunForecast
from service.engine.build_commit import HistoryLine
from service.playground import person_panel
from service.playground.labels import replace_names
from service.playground.stored_person import StoredPerson
from service.playground.views import AddressView, SentenceView
from service.workspace.edition import Edition, compile_edition, shipped_files

NOW = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture(name="edition", scope="module")
def _edition() -> Edition:
    edition, _ = compile_edition(shipped_files())
    assert edition is not None
    return edition


def _stored(**fields: Any) -> StoredPerson:  # noqa: ANN401  fields of the record
    record = Subscriber(id="s", identity=Identity(page="1", psid="2"), created_at=NOW, last_event_at=NOW)
    changed = structs.replace(record, **fields)
    return StoredPerson(record=changed, sends=(), ledger=(), log=(), wordings={}, forecasts=())


def test_an_open_question_and_what_comes_next_are_told(edition: Edition) -> None:
    """Where the person stands, when the bot asks again, and until when the code is good; earliest first."""
    stored = _stored(
        conversation=Conversation(
            flow="newsletter", flow_hash="h", step="code", entered_at=NOW, tries=2, nudge_at=NOW + timedelta(minutes=20)
        ),
        addresses={"a": Address(email="mia@example.com", status="pending")},
        pending={"a": Pending(topics=("friday_leaf",), nonce="n", requested_at=NOW, expires_at=LATER)},
    )

    told = person_panel.describe_person(stored, "Mia", edition.config)

    assert told.standing == "Mia is in “newsletter” at “code”, after 2 answers that did not fit."
    assert told.ahead == (
        SentenceView(text="Pip asks once more at “code”", tone="wait", at=NOW + timedelta(minutes=20)),
        SentenceView(text="The code in the confirmation mail expires", tone="wait", at=LATER),
    )
    assert told.addresses == (AddressView(email="mia@example.com", status="pending", until=LATER),)


def test_one_miss_is_told_in_the_singular(edition: Edition) -> None:
    """“after 1 answer”."""
    talk = Conversation(flow="newsletter", flow_hash="h", step="address", entered_at=NOW, tries=1)
    told = person_panel.describe_person(_stored(conversation=talk), "Mia", edition.config)
    assert told.standing == "Mia is in “newsletter” at “address”, after 1 answer that did not fit."


def test_every_mail_is_told_with_its_reason(edition: Edition) -> None:
    """Those that went say why and when, in their order; then those that did not say why not."""
    mails = tuple(
        MailForecast(template=template, step=template, sentence=f"{template} {fate}")
        for template, fate in (
            ("welcome", "went out."), ("evaluate_invite", "is not theirs: the split chose evaluate_order."),
            ("come_back", "did not go: noted a cup meanwhile."),
        )
    )  # fmt: skip
    run = RunForecast(
        sequence="tasting_book",
        status="running",
        step="real_use",
        file="f",
        line=1,
        due_at=LATER,
        next_template="",
        next_at=None,
        mails=mails,
    )
    reasons = (Reason(room="onboarding", text="welcome goes out: friday_leaf was confirmed.", about="tasting_book"),)
    log = (
        HistoryLine(at=NOW, events=("Message",), reasons=(), sends=("c1 confirmation",)),
        HistoryLine(at=LATER, events=("Message",), reasons=reasons, sends=("w1 welcome",)),
    )
    sends = (SendLine(id="c1", subscriber="s", status="refused", at_ms=0, note="the address is suppressed: not_me"),)

    stored = replace(_stored(), forecasts=(run,), log=log, sends=sends)
    told = person_panel.describe_person(stored, "Mia", edition.config)

    assert told.mails == (
        SentenceView(
            text="“confirmation” was held back: the address is blocked by its owner (this was not me).",
            tone="stop",
            at=NOW,
        ),
        SentenceView(text="“welcome” went out: The Friday Leaf was confirmed.", tone="good", at=LATER),
        SentenceView(text="“come back” did not go: noted a cup meanwhile.", tone="stop"),
        SentenceView(text="“evaluate invite” is not theirs: the split chose evaluate_order."),
    )


def test_a_skipped_mail_says_what_was_said_when_its_turn_came(edition: Edition) -> None:
    """With its time; a guess made afterwards would be less sure."""
    mail = MailForecast(
        template="evaluate_invite", step="evaluate", sentence="evaluate_invite did not go: the way led past it."
    )
    run = RunForecast(
        sequence="tasting_book", status="finished", step="evaluate", file="f", line=1, due_at=None, next_template="",
        next_at=None, mails=(mail,),
    )  # fmt: skip
    text = "evaluate_invite is not sent: they were asked something within 30 days."
    log = (
        HistoryLine(at=NOW, events=(), reasons=(Reason(room="onboarding", text=text, about="other"),)),
        HistoryLine(at=LATER, events=(), reasons=(Reason(room="onboarding", text=text, about="tasting_book/4711"),)),
    )

    told = person_panel.describe_person(replace(_stored(), forecasts=(run,), log=log), "Mia", edition.config)

    why = "“evaluate invite” did not go: they were asked something within 30 days."
    assert told.mails == (SentenceView(text=why, tone="stop", at=LATER),)


def test_a_mail_of_a_flow_names_the_step_that_sends_it(edition: Edition) -> None:
    """What a step mails or a relay tells, notes to the team, and what could not be told."""
    log = (
        HistoryLine(at=NOW, events=("Message",), reasons=(), sends=("p1 proof",)),
        HistoryLine(
            at=NOW, events=("Message",), sends=("m1 evening_ticket", "t1 "),
            reasons=(
                Reason(room="flows", text="The mail evening_ticket goes out.", about="evening", step="known"),
                Reason(room="flows", text="The team (hosts) is told by mail.", about="evening", step="booked"),
            ),
        ),
        HistoryLine(
            at=LATER, events=(), sends=("r1 evening_reminder",),
            reasons=(
                Reason(room="flows", text="remind is told by mail.", about="evening", step="remind"),
                Reason(
                    room="flows", text="There is no confirmed consent for tastings, so it is not told.",
                    about="evening", step="thanks",
                ),
            ),
        ),
    )  # fmt: skip
    sends = tuple(SendLine(id=one, subscriber="s", status="sent", at_ms=0) for one in ("p1", "m1", "t1", "r1"))

    told = person_panel.describe_person(replace(_stored(), log=log, sends=sends), "Mia", edition.config)

    assert [one.text for one in told.mails] == [
        "“proof” went out: the address given is to be proven.",
        "“evening ticket” went out: “known” of “evening” sends it.",
        "A note to the team went out: “booked” of “evening” sends it.",
        "“evening reminder” went out: “remind” of “evening” sends it.",
        "“thanks” was not mailed: There is no confirmed consent for Tasting invitations, so it is not told.",
    ]


def test_answers_are_told_as_people_read_them(edition: Edition) -> None:
    """By their labels; days and times written out; codes and channels among them."""
    stored = _stored(
        fields={"evening_at": "2026-12-10T19:00:00+01:00", "seats": 2, "phone": "", "old_one": True},
        codes={"hello_cup": "HELLO-CUP-001"}, channels={"": "mail", "tastings": "both"},
    )  # fmt: skip

    told = person_panel.describe_person(stored, "Mia", edition.config)

    assert told.fields == (
        ("Evening at", "Thu 10 Dec 2026, 19:00"), ("Seats", "2"), ("old one", "yes"),
        ("Code of “hello cup”", "HELLO-CUP-001"), ("Channel", "mail"), ("Channel for Tasting invitations", "both"),
    )  # fmt: skip


def test_a_silent_bot_says_until_when(edition: Edition) -> None:
    """Who has the conversation and why, and when the bot takes over again; what is to be told stands beside it."""
    relay = ScheduledMessage(id="r", flow="evening", flow_hash="h", step="remind", due_at=LATER)
    handover = Handover(since=NOW, by="flow", reason="A question")
    stored = _stored(paused=True, handover=handover, relays=(relay,), window_expires_at=LATER)

    told = person_panel.describe_person(stored, "Mia", edition.config)

    assert told.standing == "Pip is silent: the flow handed Mia over to a person (A question)."
    assert (told.silent, told.window) == (True, LATER)
    assert [(one.text, one.at) for one in told.ahead] == [
        ("Pip takes over again, if nobody of the team writes", NOW + timedelta(hours=12)),
        ("“remind” is told, in chat or by mail", LATER),
    ]


def test_a_stranger_is_told_apart_from_somebody_deleted() -> None:
    """Both have no record; one has never written."""
    told = [person_panel.describe_stranger("Mia", came=came).standing for came in (False, True)]

    assert told == [
        "Nothing. Mia has not written yet, so there is no record.",
        "Nothing. Everything was deleted, so there is no record.",
    ]


def test_a_wait_says_what_would_bring_the_mail(edition: Edition) -> None:
    """Beside the moment at which the wait ends."""
    run = RunForecast(
        sequence="tasting_book",
        status="running",
        step="real_use",
        file="f",
        line=1,
        due_at=LATER,
        next_template="",
        next_at=None,
        mails=(MailForecast(template="evaluate_order", step="evaluate", sentence="has not gone yet."),),
        wanted_action="2 more × noted a cup within 21 days bring evaluate_order.",
    )

    told = person_panel.describe_person(replace(_stored(), forecasts=(run,)), "Mia", edition.config)

    detail = "2 more × noted a cup within 21 days bring “evaluate order”."
    assert told.ahead == (SentenceView(text="The wait at “real use” ends", tone="wait", at=LATER, detail=detail),)


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        ("come_back goes out: no cup.noted within 3 days.", "come_back goes out: no “noted a cup” within 3 days."),
        ("0 of 3 cup.noted so far", "0 of 3 × noted a cup so far"),
        ("friday_leaf was confirmed.", "The Friday Leaf was confirmed."),
        ("it ended with box.ordered.", "it ended with “ordered a box”."),
        ("“smaller tastings” did not go: tastings ended.", "“smaller tastings” did not go: Tasting invitations ended."),
        ("“tastings” ended", "“Tasting invitations” ended"),
        ("my_friday_leaf, cup.noted.twice and acup.noted", "my_friday_leaf, cup.noted.twice and acup.noted"),
        ("the address is suppressed: complaint", "the address is blocked, since its owner called a mail spam"),
    ],
)
def test_the_log_is_shown_in_labels(edition: Edition, logged: str, said: str) -> None:
    """Declared names become what people call them; longer names that hold one stay."""
    assert replace_names(logged, edition.config) == said


def test_a_broken_chain_is_shown_as_broken(edition: Edition) -> None:
    """A line that was changed shows; a whole chain is told line by line."""
    stored = _stored()
    record, entry = ledger.append_entry(
        stored.record, NOW, act="agreed", topic="friday_leaf", how="tap", wording="abcdef99"
    )
    raw = ledger.encode_entry(entry)

    whole = person_panel.describe_person(replace(stored, record=record, ledger=(raw,)), "Mia", edition.config)
    forged = replace(stored, record=record, ledger=(raw.replace(b"tap", b"typ"),))
    broken = person_panel.describe_person(forged, "Mia", edition.config)

    assert [(one.act, one.text) for one in whole.ledger] == [("agreed", "The Friday Leaf, tap, wording abcdef")]
    assert (whole.ledger_whole, broken.ledger_whole, broken.ledger) == (True, False, ())
