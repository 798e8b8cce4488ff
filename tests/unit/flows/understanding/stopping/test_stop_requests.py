import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.language.matching import normalize_text
from flows.understanding.stop_words import collect_stop_words
from flows.understanding.stopping.stop_requests import hear_stop, read_stop_request

WORDS = collect_stop_words(("leave it be", "tschö"), ("the friday leaf",))


def read_typed(text: str) -> str:
    """Read a text as it was typed."""
    return read_stop_request(normalize_text(text), WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Stop. Thank you", "STOP ALL", "STOPALL", "please unsubscribe me", "stop sending me emails",
        "I want to unsubscribe", "cancel my subscription", "remove me", "unsub", "quit", "end", "no more emails please",
        "STOP!!!", "stop 🛑", "opt-out", "/stop", "ＳＴＯＰ", "stop\u200b",
        "stop it now", "s t o p", "S.T.O.P!", "unsubscibe", "stpo", "stopp 🛑", "🛑", "opt me out",
        "cancel the friday leaf",
        "take me off your list", "no, please stop", "why don't you stop it already", "tschö",
        "don't send me mails, stop",
        "please leave it be", "do not email me again",
        "bitte abmelden", "Ich möchte mich abmelden", "hör auf mir zu schreiben", "Schluss jetzt", "meld mich ab",
        "ich will keine Mails mehr", "nehmt mich aus dem Verteiler", "abmeldn", "Abo kündigen bitte",
    ],
)  # fmt: skip
def test_a_request_to_stop_is_heard(text: str) -> None:
    """Stop words among polite, filler and mail words end all mails, in every language, with slips and spelled."""
    assert read_typed(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "how do I unsubscribe?", "can I unsubscribe later", "my wife wants to unsubscribe", "when will the mails stop",
        "stop smoking helps", "wie melde ich mich ab", "meine Frau will sich abmelden", "ich habe schon abbestellt",
        "I typed stop yesterday and got a mail",
    ],
)  # fmt: skip
def test_what_may_be_a_request_is_asked_about(text: str) -> None:
    """A word of stopping among others, or in a question, ends nothing by itself."""
    assert read_typed(text) == "ask"


@pytest.mark.parametrize(
    "text",
    [
        "don't stop", "please do not stop the mails", "never stop", "I don't want to unsubscribe",
        "can I stop by the shop tomorrow", "is there a bus stop nearby", "I'll wait at the next stop",
        "cancel my booking",
        "the end of the week", "when does the sale end?", "in the end it was fine", "remove the old tyre",
        "nicht aufhören", "bitte nicht abmelden", "hör nicht auf", "melde mich bloß nicht ab", "Termin absagen",
        "am Ende der Woche", "anmelden bitte", "Bushaltestelle", "mehr Mails bitte", "shop", "top", "",
    ],
)  # fmt: skip
def test_denials_and_other_meanings_end_nothing(text: str) -> None:
    """“Don't stop”, a bus stop and a cancelled booking have nothing to do with mails."""
    assert read_typed(text) == ""


@given(st.text(max_size=200))
@example("GO:AWAY")
def test_any_text_is_read(text: str) -> None:
    """Reading never raises."""
    assert read_typed(text) in ("stop", "ask", "weary", "")


@given(
    st.lists(
        st.sampled_from(("please", "me", "now", "thanks", "bitte", "the", "newsletter", "hi", "jetzt")), max_size=6
    )
)
def test_polite_and_mail_words_change_nothing(words: list[str]) -> None:
    """However many of them stand around “unsubscribe”."""
    assert read_typed(" ".join([*words, "unsubscribe"])) == "stop"
    assert read_typed(" ".join(["unsubscribe", *words])) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "I don't like this. Stop.", "I did not sign up. Please unsubscribe me!",
        "Das interessiert mich nicht. Abmelden.",
        "why do you write?\nSorry, not mine.\nunsubscribe", "Bitte abmelden. Mit freundlichen Grüßen, Mia Krüger",
        "abmelden\nLG Mia", "STOP1", "It was nice to read them, but we moved to the coast. " * 6 + "Unsubscribe me.",
    ],
)  # fmt: skip
def test_a_last_sentence_that_is_a_request_is_heard(text: str) -> None:
    """A denial in another sentence denies nothing of it, and a long text is read to its end."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "Not for me, stop",
        "Stop! Just kidding",
        "der Link geht nicht, ich will kündigen", "she said, stop", "did you unsubscribe me?", "leave me alone",
        "wird der newsletter beendet? bitte abmelden?", "lasst mich bitte in Ruhe", "word " * 60 + "unsubscribe",
        "did the mails stop", "please no stop", "no emails please", "Keine Mails, bitte!",
    ],
)  # fmt: skip
def test_a_request_among_other_parts_is_asked_about(text: str) -> None:
    """What one part asks for is never passed over, and a question whether mails end is no request."""
    assert hear_stop(text, WORDS) == "ask"


@pytest.mark.parametrize("text", ["unsubscribe? never!", "no, don't stop", "Hi. When are you open?", "..."])
def test_parts_that_deny_end_nothing(text: str) -> None:
    """A word that is repeated only to deny it asks for no end."""
    assert hear_stop(text, WORDS) == ""


@given(st.text())
def test_any_text_is_read_part_by_part(text: str) -> None:
    """No text breaks the reading of its parts."""
    assert hear_stop(text, WORDS) in ("stop", "ask", "weary", "")


@pytest.mark.parametrize(
    "text",
    [
        "trag mich ein", "bitte tragt mich ein", "nimm mich mit", "meldet euch ab und zu", "hör mal auf mich",
        "zum Schluss noch was", "Ende gut, alles gut", "drop me an email", "der Brief hört einfach auf",
    ],
)  # fmt: skip
def test_everyday_german_and_english_end_nothing(text: str) -> None:
    """“Trag mich ein” is the opposite of “trag mich aus”."""
    assert hear_stop(text, WORDS) != "stop"


@pytest.mark.parametrize(
    "text", ["tragt mich aus", "take me off", "take me from the list", "nehmt mich raus", "hört auf"]
)
def test_verbs_with_their_part_end_all_mails(text: str) -> None:
    """Taking needs its “off”, and “tragen” its “aus”."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        # Cyrillic and Greek letters that look Latin, by their code points.
        "\u0455\u0442\u043e\u0440", "\u0405\u0422\u041e\u0420", "\u0441top", "st\u03bfp",
        "un\u0455ub\u0455cribe please", "st0p the ma1ls",
        "\u0441\u0442\u043e\u043f", "ST0P", "5top", "$top", "st*p", "stop2quit", "STOP2END", "stop4ever",
    ],
)  # fmt: skip
def test_letters_and_figures_that_only_look_like_others_hide_no_stop(text: str) -> None:
    """Keyboards of other scripts, copied texts and tricks on filters are read through."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "Keine Werbung!", "bitte keine Werbung", "no ads please", "verzichte auf weitere Mails",
        "danke, ich verzichte künftig auf euren Newsletter", "spart euch die Mails", "die Mails könnt ihr euch sparen",
        "kein Interesse mehr am Newsletter", "no longer interested in your emails",
        "I don't want to hear from you again",
        "will nichts mehr von euch hören", "verschont mich mit euren Mails", "ich widerspreche der Zusendung",
        "do not contact me again", "I'm done with your emails", "I object to direct marketing",
    ],
)  # fmt: skip
def test_a_saying_without_a_word_of_stopping_ends_all_mails(text: str) -> None:
    """What leaves no doubt ends them at once, as “stop” does."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "es reicht", "Es reicht! Jeden Tag eine.", "mir reichts jetzt", "bin raus", "ich bin dann mal raus", "I'm out",
        "that's enough", "fed up", "zu viele Mails", "eure Mails nerven", "you write too often", "lasst das",
        "knock it off",
        "kein Bock mehr", "brauche ich nicht mehr", "I no longer want this",
    ],
)  # fmt: skip
def test_a_weary_saying_may_ask_for_an_end(text: str) -> None:
    """It is asked about, unless an open question may be meant."""
    assert hear_stop(text, WORDS) == "weary"


@pytest.mark.parametrize(
    "text",
    [
        "4 reicht", "reicht das für 4?", "das reicht für vier Personen", "I'm out of milk", "raus mit der Sprache",
        "is that enough?", "ich verzichte auf Zucker", "keine Werbung im Fenster, nur Tee", "bestell mir den Tee",
        "kein Interesse an Kaffee", "top", "5 tops", "mia@example.com", "2 stopovers", "shop2go",
    ],
)  # fmt: skip
def test_what_only_sounds_like_such_a_saying_is_none(text: str) -> None:
    """A saying counts as a whole, and a look-alike only for a word of stopping."""
    assert hear_stop(text, WORDS) == ""


@given(st.from_regex(r"[a-z]{1,9}[._+-]?[0-9]{0,3}@(?:mail\.)?example\.(?:com|org)", fullmatch=True))
def test_a_mere_address_is_read_as_without_the_short_way(address: str) -> None:
    """A space behind it takes the long way."""
    assert hear_stop(address, WORDS) == hear_stop(f"{address} ", WORDS)


@pytest.mark.parametrize("text", ["mia@example.com", "mia.weber7@mail.example.org"])
def test_a_mere_address_asks_for_nothing(text: str) -> None:
    """Who is asked for an address gives one."""
    assert hear_stop(text, WORDS) == ""


@pytest.mark.parametrize("text", ["unsubscribe@example.com", "stop@example.com"])
def test_a_word_of_stopping_is_heard_in_an_address_too(text: str) -> None:
    """Such an address may be one to write to in order to stop."""
    assert hear_stop(text, WORDS) == "ask"


@pytest.mark.parametrize(
    "text",
    [
        "i dont want these anymore stop", "I don't want this anymore, stop", "stop, I don't want this anymore",
        "not interested, unsubscribe", "too many emails stop", "stop this is spam", "stop because I don't want them",
        "I never signed up for this, stop", "stop emailing me i dont want it", "unsubscribe i dont read them",
        "leave me alone stop", "Go away! Stop", "fed up, stop", "make them stop", "stop for good", "stop forever",
        "I don't want the friday leaf anymore, stop", "These are annoying. UNSUBSCRIBE",
        "ich will das nicht mehr stop", "Ich will diese E-Mails nicht mehr. STOPP!", "das nervt stopp",
        "das brauche ich nicht mehr, abmelden", "kein Interesse mehr, bitte abmelden", "mir reichts abmelden",
        "das habe ich nie bestellt, stopp", "stopp weil ich das nicht will", "lasst mich in Ruhe, stopp",
        "ich will keine Mails mehr, abmelden", "keine Lust mehr - abmelden",
    ],
)  # fmt: skip
def test_a_stop_with_its_reason_ends_all_mails(text: str) -> None:
    """Who says why they want no mails, and the word, is not asked again."""
    assert hear_stop(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "I don't want these to stop", "don't want it to stop", "I don't want you to stop", "I never wanted to stop",
        "never stop, I love it", "I don't want this, but don't stop", "I never asked you to stop",
        "I don't want this stop near my house", "it's annoying when you stop", "sick of this weather, stop raining",
        "I am done with the last stop", "she is annoying, he said stop", "dont want it stop",
        "das will ich nicht mehr abbestellen", "ich will nicht mehr kündigen", "ich mag den Stopp nicht",
        "das nervt, aber nicht abmelden", "stopp das will ich lesen", "brauch ich nicht abmelden",
    ],
)  # fmt: skip
def test_a_denial_or_a_jest_is_no_reason_to_stop(text: str) -> None:
    """Where the words may belong together, one tap asks at most."""
    assert hear_stop(text, WORDS) != "stop"


@pytest.mark.parametrize(
    ("text", "request_read"),
    [
        ("how do I get off this list", "ask"), ("where can I cancel my subscription?", "ask"),
        ("I can't find the unsubscribe button", "ask"), ("abmelden geht nicht", "ask"), ("no more mails?", "ask"),
        ("der Abmeldelink funktioniert nicht", "ask"), ("ist mein Abo beendet?", "ask"),
        ("wie komme ich von der Liste runter", "ask"), ("will it ever stop", "ask"),
        ("why do you keep mailing me", "weary"), ("how do I turn off the emails?", "weary"),
        ("can I get fewer mails", "weary"), ("schon wieder eine Mail", "weary"), ("kann man das abstellen?", "weary"),
        ("warum schreibt ihr mir immer noch", "weary"), ("ich bekomme zu viele Mails", "weary"),
        ("where can I leave my bike", ""), ("wo kann ich das Rad abstellen?", ""), ("how do I turn off the light", ""),
        ("why is it still closed", ""), ("can you send me another letter", ""), ("I get so many flats", ""),
    ],
)  # fmt: skip
def test_a_question_about_the_end_of_mails_offers_it(text: str, request_read: str) -> None:
    """Mails and their end in one question are not left to the table of questions."""
    assert hear_stop(text, WORDS) == request_read
