"""Requests to stop among other clauses, in polite frames, in dialect, and as revocations."""

import pytest

from flows.understanding.stop_words import collect_stop_words
from flows.understanding.stopping.stop_requests import hear_stop

WORDS = collect_stop_words(names=("the tour letter",))

STOPS = {
    "a reason, then a polite request": """
        Hey there! I've really enjoyed your letters but we sold our bikes, could you take me off the list please?
        love what you do, just too much in my inbox, please take me off
        hi, its been fun but my wife gets the same letter so please remove me from the list
        Hallo ihr Lieben, eure Briefe sind toll, aber ich bin umgezogen, nehmt mich bitte aus dem Verteiler
        Liebes Team, nichts gegen euch, aber mein Postfach ist voll, könnt ihr mich bitte austragen? Danke!
        i dont have a bike anymore so unsubscribe me
        I never open these so cancel it please
        ich les die eh nie also meldet mich ab
        bin umgezogen, deshalb bitte abmelden
        please remove me I get too many
        who are you? unsubscribe me
        das ist nichts für mich, bitte abmelden
        the unsubscribe link does not work, please take me off the list
    """,
    "how often it was said": """
        third time: STOP
        this is the 3rd time I ask: stop
        I've asked twice already: stop
        how many times: STOP
        zum x-ten Mal: abmelden!
        schon 2x geschrieben: abmelden
        Stop it. I mean it.
    """,
    "a polite frame": """
        would you mind not mailing me any more
        would you mind taking me off your list
        würde es euch etwas ausmachen, mir nicht mehr zu schreiben?
        seid so gut und meldet mich ab
        könntet ihr mich bitte austragen, ich würde gern weniger Post bekommen
        Ich würde gerne aus dem Verteiler genommen werden, da ich umgezogen bin.
        ich hätte den newsletter gern abbestellt
    """,
    "a permission taken back": """
        I rescind my consent to be mailed
        please consider my consent revoked
        I no longer consent to receiving your emails
        i am withdrawing my consent under gdpr
        Hiermit entziehe ich Ihnen die Erlaubnis, mir Werbung zu senden.
        ich ziehe hiermit meine Zustimmung zum Newsletter zurück
        Widerruf meiner Einwilligung nach Art. 7 DSGVO
        ich storniere meine Einwilligung
        Hiermit kündige ich meine Zustimmung zum Newsletter.
        meine Erlaubnis beende ich
        meine Einwilligung ist erloschen
        you no longer have my permission to email me
        ich bin nicht mehr damit einverstanden, dass ihr mir Mails schickt
    """,
    "a dialect": """
        schickts mir nix mehr
        hörts bitte auf mit de mails
        nemmts mi ausm verteiler
        mogs nimmer, meldts mi ab
        Newsletter abmelden, biddeschön
        mails stoppen bitschee
        griaß eich, bitte ausm Verteiler, dankschee
        Grüezi, bitte us em Verteiler neh, merci vilmal
        howdy, get me off this list, thanks y'all
    """,
    "a form letter": """
        Ich wünsche keine weiteren Zusendungen. Mit freundlichen Grüßen, Petra Kunze
        Bitte sehen Sie von weiteren E-Mails ab. MfG K. Brandt
        I do not wish to receive any further communications. Regards, T. Hale
        please cease all communication
    """,
}
KEPT = """
    don't, under any circumstances, unsubscribe me
    please don't, and I repeat, unsubscribe me
    I do not want you to, please, unsubscribe me
    i moved so please don't unsubscribe me, just change my address
    i love your letters so don't take me off the list
    nothing against you, but don't stop
    ich will nicht, dass ihr mich abmeldet
    nicht abmelden bittschön
    my wife said: unsubscribe me
    please unsubscribe me, not
    please unsubscribe my husband, not me
    third time: stop by the shop
    zum dritten mal: die bremse stoppt nicht
    again: when do you stop
    I sold my bike so cancel my booking
    bin krank, deshalb bitte termin absagen
    would you mind stopping by
    would you mind sending me the letter
    can you take me off the road map
    do i have to revoke my consent?
    meine einwilligung möchte ich nicht widerrufen
    meine zustimmung ist nicht erloschen
    ich will meine einwilligung nie zurückziehen
    ich kündige meine einwilligung nicht
    ich kündige meine Einwilligung zur Fototeilnahme
    my consent is not revoked
    I withdraw my order
    ich ziehe meine reklamation zurück
    ich widerrufe den kauf
    i hereby give my permission to mail me
    hörts ihr mich
    schickts mir den brief
    lassts des rad bei euch
    nimmer so weit fahren bitte
    bitte aus der liste das dritte rad
    ich wünsche keine weiteren teile
    keine weiteren Zusendungen der Rechnung per Post, lieber per Mail
    keine mails mehr an meine alte adresse bitte
    aus dem verteiler tropft öl
    the chain came off the list is long
    please stop the bike theft
    unsubscribe mia@example.com please
    stop the war
"""


def _list_lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("kind", STOPS)
def test_a_request_among_other_words_is_heard(kind: str) -> None:
    """However it is wrapped, a request that nothing speaks against ends all mails."""
    heard = {text: hear_stop(text, WORDS) for text in _list_lines(STOPS[kind])}

    assert {text: request for text, request in heard.items() if request != "stop"} == {}


def test_the_same_words_with_another_meaning_end_nothing() -> None:
    """A denial, a jest, somebody else's words and other things that end are asked about at most."""
    assert [text for text in _list_lines(KEPT) if hear_stop(text, WORDS) == "stop"] == []


@pytest.mark.parametrize(
    "word", ["i say ", "please ", "so ", "wie oft ", "x ", "my consent ", "unsubscribe link ", "and i ", "ich habe es "]
)
def test_a_long_text_is_read_in_no_time(word: str) -> None:
    """However often a word repeats, a pattern gives up soon: this would not end otherwise."""
    assert hear_stop(f"{word * 60}unsubscribe, {word * 40}", WORDS) in ("stop", "ask", "weary", "")
