import pytest

from flows.understanding.stop_words import collect_stop_words
from flows.understanding.stopping.stop_requests import hear_stop

WORDS = collect_stop_words(names=("the tour letter",))


@pytest.mark.parametrize(
    "text",
    [
        "too many emails tbh", "your emails are too much for me", "I don't read your mails", "I never read these",
        "I never subscribed", "I didn't sign up for this", "I've changed my mind about the tour letter",
        "how come I'm getting these emails", "why am I still getting mails", "give my inbox a break",
        "I'd rather not get the letter any more", "delete my address", "I want off",
        "goodbye newsletter", "no thanks, no more", "what do I have to do to get out of this",
        "ich lese eure Mails nicht", "die lese ich eh nie", "ich habe mich nie angemeldet", "bitte weniger Mails",
        "warum kriege ich diese Mails", "wie werde ich die Mails wieder los", "wie komme ich da wieder raus",
        "jetzt ist aber mal gut", "how can I make this end", "someone else signed me up",
        "these mails are not for me", "not my newsletter",
        "I'm on your list by mistake", "bin aus Versehen auf der Liste",
        "weg mit den Mails",
        "eure Mails interessieren mich nicht", "bin nicht mehr interessiert", "do I have to keep getting these",
        "wie kann ich das hier beenden", "ich steige aus",
        "mein Postfach quillt über",
        "löscht meine Adresse",
        "muss das mit den Mails sein", "lasst gut sein mit den Mails",
    ],
)  # fmt: skip
def test_weariness_of_mails_is_asked_about(text: str) -> None:
    """None of it has a word of stopping, and a person would ask whether the mails shall end."""
    assert hear_stop(text, WORDS) == "weary"


@pytest.mark.parametrize(
    "text",
    [
        "why do I get no mails", "why don't I get your mails", "warum bekomme ich keine Mails",
        "how do I get out of this car park", "wie komme ich da hin", "my mailbox is full, please send the code again",
        "mein Postfach ist voll", "I changed my mind", "I changed my mind about the appointment",
        "I never read books",
        "I never signed up for the tour", "not for me", "ist gut", "alles gut", "bye", "tschüss", "forget it",
        "I forgot my address", "my address is off the main road", "meine Adresse hat sich geändert",
        "delete my appointment", "would you mind waiting",
        "I'd rather not come", "I read your mails every month", "less is more", "I want off-road tyres",
    ],
)  # fmt: skip
def test_what_is_weary_of_something_else_is_not(text: str) -> None:
    """Without a word for mails, or with a denial of getting them, nobody asks for their end."""
    assert hear_stop(text, WORDS) == ""


@pytest.mark.parametrize(
    "text",
    [
        "didn't I unsubscribe?",
        "haven't I unsubscribed already",
        "hab ich mich nicht abgemeldet",
        "isn't there a way to stop this",
    ],
)
def test_who_believes_to_have_stopped_is_asked(text: str) -> None:
    """The denial is part of the question, and denies no stop."""
    assert hear_stop(text, WORDS) == "ask"


@pytest.mark.parametrize(
    "text",
    [
        "könntet ihr mich bitte rausnehmen",
        "bitte mich herausnehmen",
        "take my email address off your list",
        "streicht meine Mailadresse von der Liste",
        "pls stop w the mails",
        "ich brauch den Brief nicht mehr",
    ],
)
def test_other_words_of_taking_out_stop_at_once(text: str) -> None:
    """They are as clear as “nehmt mich raus”; what is no person is not taken out."""
    assert hear_stop(text, WORDS) == "stop"
    assert hear_stop("könnt ihr das Tretlager rausnehmen", WORDS) == ""


@pytest.mark.parametrize(
    "text",
    [
        "could u unsubscribe me from the newsletter please", "can u take me off ur list", "can u stop the mails",
        "mag nichts mehr bekommen von euch", "mog nix mehr kriegn von eich",
    ],
)  # fmt: skip
def test_a_request_in_haste_or_in_dialect_stops(text: str) -> None:
    """“U” is “you” behind a “can”, and who is left out stands behind the verb, too."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize("text", ["can u stop by", "can u send me the mails again", "ich krieg ur viele Mails",
                                  "mag nichts mehr kaufen von euch", "u bahn"])  # fmt: skip
def test_other_hasty_words_end_nothing(text: str) -> None:
    """A visit, the contrary, the Viennese “ur”, a sale."""
    assert hear_stop(text, WORDS) != "stop"
