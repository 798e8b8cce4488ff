import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effects import TeamListEntry
from domain.unanswered_questions import UNANSWERED, read_unanswered
from flows.language.tables import Row, Table
from flows.load import compile_flows
from flows.understanding.faq.find_entry import Faq, asks_bare_price, compile_faqs
from tests.support.flow_person import FlowPerson, roomy_config, shipped_catalog

ROWS: tuple[Row, ...] = (
    {"id": "ship", "question": "How much is shipping?", "words": ("shipping", "postage"), "answer": "4.90"},
    {"id": "time", "question": "How long does delivery take?", "words": ("how long",), "answer": "2 days"},
    {"id": "caf", "question": "Do you have tea without caffeine?", "words": ("caffeine", "decaf"), "answer": "Rooibos"},
    {"id": "back", "question": "Can I return my order?", "words": ("return", "refund"), "answer": "Yes"},
    {"id": "porto", "question": "Was kostet der Versand?", "words": ("versand", "porto"), "answer": "4,90 €"},
    {"id": "bare", "question": "Where are your shops?", "words": (), "answer": "Hamburg, {{ brand }}"},
)  # fmt: skip
TABLE = "\n".join(
    f'- {{id: {row["id"]}, question: "{row["question"]}", words: {list(row["words"])}, answer: "{row["answer"]}"}}'  # type: ignore[arg-type]  # a tuple
    for row in ROWS
)


def compile_faq() -> Faq:
    """Return the compiled table."""
    table = Table(name="faq", file="tables/faq.yaml", columns=frozenset(ROWS[0]), original_rows=ROWS)
    return compile_faqs({"faq": table}, ["en"])["faq"]["en"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what are the shipping costs?", "ship"),
        ("how much is shippng", "ship"),
        ("How long will it take?", "time"),
        ("can i retrun it", "back"),
        ("Versandkosten?", "porto"),
        ("was kostet das denn an porto danach", "porto"),
        ("where are the shops", "bare"),
        ("is there decaf", "caf"),
        ("hello", ""),
        ("how much", ""),
        ("", ""),
        ("the of and", ""),
    ],
)
def test_a_question_is_found_by_its_words(text: str, found: str) -> None:
    """Keywords, the words of the question, typing errors, and keywords within longer words count."""
    entry = compile_faq().find_entry(text)

    assert (entry.id if entry else "") == found


@pytest.mark.parametrize(
    "text",
    [
        "I lost my password", "how do I book a tasting?", "do you have a job in the shop?",
        "my parcel arrived broken",
        "the tin was open when it came", "how much is delivery to France?", "my order has not arrived",
        "habt ihr auch Kaffee", "ich suche einen Job bei euch", "mein Paket kam kaputt an",
    ],
)  # fmt: skip
def test_one_word_of_an_entry_does_not_outvote_the_rest(text: str) -> None:
    """What the shipped table has no answer to gets none."""
    faqs = shipped_catalog().faqs["faq"]

    assert [faq.find_entry(text) for faq in faqs.values()] == [None, None]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("when are you open?", "en", "hours"), ("are you open on Sunday", "en", "hours"),
        ("how much is shipping", "en", "postage"), ("where is my parcel", "en", "delivery"),
        ("what is the tasting book", "en", "book"), ("how do I store tea", "en", "storage"),
        ("Versandkosten?", "de", "postage"), ("wann kommt mein Paket", "de", "delivery"),
        ("Öffnungszeiten", "de", "hours"), ("gibt es koffeinfreien Tee", "de", "caffeine"),
    ],
)  # fmt: skip
def test_the_shipped_table_answers(text: str, language: str, found: str) -> None:
    """Stems, compounds, the aspect that is asked, days and small words."""
    entry = shipped_catalog().faqs["faq"][language].find_entry(text)

    assert entry is not None
    assert entry.id == found


def test_two_answers_that_fit_alike_give_none() -> None:
    """A wrong answer is worse than none."""
    rows: tuple[Row, ...] = tuple({"id": one, "words": ("tea",), "answer": one} for one in "ab")
    table = Table(name="faq", file="", columns=frozenset(rows[0]), original_rows=rows)

    assert compile_faqs({"faq": table}, ["en"])["faq"]["en"].find_entry("tea") is None


def test_only_tables_of_answers_count() -> None:
    """A table of products is no FAQ."""
    table = Table(
        name="teas", file="", columns=frozenset({"id", "name"}), original_rows=({"id": "a", "name": "Assam"},)
    )

    assert compile_faqs({"teas": table}, ["en"]) == {}


@given(st.text(max_size=300))
def test_any_text_is_answered_or_not(text: str) -> None:
    """Finding an entry never raises."""
    entry = compile_faq().find_entry(text)

    assert entry is None or entry.id


def person_with_faq(default_faq: str | None = None) -> FlowPerson:
    """Return a person in a workspace with a flow that asks a question, and the table."""
    steps = "steps:\n  ask:\n    say: Ask me.\n    ask: {for: question, table: faq}\n    tries: 2\n    else: lost\n"
    steps += "  done:\n    say: Did that help?\n    go: end\n  lost:\n    say: I pass it on.\n    go: end\n"
    files = {"flows/f.yaml": f"flow: f\nstart: {{words: [go now]}}\n{steps}", "tables/faq.yaml": TABLE}
    config = roomy_config().model_copy(update={"faq": default_faq})
    book, found = compile_flows(files, config)
    assert [one for one in found if one.severity == "error"] == []
    return FlowPerson(book, config=config)


def unanswered_entries(person: FlowPerson) -> list[tuple[str, str, str]]:
    """Return flow, step and text of each unanswered question in the team's list."""
    found = [one for one in person.outcome.effects if isinstance(one, TeamListEntry)]
    assert all(one.list_name == UNANSWERED for one in found)
    return [(line.flow, line.step, line.text) for line in (read_unanswered(one.line) for one in found)]


def test_a_question_is_answered_and_the_flow_goes_on() -> None:
    """The answer of the row, then the next step."""
    person = person_with_faq()
    person.type_text("go now")

    assert person.type_text("what about shipping?") == ["4.90", "Did that help?"]
    assert unanswered_entries(person) == []


def test_a_question_without_an_answer_is_noted_and_asked_again() -> None:
    """The team's list holds it without personal data; after the last try the flow takes the way out."""
    person = person_with_faq()
    person.type_text("go now")

    again = person.type_text("do you sponsor mia@example.com on +49 170 1234567?")
    noted = unanswered_entries(person)

    assert again == ["I have no answer to that. Could you ask it in other words?"]
    assert noted == [("f", "ask", "do you sponsor [address] on [number]?")]
    assert person.type_text("really?") == ["I pass it on."]


def test_the_faq_answers_what_fits_nothing_outside_a_conversation() -> None:
    """The workspace must name the table; an unknown question is listed, and the person is offered the flows."""
    person, without = person_with_faq("faq"), person_with_faq()

    assert person.type_text("where are your shops?") == ["Hamburg, Amsel Tea"]
    assert unanswered_entries(person) == []
    assert person.type_text("do you like cats?")[0].startswith("I'm Pip, a bot")
    assert unanswered_entries(person) == [("", "", "do you like cats?")]
    assert without.type_text("where are your shops?")[0].startswith("I'm Pip, a bot")


def test_a_bare_price_names_no_matter() -> None:
    """“What does it cost?” names none, “what does a service cost?” does."""
    assert asks_bare_price("Was kostet das?")
    assert asks_bare_price("how much is it")
    assert not asks_bare_price("what does a service cost?")


SHOP: tuple[Row, ...] = (
    {"id": "hours", "question": "When is the shop open?", "words": ("open", "hours"), "answer": "Mon to Fri, 10 to 18"},
    {"id": "book", "question": "What is the Tour Book?", "words": ("book", "tour book"), "answer": "Forty rides."},
    {"id": "rent", "question": "Can I rent a bike?", "words": ("rent", "rental"), "answer": "From 18 € a day."},
    {"id": "fetch", "question": "Do you collect the bike?", "words": ("collect", "pick up"), "answer": "For 15 €."},
    {"id": "service", "question": "What does a service cost?", "words": ("price", "how much"), "answer": "59 €."},
    {"id": "privacy", "question": "What do you do with my address?", "words": ("my data",), "answer": "Nothing else."},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # An answer must tell what is asked: a price, a time.
        ("how much is it to rent a bike?", "rent"), ("how much is the tour book?", ""), ("how long is the tour?", ""),
        ("how much is collection", "fetch"), ("when can I collect my book?", ""),
        # Who is asked is no matter.
        ("how old is the shop", ""), ("can I rent a bike at the shop", "rent"), ("is the shop open now", "hours"),
        ("how long have you been in business", ""), ("business hours please", "hours"),
        # A day, and what leads up to a question.
        ("are you there on sunday?", "hours"), ("when can I come", "hours"), ("do you have time today", ""),
        ("I wanted to ask if you are open tomorrow", "hours"), ("I was wondering what time you open", "hours"),
        # Sayings, haste, and what only closes a phrase.
        ("what do I have to pay for a service", "service"), ("wat time do u open", "hours"), ("rates?", "service"),
        ("do you have a pick-up service", "fetch"), ("price of a service", "service"),
        ("what do you use my email for", "privacy"), ("is my email address safe", "privacy"),
    ],
)  # fmt: skip
def test_an_answer_tells_what_is_asked(text: str, found: str) -> None:
    """Its price, its time; and the way of asking changes nothing."""
    table = Table(name="faq", file="tables/faq.yaml", columns=frozenset(SHOP[0]), original_rows=SHOP)
    entry = compile_faqs({"faq": table}, ["en"])["faq"]["en"].find_entry(text)

    assert (entry.id if entry else "") == found


WORKSHOP: tuple[Row, ...] = (
    {"id": "hours", "question": "Wann habt ihr offen?", "words": ("geöffnet", "auf"), "answer": "10 bis 18 Uhr"},
    {"id": "park", "question": "Wo kann ich parken?", "words": ("parkplatz", "auto"), "answer": "Im Hof"},
    {"id": "post", "question": "Wie lange dauert die Lieferung?", "words": ("post", "paket"), "answer": "2 Tage"},
    {"id": "van", "question": "Do you collect the bike?", "words": ("pick up", "collect"), "answer": "Yes, for 15 €"},
    {"id": "pay", "question": "Wie kann ich bezahlen?", "words": ("karte", "zahlung"), "answer": "Bar oder Karte"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A greeting, a name and a sign-off are no matter; nor are days, hours and numbers of things.
        ("Guten Tag, hier ist Mia, wo kann ich parken? LG Mia K.", "park"), ("hi it's Mia, do you collect bikes?",
        "van"),
        ("habt ihr samstagvormittags auf?", "hours"), ("bis wie viel uhr habt ihr am Freitag offen", "hours"),
        ("can you pick up two bikes tomorrow morning", "van"), ("welche Zahlungsmethoden habt ihr", "pay"),
        ("sagt mal, wann macht ihr eigentlich auf", "hours"), ("is pick up free?", "van"),
        # What is told before a question is not asked; a question without a matter of its own stays with it.
        ("my bike won't move, can you pick it up?", "van"), ("Ich komme um 17 Uhr. Habt ihr dann noch auf?", "hours"),
        ("picking up the bike possible?", "van"), ("I lost my helmet, how long does it take?", ""),
        # “Auf” at the end is of the opening hours, so the post is another matter; a statement of oneself asks nothing.
        ("macht die Post morgen auf", ""), ("ich bin mit dem Auto da", ""), ("ich habe eine Karte geschickt", ""),
        ("kann ich mit dem Auto kommen", "park"),
    ],
)  # fmt: skip
def test_what_stands_around_a_question_does_not_hide_it(text: str, found: str) -> None:
    """Its matter alone is compared."""
    table = Table(name="shop", file="tables/shop.yaml", columns=frozenset(WORKSHOP[0]), original_rows=WORKSHOP)
    entry = compile_faqs({"shop": table}, ["en"])["shop"]["en"].find_entry(text)

    assert (entry.id if entry else "") == found


@given(st.sampled_from(["lg ", "viele Grüße ", "it's "]), st.text(alphabet="ab .", max_size=40))
def test_any_sign_off_is_read(opener: str, rest: str) -> None:
    """However it goes on."""
    compile_faq().find_entry(f"how much is shipping? {opener}{rest}" * 20)
