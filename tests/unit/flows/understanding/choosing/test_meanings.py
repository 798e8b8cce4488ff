"""Choices that are meant in other words than their label's, and those at one end of their prices or times."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.agreement import read_answer
from flows.understanding.choosing.choice_index import ChoiceIndex, compile_choices
from flows.understanding.choosing.choices import read_choice


def _compile(*labels: str) -> ChoiceIndex:
    written = [(label, number) for number, label in enumerate(labels)]
    return compile_choices({normalize_text(label): number for label, number in written}, len(labels), written)


CONTACT = _compile("By phone", "By mail", "By chat")
COMPANY = _compile("Nur ich", "Als Paar", "Mit Familie", "Mit Freunden")
LEVEL = _compile("Never tried it", "Tried it once or twice", "Every week")
CLASSES = _compile("Yoga flow", "Yin yoga", "Just browsing")
OFTEN = _compile("Daily", "Weekly", "Rarely")
PERSON = _compile("Mr", "Ms", "Prefer not to say")
SLOTS = _compile("Morning (8–12)", "Afternoon (12–17)", "Evening (17–20)")
HAPPY = _compile("Very happy", "Happy", "Neutral", "Unhappy")
DAYS = _compile("Today", "Tomorrow", "Next week")
DIET = _compile("Vegan", "Vegetarian", "I eat everything")
TRIP = _compile("One-way", "Return")
GIFT = _compile("Yes, as a gift", "No, for me")
DESK = _compile("Repair", "Rental", "Sales")
PLACES = _compile("Berlin – Mitte", "Hamburg – Altona", "München – Sendling")
DESK_OF_PEOPLE = _compile("Track my order", "Return an item", "Talk to a person")
PARCELS = _compile("Meine Bestellung", "Rücksendung")
WEEK = _compile("Weekdays", "Weekends")
TONGUES = _compile("English", "Deutsch")
SCALE = _compile("Strongly agree", "Agree", "Disagree", "Strongly disagree")
ROOMS = _compile("Einzelzimmer", "Doppelzimmer", "Familienzimmer", "Suite mit Meerblick")
PLANS = _compile("Basic – 9.90", "Plus – 14.90", "Premium – 24.90")
VISITS = _compile("Monday 8–12", "Monday 14–18", "Wednesday evening", "Saturday morning")
SIZES = _compile("S", "M", "L", "XL")
TOPPINGS = _compile("Salami", "Vier Käse", "Gemüse (vegan)")
WAYS = _compile("Per Telefon", "Per E-Mail", "Gar nicht")
YOGA = _compile("Gentle yoga", "Power vinyasa", "Prenatal yoga")
PRICES = _compile("Basic 9 €", "Plus 19,90 €", "Premium 1.290 €", "Not sure")
TIMES = _compile("30 min – 20 €", "60 min – 35 €", "1.5 hours – 35 €")


@pytest.mark.parametrize(
    ("index", "text", "chosen"),
    [(CONTACT, "call me", 0), (CONTACT, "lieber ruf mich an", 0), (CONTACT, "rather text me", 2),
     (COMPANY, "me and my girlfriend", 1), (COMPANY, "mit meiner Freundin", 1), (COMPANY, "meine frau und die kids", 2),
     (COMPANY, "ich und meine kumpels", 3), (COMPANY, "allein", 0), (LEVEL, "never", 0), (LEVEL, "noch nie", 0),
     (LEVEL, "not yet", 0), (CLASSES, "guck nur", 2), (CLASSES, "i'm just looking around", 2),
     (OFTEN, "every day", 0), (OFTEN, "once a week", 1), (OFTEN, "ab und zu", 2), (PERSON, "i'm a guy", 0),
     (PERSON, "i'd rather not say", 2), (PERSON, "none of your business", 2),
     (SLOTS, "after work", 2), (DAYS, "tmrw", 1), (DAYS, "heute noch", 0), (DAYS, "next wk", 2), (DIET, "alles", 2),
     (DIET, "veggie", 1), (TRIP, "there and back", 1), (GIFT, "for me", 1), (DESK, "fix my bike", 0),
     (DESK, "my bike is broken", 0), (DESK, "i want to borrow one", 1), (PLACES, "Munich", 2), (HAPPY, "meh", 2),
     (COMPANY, "me and the missus", 1), (DESK_OF_PEOPLE, "a human please", 2), (DESK_OF_PEOPLE, "mitarbeiter", 2),
     (WEEK, "saturday", 1), (WEEK, "montags", 0), (WEEK, "unter der woche", 0), (TONGUES, "i speak german", 1),
     (TONGUES, "de", 1), (SCALE, "i totally agree", 0), (ROOMS, "das für familien", 2), (ROOMS, "meerblick", 3),
     (PLANS, "plsu", 1), (PLANS, "the cheapest pls", 0), (PLANS, "die teuerste", 2), (VISITS, "weds works best", 2),
     (VISITS, "sat", 3), (SIZES, "extra large bitte", 3), (TOPPINGS, "käääse", 1),
     (WAYS, "lieber net", 2),
     (YOGA, "something gentle, never done it before", 0), (CLASSES, "nah only browsing", 2),
     (LEVEL, "total newbie", 0), (SCALE, "agree", 1), (PLACES, "hmm no can we do Berlin", 0),
     (PLACES, "nein lieber Hamburg", 1),
     (_compile("City bike", "E-bike"), "something electric", 1), (SCALE, "disagree completely", 3)],
)  # fmt: skip
def test_a_choice_is_meant_in_other_words(index: ChoiceIndex, text: str, chosen: int) -> None:
    """By what its label means; a girlfriend is no slip of friends."""
    assert read_choice(normalize_text(text), index) == chosen


@pytest.mark.parametrize(
    ("index", "text"),
    [(CONTACT, "don't call me"), (CONTACT, "when can you call?"), (CONTACT, "call or text"),
     (COMPANY, "meine frau mag das nicht"), (COMPANY, "my wife hates it"), (LEVEL, "never mind"), (LEVEL, "not really"),
     (CLASSES, "looks good"), (CLASSES, "i'm looking for a class"), (CLASSES, "call me"), (OFTEN, "never"),
     (TRIP, "both"), (TRIP, "both ways"), (DAYS, "later this week"), (DAYS, "guten morgen"), (DAYS, "today is bad"),
     (DIET, "everything ok"), (DIET, "alles klar"), (GIFT, "me"),
     (DESK, "can i return it"),
     (VISITS, "monday"), (VISITS, "monday afternoon please, i work in the mornings"),
     (PLANS, "plum"),
     (YOGA, "gentle yoga isn't for me"), (ROOMS, "zimmer"), (PLACES, "no I don't want Berlin"), (PLACES, "no berlin"),
     (PARCELS, "kommt mein paket heute"),
     (TONGUES, "english or german"), (_compile("Monday", "Saturday"), "sunday"),
     (_compile("Stadtrad", "Elektrorad", "Mountainbike"), "fahrrad")],
)  # fmt: skip
def test_what_only_holds_such_a_word_chooses_nothing(index: ChoiceIndex, text: str) -> None:
    """A denial, a question, two meanings, another matter, or more than the meaning."""
    assert not isinstance(read_choice(normalize_text(text), index), int)


@pytest.mark.parametrize(
    ("index", "text", "chosen"),
    [(PRICES, "the cheapest one", 0), (PRICES, "am liebsten das günstigste", 0), (PRICES, "most expensive pls", 2),
     (TIMES, "the shortest", 0), (TIMES, "die längste bitte", 2), (TIMES, "cheapest", 0), (TIMES, "the priciest", None),
     (PRICES, "not the cheapest", None), (PRICES, "what's the cheapest?", None), (PRICES, "the longest", None),
     (_compile("45 minutes", "half a day"), "the longest", None), (_compile("Free", "Pro $9"), "the cheapest", 0)],
)  # fmt: skip
def test_the_choice_at_one_end_is_meant(index: ChoiceIndex, text: str, chosen: int | None) -> None:
    """Only where all labels say a price or a time, and one alone is at that end."""
    assert read_choice(normalize_text(text), index) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("at 3pm", 1), ("3pm", 1), ("so gegen 18 uhr", 2), ("around 9", 0), ("um 17:30", 2), ("12", 1), ("at 5", 2),
     ("20 minutes", None), ("before 9", None), ("between 9 and 11", None), ("not at 9", None), ("at 25", None),
     ("2 people", None), ("um 7", None)],
)  # fmt: skip
def test_an_hour_lies_in_a_slot(text: str, chosen: int | None) -> None:
    """A border, an amount, or an hour outside of all is in none."""
    assert read_choice(normalize_text(text), SLOTS) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("super happy", 0), ("really happy", 0), ("pretty happy", 1), ("I'm happy", 1), ("not happy", 3),
     ("not really happy", 3), ("unhappy", 3), ("not unhappy", None), ("not bad", None)],
)  # fmt: skip
def test_labels_that_differ_by_a_degree_are_told_apart(text: str, chosen: int | None) -> None:
    """Also by what is denied: “not happy” is “Unhappy”, and “not unhappy” is none of them."""
    assert read_choice(normalize_text(text), HAPPY) == chosen


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("rather text me", False), ("lieber per mail", False), ("can you text me instead", False), ("call me", True),
     ("yes, text me", None), ("I am on the phone", None)],
)  # fmt: skip
def test_another_way_of_contact_is_a_no_to_the_offered_one(text: str, verdict: object) -> None:
    """A yes beside it is asked again."""
    assert read_answer(text, "Shall we call you when the bike is fixed?") is verdict
