"""A question with a figure in it: an answer that is offered, or a question about something else."""

import pytest

from flows.answers.offered_figures import asks_with_figure, strip_figures

ASKED = "How many of you come along?"

OFFERS = (
    "4?", "4 people?", "maybe 4?", "can I say 4?", "can you put us down for 4?", "is 4 ok?", "would 4 be ok?",
    "4, is that ok?", "how about 4?", "can 3 of us come?", "can we come with 5 people?", "4 right?", "will be 4",
    "zu viert?", "geht auch 4?", "sind vier personen", "kannst du 4 eintragen?", "werden wohl 4", "4, geht das?",
    "können wir auch zu fünft kommen?", "4", "a table for 4 please", "We will be 4. Thanks, Mia",
)  # fmt: skip
QUESTIONS = (
    "is there a discount for 4 people?", "any discount for 4 people?", "is there a table for 4?", "price for 4?",
    "how much is it for 2?", "and for 2 how much is it", "can I bring 2 dogs?", "what if only 3 come?", "why only 8?",
    "is it free for 2 year olds?", "who are the other 4?", "are 3 bikes enough?", "is 8 the maximum?", "is it at 5?",
    "do you have helmets for 3 kids?", "does it take 2 hours?", "should I count the 2 babies?", "is 4 too many?",
    "gibt es Rabatt für 4 Personen?", "ab 4 Leuten billiger?", "kann ich 2 Hunde mitbringen?", "warum nur 8?",
    "was kostet es zu viert", "preis für 4?", "reichen 3 räder?", "ist das für 4?", "dauert es 2 stunden?",
)  # fmt: skip


@pytest.mark.parametrize("text", OFFERS)
def test_an_offer_is_an_answer(text: str) -> None:
    """Whether 4 are fine is the answer 4."""
    assert not asks_with_figure(text, ASKED, of_people=True)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_that_holds_a_figure_is_a_question(text: str) -> None:
    """It names something that was not asked for."""
    assert asks_with_figure(text, ASKED, of_people=True)


@pytest.mark.parametrize(
    ("text", "asks"),
    [("3000 kilometres?", False), ("would 3000 km a year do?", True), ("can we get a table for 4?", True)],
)
def test_words_of_the_open_question_belong_to_the_answer(text: str, *, asks: bool) -> None:
    """Kilometres are asked for, guests and tables are not."""
    assert asks_with_figure(text, "How many kilometres do you ride in a year?", of_people=False) is asks


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("What does it cost for 4 people?", "what does it cost?"), ("wie teuer ist es zu viert?", "wie teuer ist es?"),
        ("does it take 2 hours?", "does it take?"),
        ("can 4 of us rent bikes", "can of us rent bikes"), ("why?", "why?"),
    ],
)  # fmt: skip
def test_the_table_is_asked_without_the_figure(text: str, left: str) -> None:
    """“For 4 people” is no word that an answer must hold; “2 hours” are no opening hours."""
    assert strip_figures(text) == left
