"""Consent: agreeing, asking for proof, withdrawing; what the record, the ledger and the outbox get."""

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.consent import confirmation_ends, confirmation_requests, decisions, double_opt_in, ledger
from domain.decision import Outcome
from domain.effects import Count, LedgerEntry, SendMail, UpdateAddress
from domain.event_types.team import AddressUnblocked
from domain.events import (
    AddressMoved,
    CodesGuarded,
    ConfirmPressed,
    MailRefused,
    MailSent,
    NotMe,
    Resubscribed,
    StopReasonGiven,
    Unsubscribed,
)
from domain.record import Subscriber
from tests.support.people import (
    KEYS,
    MAIL,
    NOON,
    SHIPPED_CONFIG,
    TOPIC,
    agreed_subscriber,
    ask_for_proof,
    code_of,
    confirmed_subscriber,
    deciding_context,
    new_subscriber,
    wrong_code,
)

ADDRESS = KEYS.address_hash(MAIL)


def mails(outcome: Outcome) -> list[SendMail]:
    """Return the mails that were decided."""
    return [effect for effect in outcome.effects if isinstance(effect, SendMail)]


def acts(outcome: Outcome) -> list[str]:
    """Return what was written to the ledger."""
    return [effect.act for effect in outcome.effects if isinstance(effect, LedgerEntry)]


def test_agreeing_keeps_the_exact_wording() -> None:
    """Agreeing writes the wording's hash, language and the way it was given, and keeps the text."""
    outcome = decisions.agree_to_topic(
        new_subscriber(), TOPIC, deciding_context(), language="de", how="typed", mid="m1"
    )
    entry = next(effect for effect in outcome.effects if isinstance(effect, LedgerEntry))
    assert (entry.act, entry.wording, entry.language, entry.how, entry.mid) == (
        "agreed", SHIPPED_CONFIG.consent_wording(TOPIC, "de")[0], "de", "typed", "m1",
    )  # fmt: skip
    assert outcome.record.consents[TOPIC].status == "agreed"


def test_declining_leaves_a_confirmed_consent_alone() -> None:
    """A “not now” by somebody who is subscribed is no withdrawal."""
    outcome = decisions.decline_topic(
        confirmed_subscriber(), TOPIC, deciding_context(), language="en", how="tap", mid="m9"
    )
    assert outcome.record.consents[TOPIC].status == "confirmed"


def test_asking_sends_one_confirmation_mail() -> None:
    """Asking for proof makes a pending confirmation and one transactional mail with its nonce."""
    outcome, address = ask_for_proof()
    mail = mails(outcome)[0]
    assert (mail.template, mail.lane, mail.nonce) == (
        "confirmation", "transactional", outcome.record.pending[address].nonce,
    )  # fmt: skip
    assert acts(outcome) == ["requested"]


def test_asking_again_too_soon_sends_nothing() -> None:
    """Within fifteen minutes the same confirmation stays good and no second mail goes."""
    first, address = ask_for_proof()
    again = confirmation_requests.request_proof(
        first.record, address, (TOPIC,), deciding_context(after=timedelta(minutes=14))
    )
    assert mails(again) == []
    assert again.record.pending[address].nonce == first.record.pending[address].nonce


def test_asking_later_makes_a_new_code() -> None:
    """After fifteen minutes a new mail goes, and only its code fits."""
    first, address = ask_for_proof()
    again = confirmation_requests.request_proof(
        first.record, address, (TOPIC,), deciding_context(after=timedelta(minutes=16))
    )
    assert len(mails(again)) == 1
    old = code_of(first.record, address)
    verdict, _ = double_opt_in.confirm_by_code(
        again.record, old, deciding_context(after=timedelta(minutes=17)), mid="m"
    )
    assert verdict == "wrong"


def test_a_subscriber_may_ask_only_so_often_a_day() -> None:
    """The seventh confirmation within a day is not mailed, and nothing can confirm it."""
    record = agreed_subscriber()
    for number in range(SHIPPED_CONFIG.limits.requests_a_day):
        record = ask_for_proof(record, f"mia{number}@example.com")[0].record
    outcome, address = ask_for_proof(record, "mia-again@example.com")
    assert mails(outcome) == []
    assert outcome.record.pending[address].nonce == double_opt_in.VOID


def test_another_address_drops_the_first() -> None:
    """After a change of address the mistyped mailbox can no longer confirm."""
    first, _ = ask_for_proof()
    secret = KEYS.confirm_secrets(first.record.id, ADDRESS, first.record.pending[ADDRESS].nonce)[0]
    second, other = ask_for_proof(first.record, "mia@example.org")
    pressed = decisions.apply_event(second.record, ConfirmPressed(id="p", at=NOON, token=secret), deciding_context())
    assert set(second.record.pending) == {other}
    assert pressed.record.consents[TOPIC].status == "agreed"


def test_the_right_code_confirms() -> None:
    """The code of the mail proves the address and confirms the topic, as a fact for the rooms that follow."""
    outcome, address = ask_for_proof()
    verdict, done = double_opt_in.confirm_by_code(
        outcome.record, code_of(outcome.record, address), deciding_context(), mid="m2"
    )
    assert verdict == "confirmed"
    assert (done.record.addresses[address].status, done.record.addresses[address].proven_by) == ("proven", "code")
    assert [(fact.name, fact.topic) for fact in done.facts] == [("confirmed", TOPIC)]
    assert [e.change for e in done.effects if isinstance(e, UpdateAddress)] == ["confirmed"]


def test_five_wrong_codes_burn_a_confirmation() -> None:
    """After the fifth wrong code even the right one is too late."""
    outcome, address = ask_for_proof()
    record, right = outcome.record, code_of(outcome.record, address)
    verdicts = []
    for _ in range(SHIPPED_CONFIG.limits.wrong_codes):
        code = f"{(int(right) + 1) % 1_000_000:06d}"
        verdict, tried = double_opt_in.confirm_by_code(record, code, deciding_context(), mid="m")
        record = tried.record
        verdicts.append(verdict)
    verdict, _ = double_opt_in.confirm_by_code(record, right, deciding_context(), mid="m")
    assert verdicts == ["wrong"] * 4 + ["burned"]
    assert verdict == "none"


def test_wrong_codes_are_capped_per_day() -> None:
    """Ten wrong codes in a day end the guessing, whatever confirmations follow."""
    record = agreed_subscriber()
    for number in range(2):
        outcome, address = ask_for_proof(record, f"mia{number}@example.com")
        record = outcome.record
        for _ in range(SHIPPED_CONFIG.limits.wrong_codes):
            _, tried = double_opt_in.confirm_by_code(
                record, wrong_code(outcome.record, address), deciding_context(), mid="m"
            )
            record = tried.record
    outcome, address = ask_for_proof(record, "mia9@example.com")
    verdict, _ = double_opt_in.confirm_by_code(
        outcome.record, code_of(outcome.record, address), deciding_context(), mid="m"
    )
    assert verdict == "burned"


def test_an_expired_code_does_not_fit() -> None:
    """After 48 hours the code is worth nothing and the confirmation ends with a fact and a ledger line."""
    outcome, address = ask_for_proof()
    late = deciding_context(after=timedelta(hours=48))
    verdict, _ = double_opt_in.confirm_by_code(outcome.record, code_of(outcome.record, address), late, mid="m")
    ended = confirmation_ends.expire_pending(outcome.record, late)
    assert verdict == "none"
    assert ([fact.name for fact in ended.facts], acts(ended), ended.record.pending) == (["expired"], ["expired"], {})


def test_a_refused_mail_voids_its_confirmation() -> None:
    """If the mail was never sent, no guess can hit."""
    outcome, address = ask_for_proof()
    refused = MailRefused(id="r", at=NOON, send_id=mails(outcome)[0].id, reason="suppressed")
    void = decisions.apply_event(outcome.record, refused, deciding_context())
    right = code_of(outcome.record, address)
    assert double_opt_in.confirm_by_code(void.record, right, deciding_context(), mid="m")[0] == "wrong"


def test_codes_can_be_paused_for_all() -> None:
    """While the breaker against guessing is open, not even the right code is taken."""
    outcome, address = ask_for_proof()
    right = code_of(outcome.record, address)
    verdict, left = double_opt_in.confirm_by_code(outcome.record, right, deciding_context(codes_paused=True), mid="m")
    assert (verdict, left.record) == ("wrong", outcome.record)


def test_a_guarded_confirmation_takes_no_code_but_the_button() -> None:
    """Where too many codes were guessed for an address, even the right one is wrong, and the button still works."""
    outcome, address = ask_for_proof()
    right = code_of(outcome.record, address)
    secret = KEYS.confirm_secrets(outcome.record.id, address, outcome.record.pending[address].nonce)[0]
    guarded = decisions.apply_event(
        outcome.record, CodesGuarded(id="g", at=NOON, address=address), deciding_context()
    ).record
    pressed = decisions.apply_event(guarded, ConfirmPressed(id="p", at=NOON, token=secret), deciding_context()).record
    assert double_opt_in.confirm_by_code(guarded, right, deciding_context(), mid="m")[0] == "wrong"
    assert pressed.consents[TOPIC].status == "confirmed"


def test_the_button_confirms_once() -> None:
    """The button confirms; pressing again changes nothing; its link then reads as done."""
    outcome, address = ask_for_proof()
    secret = KEYS.confirm_secrets(outcome.record.id, address, outcome.record.pending[address].nonce)[0]
    pressed = decisions.apply_event(outcome.record, ConfirmPressed(id="p", at=NOON, token=secret), deciding_context())
    again = decisions.apply_event(pressed.record, ConfirmPressed(id="q", at=NOON, token=secret), deciding_context())
    assert pressed.record.addresses[address].proven_by == "button"
    assert again.record == pressed.record
    assert double_opt_in.link_state(pressed.record, secret, NOON, KEYS) == ("done", address)


def test_a_forged_link_is_unknown() -> None:
    """A link with another secret is nobody's."""
    outcome, _ = ask_for_proof()
    assert double_opt_in.link_state(outcome.record, "A" * 22, NOON, KEYS) == ("unknown", "")


def test_a_proven_address_needs_no_second_mail() -> None:
    """Agreeing again with an address already proven confirms at once."""
    withdrawn = decisions.withdraw_consent(confirmed_subscriber(), "", deciding_context(), how="typed").record
    again = confirmation_requests.request_proof(agreed_subscriber(withdrawn), ADDRESS, (TOPIC,), deciding_context())
    assert mails(again) == []
    assert again.record.consents[TOPIC].status == "confirmed"


def test_confirming_never_confirms_what_was_not_agreed() -> None:
    """A code cannot confirm a topic that was declined in between."""
    outcome, address = ask_for_proof()
    declined = decisions.withdraw_consent(outcome.record, TOPIC, deciding_context(), how="typed").record
    _, done = double_opt_in.confirm_by_code(declined, code_of(outcome.record, address), deciding_context(), mid="m")
    assert done.record.consents[TOPIC].status == "withdrawn"
    assert done.facts == ()


def test_withdrawing_ends_every_topic_and_tells_the_address() -> None:
    """“stop” withdraws, drops what is pending, and tells the address aggregate."""
    outcome = decisions.withdraw_consent(confirmed_subscriber(), "", deciding_context(), how="typed", mid="m3")
    assert outcome.record.consents[TOPIC].status == "withdrawn"
    assert [(e.change, e.topic) for e in outcome.effects if isinstance(e, UpdateAddress)] == [("withdrawn", TOPIC)]
    assert [fact.name for fact in outcome.facts] == ["withdrawn"]


def test_withdrawing_twice_changes_nothing() -> None:
    """The second unsubscribe finds nothing to withdraw."""
    once = decisions.apply_event(
        confirmed_subscriber(), Unsubscribed(id="u", at=NOON, via="one-click"), deciding_context()
    ).record
    assert (
        decisions.apply_event(once, Unsubscribed(id="v", at=NOON, via="one-click"), deciding_context()).record == once
    )


def test_not_me_suppresses_and_ends_all() -> None:
    """“This was not me” ends pending and consents of that address and tells the aggregate to suppress it."""
    outcome, address = ask_for_proof()
    disowned = decisions.apply_event(outcome.record, NotMe(id="n", at=NOON, address=address), deciding_context())
    assert (disowned.record.pending, disowned.record.addresses[address].status) == ({}, "disowned")
    assert [e.change for e in disowned.effects if isinstance(e, UpdateAddress)] == ["not_me"]


def not_me(record: Subscriber, send: str = "", later: timedelta = timedelta()) -> Outcome:
    """Press the “this was not me” link of this mail."""
    event = NotMe(id=f"n{send}", at=NOON + later, address=ADDRESS, send=send)
    return decisions.apply_event(record, event, deciding_context(after=later))


def test_an_old_not_me_link_asks_a_proven_mailbox_again() -> None:
    """Its holder need not be the person: nothing ends, and a fresh confirmation goes to the mailbox."""
    record = confirmed_subscriber()
    asked = not_me(record, "an older mail")
    [mail] = mails(asked)
    assert (mail.template, mail.topic, mail.address) == ("confirmation", TOPIC, ADDRESS)
    assert (acts(asked), double_opt_in.is_doubted(asked.record.pending[ADDRESS], NOON)) == (["requested"], True)
    assert (asked.record.addresses, asked.record.consents) == (record.addresses, record.consents)
    assert not_me(asked.record, "an older mail", timedelta(hours=1)).effects == ()
    marketing = SendMail(
        id="s", template="welcome", address=ADDRESS, lane="marketing", language="en", queued_at=NOON, topic=TOPIC
    )
    assert decisions.mail_refusal(asked.record, marketing, NOON) == ""


def test_the_mailbox_that_is_asked_again_may_block_the_address() -> None:
    """“Not me” in the fresh mail is the word of whoever reads the mailbox today, so no marketing mail may go."""
    asked = not_me(confirmed_subscriber(), "an older mail")
    [mail] = mails(asked)
    disowned = not_me(asked.record, mail.id, timedelta(hours=1))
    marketing = replace(mail, lane="marketing", nonce="")
    assert (acts(disowned), disowned.record.consents[TOPIC].status) == (["disowned"], "withdrawn")
    assert decisions.mail_refusal(disowned.record, marketing, NOON) == "the address is disowned"


def test_a_doubted_mailbox_that_answers_stays_proven() -> None:
    """Its button or code ends the doubt; silence leaves everything as it was."""
    record = confirmed_subscriber()
    asked = not_me(record, "an older mail").record
    later = deciding_context(after=timedelta(hours=1))
    verdict, answered = double_opt_in.confirm_by_code(asked, code_of(asked, ADDRESS), later, mid="m")
    assert (verdict, answered.record.pending, answered.record.consents) == ("confirmed", {}, record.consents)
    assert answered.record.addresses[ADDRESS].proven_at == NOON + timedelta(hours=1)
    silent = confirmation_ends.expire_pending(asked, deciding_context(after=timedelta(days=3))).record
    assert (silent.pending, silent.addresses, silent.consents) == ({}, record.addresses, record.consents)


def test_a_doubted_mailbox_proves_itself_before_it_proves_more() -> None:
    """While the mailbox is asked, the chat confirms no further topic at once; a fresh code keeps the doubt."""
    asked = not_me(confirmed_subscriber(), "an older mail").record
    later = deciding_context(after=timedelta(hours=1))
    outcome = confirmation_requests.request_proof(asked, ADDRESS, ("other",), later)
    assert [mail.template for mail in mails(outcome)] == ["confirmation"]
    pending = outcome.record.pending[ADDRESS]
    assert (double_opt_in.is_doubted(pending, NOON), pending.topics) == (True, (TOPIC, "other"))


@pytest.mark.parametrize("later", [timedelta(hours=48), timedelta(minutes=20)])
def test_a_not_me_link_ends_with_its_confirmation(later: timedelta) -> None:
    """After its time, or after a newer mail, the link of an unproven address changes nothing."""
    outcome, _ = ask_for_proof()
    [mail] = mails(outcome)
    now = deciding_context(after=later)
    newer = confirmation_requests.request_proof(outcome.record, ADDRESS, (TOPIC,), now) if later.days == 0 else outcome
    after = not_me(newer.record, mail.id, later)
    assert (after.record, after.effects) == (newer.record, ())


@pytest.mark.parametrize("status", ["disowned", "bounced"])
def test_no_mail_goes_to_an_address_that_refuses_ours(status: Literal["disowned", "bounced"]) -> None:
    """Asking again keeps what is known of it, and opens a void confirmation until an operator lifts the block."""
    record = ask_for_proof()[0].record
    record = replace(
        record, addresses={ADDRESS: replace(record.addresses[ADDRESS], status=status)}, pending={}, requests=()
    )
    record, address = confirmation_requests.hold_address(record, MAIL, deciding_context())
    asked = confirmation_requests.request_proof(record, address, (TOPIC,), deciding_context())
    assert (mails(asked), asked.record.addresses[ADDRESS].status) == ([], status)
    assert asked.record.pending[ADDRESS].nonce == double_opt_in.VOID
    lifted = decisions.apply_event(
        asked.record, AddressUnblocked(id="u", at=NOON, address=ADDRESS, by="operator anna: a slip"), deciding_context()
    )
    assert (acts(lifted), lifted.record.addresses[ADDRESS].status) == (["unblocked"], "unproven")
    again = confirmation_requests.request_proof(lifted.record, ADDRESS, (TOPIC,), deciding_context())
    assert len(mails(again)) == 1


def test_a_hard_bounce_gives_the_address_up() -> None:
    """A mailbox that does not exist ends its consents' mails."""
    bounced = MailRefused(id="b", at=NOON, send_id="s", reason="no such mailbox", address=ADDRESS, hard_bounce=True)
    outcome = decisions.apply_event(confirmed_subscriber(), bounced, deciding_context())
    assert outcome.record.addresses[ADDRESS].status == "bounced"
    assert outcome.record.consents[TOPIC].status == "withdrawn"
    assert [fact.name for fact in outcome.facts] == ["withdrawn"]


def test_a_moved_address_stops_the_old_holder() -> None:
    """When somebody else proves the address by code, the old holder's consent ends without suppressing it."""
    moved = AddressMoved(id="a", at=NOON + timedelta(hours=1), address=ADDRESS)
    outcome = decisions.apply_event(confirmed_subscriber(), moved, deciding_context())
    assert outcome.record.addresses[ADDRESS].status == "moved"
    assert [fact.name for fact in outcome.facts] == ["withdrawn"]
    assert [e for e in outcome.effects if isinstance(e, UpdateAddress)] == []


def test_old_news_of_a_move_changes_nothing() -> None:
    """A proof newer than the move stands."""
    moved = AddressMoved(id="a", at=NOON - timedelta(hours=1), address=ADDRESS)
    assert decisions.apply_event(confirmed_subscriber(), moved, deciding_context()).record == confirmed_subscriber()


def test_an_earlier_proof_keeps_its_time() -> None:
    """Agreeing again with a proven address is no new proof of the mailbox."""
    later = deciding_context(after=timedelta(days=9))
    withdrawn = decisions.withdraw_consent(confirmed_subscriber(), "", later, how="typed").record
    again = confirmation_requests.request_proof(agreed_subscriber(withdrawn), ADDRESS, (TOPIC,), later)
    told = next(effect for effect in again.effects if isinstance(effect, UpdateAddress))
    assert (again.record.addresses[ADDRESS].proven_at, told.proven_at) == (NOON, NOON)


def test_a_mail_that_confirmed_is_still_evidence() -> None:
    """If the person confirms before the mail's outcome is known, its evidence is still written for the address."""
    outcome, address = ask_for_proof()
    _, done = double_opt_in.confirm_by_code(
        outcome.record, code_of(outcome.record, address), deciding_context(), mid="m2"
    )
    sent = MailSent(id="s", at=NOON, send_id=mails(outcome)[0].id, message_id="<x@y>", content_hash="ab")
    entry = decisions.apply_event(done.record, sent, deciding_context()).effects[0]
    assert isinstance(entry, LedgerEntry)
    assert entry.address == address


def test_agreeing_again_by_a_link_needs_the_mailbox() -> None:
    """Whoever holds the link need not be the person: a proven mailbox gets a fresh mail, and only that confirms."""
    event = Resubscribed(id="r", at=NOON, topic=TOPIC, address=ADDRESS, wording="", language="en")
    assert decisions.apply_event(new_subscriber(), event, deciding_context()).record == new_subscriber()
    stopped = decisions.withdraw_consent(confirmed_subscriber(), "", deciding_context(), how="typed").record
    asked = decisions.apply_event(stopped, event, deciding_context())
    assert (acts(asked), asked.record.consents[TOPIC].status) == (["agreed", "requested"], "agreed")
    assert [mail.template for mail in mails(asked)] == ["confirmation"]
    again = decisions.apply_event(asked.record, event, deciding_context(after=timedelta(minutes=5)))
    assert mails(again) == []
    secret = KEYS.confirm_secrets(asked.record.id, ADDRESS, asked.record.pending[ADDRESS].nonce)[0]
    pressed = decisions.apply_event(
        asked.record, ConfirmPressed(id="c", at=NOON, token=secret), deciding_context(after=timedelta(hours=1))
    )
    assert pressed.record.consents[TOPIC].status == "confirmed"
    assert pressed.record.addresses[ADDRESS].proven_by == "code"


def test_agreeing_again_keeps_a_doubt() -> None:
    """A link that agrees does not end the question whether the mailbox is theirs."""
    asked = not_me(confirmed_subscriber(), "an older mail").record
    stopped = decisions.withdraw_consent(asked, TOPIC, deciding_context(), how="page").record
    event = Resubscribed(id="r", at=NOON, topic=TOPIC, address=ADDRESS, wording="", language="en")
    for later in (timedelta(minutes=5), timedelta(hours=1)):
        after = decisions.apply_event(stopped, event, deciding_context(after=later)).record
        assert double_opt_in.is_doubted(after.pending[ADDRESS], NOON + later)


def test_a_reason_for_stopping_is_counted_and_not_kept() -> None:
    """The counter of the day is all that is left of it."""
    event = StopReasonGiven(id="y", at=NOON, reason="too_often")
    outcome = decisions.apply_event(confirmed_subscriber(), event, deciding_context())
    assert (outcome.record, outcome.effects) == (confirmed_subscriber(), (Count(name="stop_reason:too_often"),))


def test_the_sent_mail_is_evidence() -> None:
    """The ledger keeps Message-ID and content hash of the confirmation mail."""
    outcome, address = ask_for_proof()
    sent = MailSent(id="s", at=NOON, send_id=mails(outcome)[0].id, message_id="<x@y>", content_hash="ab")
    entry = decisions.apply_event(outcome.record, sent, deciding_context()).effects[0]
    assert isinstance(entry, LedgerEntry)
    assert (entry.act, entry.address, entry.message_id, entry.content_hash) == ("mailed", address, "<x@y>", "ab")


STEPS = st.sampled_from(["agree", "ask", "ask_other", "right", "wrong", "stop", "not_me", "refused", "press", "later"])


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=25))
def test_no_order_of_events_confirms_without_agreement_or_breaks_the_chain(steps: list[str]) -> None:
    """In any order: confirmed only after agreed and proven, and the ledger verifies."""
    record: Subscriber = new_subscriber()
    lines: list[bytes] = []
    minutes = 0
    for step in steps:
        minutes += 20 if step == "later" else 1
        now = deciding_context(after=timedelta(minutes=minutes), entropy=minutes.to_bytes(16, "big"))
        outcome = _do(step, record, now.now - NOON)
        lines += [ledger.encode_entry(effect) for effect in outcome.effects if isinstance(effect, LedgerEntry)]
        record = outcome.record
        kept = record.consents.get(TOPIC)
        if kept and kept.status == "confirmed":
            assert record.addresses[kept.address].status == "proven"
    entries = ledger.verify_chain(lines, record.ledger_size, record.ledger_head)
    for number, entry in enumerate(entries):
        if entry.act == "confirmed":
            assert "agreed" in [earlier.act for earlier in entries[:number] if earlier.topic == entry.topic]


def _do(step: str, record: Subscriber, after: timedelta) -> Outcome:
    now = deciding_context(after=after, entropy=str(after).encode())
    pending = next(iter(record.pending), "")
    match step:
        case "agree":
            return decisions.agree_to_topic(record, TOPIC, now, language="en", how="tap", mid="m")
        case "ask" | "ask_other":
            held, address = confirmation_requests.hold_address(record, MAIL if step == "ask" else "o@example.org", now)
            return confirmation_requests.request_proof(held, address, (TOPIC,), now)
        case "right" | "wrong" if pending:
            code = code_of(record, pending) if step == "right" else wrong_code(record, pending)
            return double_opt_in.confirm_by_code(record, code, now, mid="m")[1]
        case "stop":
            return decisions.withdraw_consent(record, "", now, how="typed")
        case "not_me" if pending:
            return decisions.apply_event(record, NotMe(id="n", at=now.now, address=pending), now)
        case "press" if pending:
            secret = KEYS.confirm_secrets(record.id, pending, record.pending[pending].nonce)[0]
            return decisions.apply_event(record, ConfirmPressed(id="p", at=now.now, token=secret), now)
        case "refused" if pending:
            send_id = KEYS.send_id(record.id, pending, record.pending[pending].nonce)
            return decisions.apply_event(record, MailRefused(id="r", at=now.now, send_id=send_id, reason="x"), now)
        case _:
            return Outcome(record=record)


def test_a_changed_ledger_line_shows() -> None:
    """Verification names the line that was changed, dropped or slipped in."""
    outcome = decisions.withdraw_consent(confirmed_subscriber(), "", deciding_context(), how="typed")
    first = decisions.agree_to_topic(new_subscriber(), TOPIC, deciding_context(), language="en", how="tap", mid="m1")
    line = next(ledger.encode_entry(effect) for effect in first.effects if isinstance(effect, LedgerEntry))
    size, head = first.record.ledger_size, first.record.ledger_head
    assert len(ledger.verify_chain([line], size, head)) == 1
    for wrong in ([line.replace(b"tap", b"typ")], [], [line, line], [b"{}"]):
        with pytest.raises(ledger.BrokenChainError):
            ledger.verify_chain(wrong, size, head)
    assert outcome.record.ledger_size == 4


def test_an_expired_confirmation_may_not_be_mailed() -> None:
    """At the moment of sending, a confirmation that is over or replaced is refused."""
    outcome, address = ask_for_proof()
    mail = mails(outcome)[0]
    later = NOON + timedelta(hours=49)
    assert decisions.mail_refusal(outcome.record, mail, NOON) == ""
    assert decisions.mail_refusal(outcome.record, mail, later) == "the confirmation has expired"
    gone = replace(outcome.record, pending={})
    assert "no longer wanted" in decisions.mail_refusal(gone, mail, NOON)
    assert address in outcome.record.pending
