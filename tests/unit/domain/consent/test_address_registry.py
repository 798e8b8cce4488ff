"""The address aggregate: who may be mailed, how often, and who owns a mailbox."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.consent import address_registry, decisions
from domain.consent.address_registry import AddressState, Suppression
from domain.effects import SendMail, UpdateAddress
from tests.support.people import (
    KEYS,
    MAIL,
    NOON,
    SHIPPED_CONFIG,
    TOPIC,
    confirmed_subscriber,
    deciding_context,
    new_subscriber,
)

ADDRESS = KEYS.address_hash(MAIL)
LIMITS = SHIPPED_CONFIG.limits
HOUR = timedelta(hours=1)


def confirmation_mail(name: str) -> SendMail:
    """Return a confirmation mail of this id."""
    return SendMail(
        id=name,
        template="confirmation",
        address=ADDRESS,
        lane="transactional",
        language="en",
        queued_at=NOON,
        nonce="n",
    )


def marketing_mail() -> SendMail:
    """Return a mail that rests on the topic's consent."""
    return SendMail(
        id="w", template="welcome", address=ADDRESS, lane="marketing", language="en", queued_at=NOON, topic=TOPIC
    )


def told(change: str, *, at: timedelta = timedelta(0), by: str = "", topic: str = "") -> UpdateAddress:
    """Return news of this kind."""
    return UpdateAddress(id="t", address=ADDRESS, change=change, at=NOON + at, by=by, topic=topic)  # type: ignore[arg-type]  # literals come from the tests


def answers(state: AddressState, *hours: float) -> list[str]:
    """Ask for a confirmation mail at each of these hours; return the answers."""
    found: list[str] = []
    for number, hour in enumerate(hours):
        mail, now = confirmation_mail(f"{hour}/{number}"), NOON + hour * HOUR
        state, verdict = address_registry.admit_mail(state, mail, new_subscriber(), now, LIMITS)
        found.append(verdict.answer)
    return found


def test_one_confirmation_in_fifteen_minutes() -> None:
    """Whoever asks, an address gets one confirmation mail in a quarter of an hour."""
    assert answers(AddressState(), 0, 0.2, 0.3) == ["yes", "no", "yes"]


def test_three_confirmations_a_day() -> None:
    """The fourth within a day is refused; a day later the next one goes."""
    assert answers(AddressState(), 0, 1, 2, 3, 24.5) == ["yes", "yes", "yes", "no", "yes"]


def test_admission_is_idempotent() -> None:
    """The same mail asked about twice is admitted twice and counted once."""
    once, _ = address_registry.admit_mail(AddressState(), confirmation_mail("a"), new_subscriber(), NOON, LIMITS)
    again, verdict = address_registry.admit_mail(once, confirmation_mail("a"), new_subscriber(), NOON, LIMITS)
    assert (again, verdict.answer, len(again.mails)) == (once, "yes", 1)


def test_an_unsubscribed_address_gets_one_confirmation_a_day() -> None:
    """On the person's own request one mail goes; no more that day."""
    state = address_registry.add_suppression(AddressState(), Suppression(reason="unsubscribed", at=NOON))
    assert answers(state, 0, 1, 24.5) == ["yes", "no", "yes"]


def test_a_final_suppression_lets_nothing_through() -> None:
    """“Not me”, a complaint or a hard bounce ends even confirmations."""
    for reason in address_registry.FINAL:
        state = address_registry.add_suppression(AddressState(), Suppression(reason=reason, at=NOON))  # type: ignore[arg-type]  # the table holds literals
        assert answers(state, 0, 48) == ["no", "no"]
        assert (
            address_registry.admit_mail(state, marketing_mail(), confirmed_subscriber(), NOON, LIMITS)[1].answer == "no"
        )


def test_marketing_waits_for_no_one_when_nothing_speaks_against_it() -> None:
    """A confirmed owner gets mail, and asking changes nothing in the aggregate."""
    owned, _ = address_registry.apply_change(
        AddressState(), confirmed_subscriber().id, told("confirmed", by="code", topic=TOPIC)
    )
    state, verdict = address_registry.admit_mail(owned, marketing_mail(), confirmed_subscriber(), NOON, LIMITS)
    assert (state is owned, verdict.answer) == (True, "yes")


def test_a_withdrawal_after_the_consent_stops_marketing() -> None:
    """A suppression newer than the confirmation refuses; an older one does not."""
    record = confirmed_subscriber()
    newer = address_registry.add_suppression(
        AddressState(), Suppression(reason="unsubscribed", at=NOON + HOUR, topic=TOPIC)
    )
    older = address_registry.add_suppression(AddressState(), Suppression(reason="unsubscribed", at=NOON - HOUR))
    assert address_registry.admit_mail(newer, marketing_mail(), record, NOON, LIMITS)[1].answer == "no"
    assert address_registry.admit_mail(older, marketing_mail(), record, NOON, LIMITS)[1].answer == "yes"


def test_another_topic_is_not_stopped() -> None:
    """Unsubscribing from one topic leaves the others."""
    stopped = Suppression(reason="unsubscribed", at=NOON + HOUR, topic="offers")
    other = address_registry.add_suppression(AddressState(), stopped)
    assert address_registry.admit_mail(other, marketing_mail(), confirmed_subscriber(), NOON, LIMITS)[1].answer == "yes"


def test_confirming_lifts_an_unsubscription_but_not_a_disowning() -> None:
    """A newer confirmation ends “unsubscribed” and “erased”, never “not me”."""
    state = address_registry.add_suppression(AddressState(), Suppression(reason="unsubscribed", at=NOON))
    state = address_registry.add_suppression(state, Suppression(reason="not_me", at=NOON))
    after, _ = address_registry.apply_change(state, "s1", told("confirmed", at=HOUR, by="code", topic=TOPIC))
    assert [one.reason for one in after.suppressions] == ["not_me"]


def test_a_code_moves_an_address_a_button_does_not() -> None:
    """Only a code proves mailbox and Messenger account together; whoever loses by it is named, to be told."""
    owned, _ = address_registry.apply_change(AddressState(), "s1", told("confirmed", by="code"))
    pressed, refused = address_registry.apply_change(owned, "s2", told("confirmed", at=HOUR, by="button"))
    typed, losers = address_registry.apply_change(owned, "s2", told("confirmed", at=HOUR, by="code"))
    assert (pressed.owner, refused, typed.owner, losers) == ("s1", ("s2",), "s2", ("s1",))


def test_old_news_changes_nothing() -> None:
    """A proof that arrives late does not take the address back; who told it hears that it is over."""
    owned, _ = address_registry.apply_change(AddressState(), "s2", told("confirmed", at=HOUR, by="code"))
    after = replace(owned, holders=("s2", "s1"))
    assert address_registry.apply_change(owned, "s1", told("confirmed", by="code")) == (after, ("s1",))


def test_agreeing_again_is_no_new_proof() -> None:
    """Who agrees to a further topic on an old proof does not take the address from whoever proved it since."""
    owned, _ = address_registry.apply_change(AddressState(), "s2", told("confirmed", at=HOUR, by="code"))
    again = replace(told("confirmed", at=2 * HOUR, by="code", topic="offers"), proven_at=NOON)
    after, losers = address_registry.apply_change(owned, "s1", again)
    assert (after.owner, losers) == ("s2", ("s1",))


def test_a_newer_button_takes_an_address_from_an_older_button() -> None:
    """Two buttons prove the same: the newer one counts, and the older owner is told."""
    owned, _ = address_registry.apply_change(AddressState(), "s1", told("confirmed", by="button"))
    after, losers = address_registry.apply_change(owned, "s2", told("confirmed", at=HOUR, by="button"))
    assert (after.owner, losers) == ("s2", ("s1",))


def test_who_stopped_may_ask_anew_at_once_and_once_a_day() -> None:
    """The mail of the first confirmation does not count against it; a second request of the same day does."""
    owned = replace(AddressState(), mails=(("first", NOON - HOUR / 10),))
    stopped = address_registry.add_suppression(owned, Suppression(reason="unsubscribed", at=NOON))
    record = confirmed_subscriber()
    after, verdict = address_registry.admit_mail(stopped, confirmation_mail("undo"), record, NOON, LIMITS)
    assert verdict.answer == "yes"
    later = NOON + HOUR
    assert address_registry.admit_mail(after, confirmation_mail("more"), record, later, LIMITS)[1].answer == "no"
    tomorrow = NOON + 25 * HOUR
    assert address_registry.admit_mail(after, confirmation_mail("more"), record, tomorrow, LIMITS)[1].answer == "yes"


def test_not_me_reaches_every_holder() -> None:
    """Whoever blocks us is blocked for all who gave the address; they are named, to be told."""
    held, _ = address_registry.apply_change(AddressState(), "s1", told("held"))
    held, _ = address_registry.apply_change(held, "stranger", told("held"))
    blocked, losers = address_registry.apply_change(held, "stranger", told("not_me"))
    assert ([one.reason for one in blocked.suppressions], losers) == (["not_me"], ("s1",))


def test_not_me_against_a_stranger_does_not_silence_the_owner() -> None:
    """Somebody else typed a proven address and its mailbox says so: nothing is blocked, the owner is asked."""
    owned, _ = address_registry.apply_change(AddressState(), "s1", told("confirmed", by="code"))
    held, _ = address_registry.apply_change(owned, "stranger", told("held"))
    after, asked = address_registry.apply_change(held, "stranger", told("not_me"))
    assert (after.suppressions, asked) == ((), ("s1",))
    blocked, losers = address_registry.apply_change(held, "s1", told("not_me"))
    assert ([one.reason for one in blocked.suppressions], losers) == (["not_me"], ("stranger",))


@pytest.mark.parametrize(
    ("pressed", "proven", "owner", "reasons"), [(1, 0, "s1", []), (0, 0, "s1", []), (0, 1, "", ["not_me"])]
)
def test_of_a_proof_and_a_not_me_that_cross_the_first_counts(
    pressed: int, proven: int, owner: str, reasons: list[str]
) -> None:
    """Whichever arrives first: a “not me” after the proof asks the mailbox, a proof after it proves nothing."""
    disowned = replace(told("not_me", at=timedelta(milliseconds=pressed)), id="disowned")
    confirmed = replace(told("confirmed", by="code", at=timedelta(milliseconds=proven)), id="confirmed")
    held, _ = address_registry.apply_change(AddressState(), "s1", told("held"))
    after, asked = address_registry.apply_change(held, "stranger", disowned)
    after, heard = address_registry.apply_change(after, "s1", confirmed)
    again, silent = address_registry.apply_change(after, "s1", confirmed)
    assert (after.owner, [one.reason for one in after.suppressions]) == (owner, reasons)
    assert (asked, heard, again) == (("s1",), ("s1",), after)
    assert silent == (() if owner else ("s1",))


@pytest.mark.parametrize(("bounced", "left"), [(False, ["unsubscribed", "hard_bounce"]), (True, ["unsubscribed"])])
def test_blocks_are_lifted(*, bounced: bool, left: list[str]) -> None:
    """An operator lifts “not me”, and a hard bounce if they say so; an unsubscription ends with a confirmation only."""
    state = AddressState()
    for reason in ("unsubscribed", "not_me", "hard_bounce"):
        state = address_registry.add_suppression(state, Suppression(reason=reason, at=NOON))
    assert [one.reason for one in address_registry.lift_blocks(state, bounced=bounced).suppressions] == left


def test_the_new_owner_waits_for_the_news() -> None:
    """Right after a proof by code the aggregate may not know yet: the mail waits instead of being refused."""
    record = confirmed_subscriber()
    owned, _ = address_registry.apply_change(AddressState(), "someone-else", told("confirmed", at=-HOUR, by="code"))
    assert address_registry.admit_mail(owned, marketing_mail(), record, NOON, LIMITS)[1].answer == "later"
    newer, _ = address_registry.apply_change(AddressState(), "someone-else", told("confirmed", at=HOUR, by="code"))
    assert address_registry.admit_mail(newer, marketing_mail(), record, NOON, LIMITS)[1].answer == "no"


def test_guessing_is_capped_over_all_subscribers() -> None:
    """After fifteen wrong codes within a day, every holder of the address, and each new one, is guarded."""
    state = AddressState()
    for number in range(3):
        state, _ = address_registry.apply_change(state, f"s{number}", told("held"))
    for number in range(address_registry.MOST_WRONG_CODES - 1):
        state, losers = address_registry.apply_change(state, "s1", told("wrong_code", at=timedelta(seconds=number)))
        assert losers == ()
    state, losers = address_registry.apply_change(state, "s2", told("wrong_code", at=timedelta(minutes=5)))
    _, late = address_registry.apply_change(state, "s9", told("held", at=HOUR))
    _, tomorrow = address_registry.apply_change(state, "s9", told("held", at=25 * HOUR))
    assert (losers, late, tomorrow) == (("s0", "s1", "s2"), ("s9",), ())


def test_holders_are_bounded_and_keep_the_owner() -> None:
    """However many give an address, its owner is never forgotten."""
    state, _ = address_registry.apply_change(AddressState(), "owner", told("confirmed", by="code"))
    for number in range(address_registry.MOST_HOLDERS + 5):
        state, _ = address_registry.apply_change(state, f"s{number}", told("held"))
    assert (len(state.holders), state.holders[0], state.owner) == (address_registry.MOST_HOLDERS, "owner", "owner")


def test_the_stored_form_reads_back() -> None:
    """Encoding and decoding give the same state; nothing stored is an empty state."""
    state, _ = address_registry.apply_change(AddressState(), "s1", told("confirmed", by="code"))
    state = address_registry.add_suppression(state, Suppression(reason="unsubscribed", at=NOON))
    assert address_registry.decode_state(address_registry.encode_state(state)) == state
    assert address_registry.decode_state(None) == AddressState()


def test_withdrawals_reach_the_aggregate() -> None:
    """What consent tells of a withdrawal suppresses the topic for whoever holds the address."""
    outcome = decisions.withdraw_consent(confirmed_subscriber(), TOPIC, deciding_context(), how="typed")
    news = next(effect for effect in outcome.effects if isinstance(effect, UpdateAddress))
    state, _ = address_registry.apply_change(AddressState(), outcome.record.id, news)
    assert state.suppressions == (Suppression(reason="unsubscribed", at=NOON, topic=TOPIC),)
