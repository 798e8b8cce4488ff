from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.record import Answered, Consent, Conversation, Profile, Subscriber
from domain.workspace_config import FieldDeclaration
from language.conditions.parse import read_condition
from onboarding.engine.behaviour import record_occurrence
from tests.support.people import NOON, SHIPPED_CONFIG, new_subscriber

RICH = SHIPPED_CONFIG.model_copy(
    update={"tags": ["reader", "vip"], "fields": {**SHIPPED_CONFIG.fields, "plan": FieldDeclaration()}}
)
DAY = timedelta(days=1)


def someone() -> Subscriber:
    """Return a German-speaking vip on the gold plan, who noted cups eight, three and one day ago."""
    known = replace(
        new_subscriber(), tags=("vip",), language="de", fields={"plan": "Gold and Silver", "cups": 3, "new": True}
    )
    for days in (8, 3, 1):
        known = record_occurrence(known, "cup.noted", NOON - days * DAY, NOON)
    return known


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("cup.noted", True),
        ("cup.noted twice", True),
        ("cup.noted at least 3 times", True),
        ("cup.noted at least 4 times", False),
        ("cup.noted at least 2 times in 7 days", True),
        ("cup.noted at least 3 times in 7 days", False),
        ("cup.noted in 12 hours", False),
        ("never box.ordered", True),
        ("never cup.noted", False),
        ("never cup.noted in 12 hours", False),  # known since this moment
        ("not box.ordered", True),
        ("tag is vip", True),
        ("tag is not vip", False),
        ("tag is reader", False),
        ("field plan is 'gold and silver'", True),
        ("field plan is gold", False),
        ("field plan is not gold", True),
        ("field plan is empty", False),
        ("language is de", True),
        ("language is not de", False),
        ("tag is reader or cup.noted and language is de", True),
        ("tag is vip and cup.noted in 1 hour or never cup.noted", False),
        ("not tag is vip", False),
    ],
)
def test_a_condition_is_judged_as_it_reads(text: str, holds: bool) -> None:  # noqa: FBT001  the expected value
    """Every form of the grammar means what it says."""
    condition, troubles = read_condition(text, RICH)

    assert troubles == ()
    assert condition is not None
    assert condition.holds(someone(), NOON) is holds


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("cup.notd", "unknown-event", "Did you mean “cup.noted”?"),
        ("tag is redaer", "unknown-tag", "Did you mean “reader”?"),
        ("field plam is gold", "unknown-field", "Did you mean “plan”?"),
        ("language is fr", "unknown-language", "Known: de, en."),
        ("cup.noted at least often", "unclear-condition", "Write “at least 3 times”."),
        ("cup.noted in 3 dais", "unclear-time", "Did you mean “days”?"),
        (
            "cup.noted at least 30 times in 50 days",
            "too-many-times",
            "Above 20 times is counted by days, at most 35 days back.",
        ),
        ("nver box.ordered", "unclear-condition", "Did you mean “never”?"),
        ("cup.noted and", "unclear-condition", ""),
        ("", "unclear-condition", ""),
        ("not " * 200 + "cup.noted", "unclear-condition", "Split it over several steps, each with its own “if”."),
    ],
)
def test_a_mistake_names_the_nearest_word(text: str, code: str, hint: str) -> None:
    """What cannot be read, or was never declared, is told with its remedy."""
    condition, troubles = read_condition(text, RICH)

    assert condition is None
    assert [(one.code, one.hint) for one in troubles] == [(code, hint)]


@given(
    st.lists(
        st.sampled_from(
            ["not", "never", "and", "or", "tag", "is", "cup.noted", "vip", "field", "plan", "at", "least", "3", "times",
             "in", "7", "days", "language", "de", "twice", "“x", "'y'"]
        )
    )
)  # fmt: skip
def test_any_words_are_understood_or_refused(words: list[str]) -> None:
    """Reading never raises, and gives either a test or at least one trouble."""
    condition, troubles = read_condition(" ".join(words), RICH)

    assert (condition is None) is bool(troubles)
    assert condition is None or condition.holds(someone(), NOON) in (True, False)


TYPES: dict[str, FieldDeclaration] = {
    "seats": FieldDeclaration(type="number"), "day": FieldDeclaration(type="date"),
    "tasting_at": FieldDeclaration(type="moment"), "at": FieldDeclaration(type="time"),
    "vegan": FieldDeclaration(type="yes_no"), "city": FieldDeclaration(),
}  # fmt: skip
TYPED = RICH.model_copy(update={"fields": {**RICH.fields, **TYPES}, "timezone": "Europe/Berlin"})


def guest() -> Subscriber:
    """Somebody in Berlin with a field of every type, a confirmed consent, and a question open for five minutes."""
    consent = Consent(status="confirmed", wording="w", language="en", asked_at=NOON)
    talk = Conversation(
        flow="f",
        flow_hash="h",
        step="seats",
        entered_at=NOON - timedelta(minutes=5),
        answered=(Answered(step="address", mid="m"),),
    )
    fields = {"seats": 5, "day": "2026-11-23", "tasting_at": "2026-11-23T23:30:00+01:00", "at": "19:00", "vegan": False,
              "city": "Hamburg Altona"}  # fmt: skip
    return replace(
        new_subscriber(),
        fields=fields,
        consents={"friday_leaf": consent},
        conversation=talk,
        channels={"friday_leaf": "mail"},
        window_expires_at=NOON + timedelta(hours=1),
        profile=Profile(timezone="Europe/Berlin"),
    )


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("field seats is at least 5", True),
        ("field seats is above 5", False),
        ("field seats is more than 4.5", True),
        ("field seats is at most 4 or field seats is below 6", True),
        ("field seats is not under 6", False),
        ("field seats is between 4 and 8", True),
        ("field seats is between 6 and 8", False),
        ("field seats is 5", True),
        ("field seats is empty", False),
        ("field seats is not empty and field plan is empty", True),
        ("field day is before today", False),
        ("field day is today", True),
        ("field day is before tomorrow", True),
        ("field day is after 3 days ago", True),
        ("field day is between yesterday and in 2 weeks", True),
        ("field day is 2026-11-23", True),
        ("field tasting_at is after now", True),
        ("field tasting_at is today", True),
        ("field at is at least 18:00", True),
        ("field at is between 20:00 and 02:00", False),
        ("field vegan is no", True),
        ("field vegan is yes", False),
        ("field city contains altona", True),
        ("field city does not contain berlin", True),
        ("consent friday_leaf is confirmed", True),
        ("consent friday_leaf is given", True),
        ("consent friday_leaf is not withdrawn", True),
        ("window is open", True),
        ("window is closed", False),
        ("window is not open", False),
        ("open now", False),  # a Monday
        ("not open now", True),
        ("field tasting_at is open", False),
        ("field tasting_at is not open", True),
        ("channel is chat", True),
        ("channel friday_leaf is mail", True),
        ("channel friday_leaf is not both", True),
        ("time is between 09:00 and 17:00", True),
        ("time is before 09:00", False),
        ("time is not between 22:00 and 06:00", True),
        ("weekday is monday", True),
        ("weekday is sunday or monday", True),
        ("weekday is weekend", False),
        ("weekday is workday", True),
        ("weekday is sunday or tag is vip", False),
        ("date is 2026-11-23", True),
        ("date is between 2026-12-01 and 2026-12-24", False),
        ("answered", True),
        ("answered address", True),
        ("answered day", False),
        ("answered within 10 minutes", True),
        ("answered within 2 minutes", False),
    ],
)
def test_all_that_is_known_of_a_person_can_be_asked(text: str, holds: bool) -> None:  # noqa: FBT001  the expected value
    """Fields by their type, consents, the window, the channel, time, day and answers."""
    condition, troubles = read_condition(text, TYPED)

    assert troubles == ()
    assert condition is not None
    assert condition.holds(guest(), NOON) is holds


@pytest.mark.parametrize(
    "text",
    [
        "field seats is at least 5", "field day is before today", "consent friday_leaf is given", "window is open",
        "answered", "field tasting_at is open", "field city contains a", "field tasting_at is after now",
    ],
)  # fmt: skip
def test_of_somebody_nothing_is_known_of_nothing_is_true(text: str) -> None:
    """What is empty fits no comparison."""
    condition, _ = read_condition(text, TYPED)

    assert condition is not None
    assert not condition.holds(new_subscriber(), NOON)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("field seats is at least many", "unclear-condition", "Write a number, such as “at least 5”."),
        ("field city is at least 5", "unclear-condition", "Its type stands under fields in doorstep.yaml."),
        ("field seats is before 5", "unclear-condition", "Its type stands under fields in doorstep.yaml."),
        ("field day is after soon", "unclear-condition", "Write a day: “today”, “in 3 days” or “2026-12-24”."),
        ("field vegan is perhaps", "unclear-condition", "Write “yes” or “no”."),
        ("field seats is between 4", "unclear-condition", "Write “between 9 and 17”."),
        ("field seats", "unclear-condition", "Write “field seats is …”."),
        ("consent friday_leave is given", "unknown-topic", "Did you mean “friday_leaf”?"),
        ("consent friday_leaf is confirmt", "unclear-condition", "Did you mean “confirmed”?"),
        ("weekday is moonday", "unclear-condition", "Did you mean “monday”?"),
        ("window is ajar", "unclear-condition", "Known: closed, open."),
        ("open today", "unclear-condition", "Write “open now”, or “field NAME is open”."),
        ("channel is pigeon", "unclear-condition", "Known: both, chat, mail."),
        ("time is between 9 and 17", "unclear-condition", "Write a time of day, such as “09:00”."),
        ("answered within 3 dais", "unclear-time", "Did you mean “days”?"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_told(text: str, code: str, hint: str) -> None:
    """By the type of the field, with the remedy."""
    condition, troubles = read_condition(text, TYPED)

    assert condition is None
    assert [(one.code, one.hint) for one in troubles] == [(code, hint)]


@pytest.mark.parametrize("text", ["open now", "field tasting_at is open"])
def test_opening_hours_are_declared_also_where_rows_have_their_own(text: str) -> None:
    """The condition is asked of people, too, who have chosen no row."""
    condition, troubles = read_condition(text, TYPED.model_copy(update={"open": {}}))

    assert condition is None
    assert [one.hint for one in troubles] == [
        "Declare those without one: open: {tue-sat: 11:00 to 18:00}; a chosen row goes first."
    ]
