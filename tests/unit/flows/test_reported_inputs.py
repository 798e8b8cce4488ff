"""What people typed into the product and into ported bots where it misheard them, each with its right meaning.

Stops, addresses and files as they are written have tables of their own beside what reads them (``test_stop_requests``,
``addresses/test_read_addresses``, ``tests/broken``).  Here stand yes and no, choices, numbers, codes and questions.
"""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.agreement import read_typed_consent, read_yes_no
from tests.support.flow_person import FlowPerson, person_for_steps

YES = ("yes it did", "sure why not", "yess", "i think so", "yes thank you", "👍🏽", "ja bitte", "👍")
NO = ("not really", "no, berlin", "not at all", "definitely not", "nö", "na nicht wirklich")
NEITHER = ("thank you", "thanks", "you", "na", "of", "fall", "auf", "please")
"""Thanks and fillers say neither by themselves."""


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [(one, verdict) for words, verdict in ((YES, "yes"), (NO, "no"), (NEITHER, "neither")) for one in words],
)
def test_yes_and_no(typed: str, verdict: str) -> None:
    """A set of words needs one that says yes or no by itself."""
    assert {True: "yes", False: "no", None: "neither"}[read_yes_no(normalize_text(typed))] == verdict


@pytest.mark.parametrize(
    ("typed", "agree", "decline"),
    [
        ("no thanks", "no thanks", "yes"), ("1", "no thanks", "yes"), ("yes", "no thanks", "yes"),
        ("okay", "ok", "okay"), ("ok no", "yes", "no"), ("yes but not now", "yes", "no"),
    ],
)  # fmt: skip
def test_nothing_with_a_no_in_it_agrees(typed: str, agree: str, decline: str) -> None:
    """Whatever the labels say; ``check`` refuses such labels, too."""
    assert read_typed_consent(typed, {agree}, {decline}) is not True


AGES = ("Under 18", "18 to 24", "25 to 34", "35 or older")
SHOPS = ("Hamburg", "Berlin", "Frankfurt")
TRADE = ("A café", "An office", "A shop")
TOPICS = ("There is a bug 🐛", "A question", "A feature request")
DOGS = ("Labrador retriever", "Poodle")
FOOD = ("Italian food", "Thai food")
MORE = ("Tell me more", "That is enough")
CODE = ("No mail yet", "Change address")
POST = ("Noch keine Mail", "Andere Adresse")


@pytest.mark.parametrize(
    ("labels", "typed", "taken"),
    [
        (AGES, "3", ""), (AGES, "30", "25 to 34"), (AGES, "I'm 18", "18 to 24"), (AGES, "under 18", "Under 18"),
        (SHOPS, "berlin please", "Berlin"), (SHOPS, "in hamburg bitte", "Hamburg"), (SHOPS, "second", "Berlin"),
        (SHOPS, "the second one", "Berlin"), (SHOPS, "number 2", "Berlin"), (SHOPS, "option 2", "Berlin"),
        (SHOPS, "my mother lives in Hamburg", ""), (SHOPS, "Berlin is closed", ""), (SHOPS, "I'm leaving Berlin", ""),
        (SHOPS, "der erste", "Hamburg"), (SHOPS, "2", "Berlin"),
        (TRADE, "an office", "An office"), (TRADE, "cafe", "A café"), (TRADE, "ein cafe", "A café"),
        (("München", "Köln"), "muenchen bitte", "München"), (("München", "Köln"), "koln", "Köln"),
        (TOPICS, "bug", TOPICS[0]), (TOPICS, "the bug", TOPICS[0]), (TOPICS, "I found a bug in the app", TOPICS[0]),
        (TOPICS, "question", "A question"), (TOPICS, "request", "A feature request"),
        (DOGS, "retriever", DOGS[0]), (FOOD, "italian food", FOOD[0]), (FOOD, "thai", FOOD[1]), (FOOD, "food", ""),
        (MORE, "more", MORE[0]), (("Product designer", "Developer"), "designer", "Product designer"),
        (CODE, "wrong address", "Change address"), (CODE, "I didn't get a mail", "No mail yet"),
        (POST, "hab keine mail bekommen", POST[0]), (POST, "falsche adresse", POST[1]),
    ],
)  # fmt: skip
def test_choices(labels: tuple[str, ...], typed: str, taken: str) -> None:
    """A word of its own is enough; a shared one, or a number where labels hold numbers, is asked about."""
    choices = ", ".join(f'"{label}": took{number}' for number, label in enumerate(labels))
    took = "".join(f'  took{number}: {{say: "Took {label}", go: end}}\n' for number, label in enumerate(labels))
    person = person_for_steps(f"  a: {{say: Which?, choices: {{{choices}}}, else: end}}\n{took}")
    person.type_text("go now")
    said = person.type_text(typed)
    assert (said == [f"Took {taken}"]) if taken else person.step_name == "a"


@pytest.mark.parametrize(
    ("ask", "typed", "kept"),
    [
        ("number", "12k", 12_000), ("{number: whole, from: 1, to: 8}", "1.5", None), ("{number: whole}", "4", 4),
        ("number", "me and 3 friends", None), ("moment", "Monday or Tuesday at 5", None),
        ("email", "mia@example.com or leo@example.com", None), ("email", "mia @example.com", None),
        ("{for: moment, open: false}", "in an hour", "2026-11-22T11:00:00+01:00"),
        ("email", "mia@example,com", None), ("email", "mia@gmial.com", None),
    ],
)  # fmt: skip
def test_answers(ask: str, typed: str, kept: object) -> None:
    """What can be two things is asked back, and nothing is kept before."""
    field = "tasting_at" if "moment" in ask else {"email": "tea"}.get(ask, "seats")
    person = person_for_steps(
        f"  a: {{say: Which?, ask: {ask}, save: {field}, else: end}}\n  b: {{say: Fine., go: end}}\n"
    )
    person.type_text("go now")
    person.type_text(typed)
    assert person.record.fields.get(field) == kept
    assert (person.step_name == "a") is (kept is None)


@pytest.mark.parametrize("typed", ["skip", "no", "lieber nicht", "No phone, please"])
def test_a_question_that_can_be_skipped(typed: str) -> None:
    """Saying so is as good as the button."""
    person = person_for_steps(
        "  a: {say: Phone?, ask: phone, skip: 'No phone, please', else: end}\n  b: {say: Fine., go: end}\n"
    )
    person.type_text("go now")
    assert person.type_text(typed) == ["Fine."]


@pytest.mark.parametrize("typed", ["Are you open on 24.12.26?", "my order 123456 is late", "it was 123.456 euros"])
def test_six_digits_that_are_no_code(typed: str) -> None:
    """Nobody asked for a code, and nothing is said of one."""
    said = FlowPerson().type_text(typed)
    assert not any("code" in text for text in said)


@pytest.mark.parametrize(
    ("typed", "language", "wrong"),
    [
        ("I lost my password", "en", "delivery"), ("habt ihr auch kaffee", "de", "Teebuch"),
        ("ich suche einen job bei euch", "de", "Teebuch"), ("how do I book a tasting?", "en", "Tasting Book"),
        ("do you have a job in the shop?", "en", "11:00"), ("the tin was open when it came", "en", "11:00"),
        ("my parcel arrived broken", "en", "working days"), ("mein paket kam kaputt an", "de", "Werktage"),
        ("how much is delivery to France?", "en", "two to three"), ("my card was stolen", "en", "PayPal"),
    ],
)  # fmt: skip
def test_a_question_gets_no_answer_to_another(typed: str, language: str, wrong: str) -> None:
    """A wrong answer is worse than none."""
    assert not any(wrong in text for text in FlowPerson(language=language).type_text(typed))


@pytest.mark.parametrize("typed", ["anmelden", "Ich möchte mich anmelden", "anmeldn", "bitte anmelden", "Anmeldung"])
def test_signing_up_is_no_signing_off(typed: str) -> None:
    """One letter lies between “anmelden” and “abmelden”: nothing is withdrawn, and nobody is asked whether to stop."""
    person = FlowPerson(language="de")
    for text in ("Freitagsblatt", "ja", "mia@example.com"):
        person.type_text(text)
    person.type_text(person.confirmation_code)
    person.type_text(typed)
    assert (person.consent_status, person.record.stop_asked_at) == ("confirmed", None)
