"""Steps that decide and note: conditions, splits, tags, fields, points, channels, languages, notes to the team."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.declarations import Persona
from domain.effects import NOTICE, Erase
from domain.record import Consent
from flows.conversation.position import find_position
from flows.load import compile_flows
from tests.support.flow_person import KEYS, START, FlowPerson, person_for_steps, roomy_config

ASK_SEATS = "  a: {ask: number, save: seats, else: end}\n"


def test_a_condition_leads_on_or_out() -> None:
    """“if” goes on where it is true, and takes else where it is not."""
    steps = """
  a: {if: field seats is at least 4, go: big, else: small}
  big: {say: big, go: end}
  small: {say: small, go: end}
"""
    big, small = person_for_steps(steps), person_for_steps(steps)
    big.record = replace(big.record, fields={"seats": 6})
    assert (big.type_text("go now"), small.type_text("go now")) == (["big"], ["small"])


def test_what_was_answered_just_now_counts() -> None:
    """A condition after a question knows of its answer in the same turn."""
    person = person_for_steps("""
  a: {say: Which?, choices: {One: b, Two: b}}
  b: {if: answered a within 5 minutes, go: yes_it_was, else: no_it_was_not}
  yes_it_was: {say: answered, go: end}
  no_it_was_not: {say: not answered, go: end}
""")
    person.type_text("go now")
    assert person.type_text("One") == ["answered"]


def test_a_split_is_by_chance_and_always_the_same() -> None:
    """Shares are kept over many people; one person always goes the same way."""
    steps = """
  a: {split: {left: 30%, right: 70%}}
  left: {say: left, go: end}
  right: {say: right, go: end}
"""
    ways: list[str] = []
    book = person_for_steps(steps).catalog
    for number in range(300):
        person = FlowPerson(book, config=roomy_config())
        person.record = replace(person.record, id=f"person {number}")
        said = {person.type_text("go now")[0] for _ in range(2)}
        ways += said
        assert len(said) == 1
    assert 60 < ways.count("left") < 120


def test_everything_that_is_noted_on_arriving() -> None:
    """Tags come and go, fields are set, points added, an event told, a channel chosen, all before anything is said."""
    person = person_for_steps("""
  a: {tag: [vip, cold], set: {tea: Assam}, score: {points: 2}}
  b:
    say: "{{ tea }}!"
    untag: cold
    score: {points: 3}
    event: tasting.booked
    channel: mail
  c: {channel: {friday_leaf: both}, go: end}
""")
    assert person.type_text("go now") == ["Assam!"]
    record = person.record
    assert (record.tags, record.fields) == (("vip",), {"tea": "Assam", "points": 5})
    assert (record.channels, person.fact_names) == ({"": "mail", "friday_leaf": "both"}, ["tasting.booked"])


def test_speak_changes_the_language_of_what_is_said_then() -> None:
    """The step itself is said in the new language already."""
    person = person_for_steps("  a: {speak: de, say: 'Hi', go: b}\n  b: {ask: text, else: end}\n")
    person.type_text("go now")
    assert person.record.language == "de"
    said = person.type_text("")[0]
    assert said == "Das kann ich nicht lesen. Am besten schreibst du mir oder tippst auf einen Knopf."


def test_withdraw_ends_one_consent_and_writes_it_down() -> None:
    """The consent of the topic ends, with a fact for the rooms behind and a line in the ledger."""
    person = person_for_steps("  a: {withdraw: friday_leaf, say: Done., go: end}\n")
    given = Consent(status="confirmed", wording="x", language="en", asked_at=START, confirmed_at=START)
    person.record = replace(person.record, consents={"friday_leaf": given})
    person.type_text("go now")
    assert (person.consent_status, person.fact_names, person.record.ledger_size) == ("withdrawn", ["withdrawn"], 1)


def test_notify_mails_the_team_in_its_language() -> None:
    """The note has its variables filled in, goes to no address of the person, and once a visit."""
    person = person_for_steps("  a: {set: {tea: Assam}, notify: {team: sales, say: 'Wants {{ tea }}.'}, go: end}\n")
    person.type_text("go now")
    [mail] = person.mails
    assert (mail.team, mail.address, mail.lane, mail.template) == ("sales", "", "transactional", "")
    assert (mail.variables, mail.language, mail.flow, mail.step) == ({NOTICE: "Wants Assam."}, "en", "f", "a")


def test_a_choice_notes_what_it_says() -> None:
    """Words mean a choice; it sets, adds points and tags, whether it goes or stays."""
    person = person_for_steps("""
  a:
    say: Mood?
    save: tea
    choices:
      Calm: {go: b, words: [relaxed, still], set: {agreed: true}, score: {points: 3}, tag: vip}
      Wild: {say: Oh., score: {points: 1}}
  b: {say: Fine., go: end}
""")
    person.type_text("go now")
    assert (person.type_text("wild"), person.step_name) == (["Oh."], "a")
    assert person.type_text("relaxed") == ["Fine."]
    assert person.record.fields == {"tea": "Calm", "agreed": True, "points": 4}
    assert person.record.tags == ("vip",)


@pytest.mark.parametrize("way", ["tap", "type"])
def test_skip_takes_next_and_keeps_nothing(way: str) -> None:
    """The quick reply is there, tapped or typed."""
    person = person_for_steps(
        "  a: {say: Tea?, ask: text, save: tea, skip: Rather not, else: end}\n  b: {say: Next., go: end}\n"
    )
    person.type_text("go now")
    assert person.chip_labels == ["Rather not"]
    said = person.tap_label("Rather not") if way == "tap" else person.type_text("rather not")
    assert (said, person.record.fields) == (["Next."], {})


@pytest.mark.parametrize("way", ["tap", "type", "later"])
def test_a_button_leads_to_its_step(way: str) -> None:
    """Buttons under a text wait, and stay tappable: later the flow begins again, since nothing is skipped."""
    person = person_for_steps("""
  a: {say: Look., buttons: {Shop: "https://amseltea.example", Tell me more: more}}
  more: {say: More., go: end}
""")
    person.type_text("go now")
    shop, more = person.chats[-1].buttons
    assert (shop.url, more.label, person.step_name) == ("https://amseltea.example", "Tell me more", "a")
    if way == "later":
        person.tap_payload(more.payload, more.label)
        assert person.tap_payload(more.payload, more.label)[-1] == "Look."
    else:
        assert (person.tap_payload(more.payload) if way == "tap" else person.type_text("tell me more")) == ["More."]


def test_a_step_with_addresses_alone_does_not_wait() -> None:
    """Only a button that leads to a step is a question."""
    person = person_for_steps(
        '  a: {say: Look., buttons: {Shop: "https://amseltea.example"}}\n  b: {say: On., go: end}\n'
    )
    assert person.type_text("go now") == ["Look.", "On."]


@pytest.mark.parametrize(("label", "said"), [("Yes", "Good."), ("No", "Pity.")])
def test_yes_or_no_by_quick_replies(label: str, said: str) -> None:
    """Yes goes on, no takes else, and what is kept is true or false."""
    person = person_for_steps("""
  a: {say: Shall we?, ask: yes_no, save: agreed, else: b2}
  b: {say: Good., go: end}
  b2: {say: Pity., go: end}
""")
    person.type_text("go now")
    assert person.chip_labels == ["Yes", "No"]
    assert person.tap_label(label) == [said]
    assert person.record.fields == {"agreed": label == "Yes"}


def test_a_rating_by_quick_replies() -> None:
    """One to five, and what was tapped is kept as a number."""
    person = person_for_steps(
        "  a: {say: How was it?, ask: rating, save: points, else: end}\n  b: {say: Thanks., go: end}\n"
    )
    person.type_text("go now")
    assert person.chip_labels == ["1", "2", "3", "4", "5"]
    assert (person.tap_label("4"), person.record.fields) == (["Thanks."], {"points": 4})


def test_a_mail_goes_to_a_proven_address_once_a_visit() -> None:
    """A transactional mail names flow and step; without a proven address the way out is taken."""
    steps = "  a: {mail: guide, else: none}\n  b: {say: Sent., go: end}\n  none: {say: No address., go: end}\n"
    person, nobody = person_for_steps(steps), person_for_steps(steps)
    person.prove_address()
    assert (person.type_text("go now"), nobody.type_text("go now")) == (["Sent."], ["No address."])
    [mail] = person.mails
    assert (mail.template, mail.lane, mail.flow, mail.step) == ("guide", "transactional", "f", "a")
    assert mail.address == KEYS.address_hash("mia@example.com")
    person.type_text("go now")
    again = [one.id for one in person.mails]
    person.pass_time(timedelta(minutes=1))
    person.type_text("go now")
    assert again == [mail.id] != [one.id for one in person.mails]


def test_a_calendar_file_goes_with_a_mail() -> None:
    """The appointment begins at the field's moment and has the mail's id."""
    person = person_for_steps("""
  a:
    set: {tasting_at: "2026-12-24T19:00:00+01:00", tea: Assam}
    mail:
      template: ticket
      calendar: {title: "A cup of {{ tea }}", starts: tasting_at, length: 90 minutes, where: Bar}
    else: end
""")
    person.prove_address()
    person.type_text("go now")
    [mail] = person.mails
    assert mail.calendar is not None
    assert (mail.calendar.title, mail.calendar.minutes, mail.calendar.where) == ("A cup of Assam", 90, "Bar")
    assert (mail.calendar.starts.isoformat(), mail.calendar.uid) == ("2026-12-24T18:00:00+00:00", mail.id)


@pytest.mark.parametrize(
    ("translated", "expected"),
    [
        ("Eine Tasse", ("Eine Tasse", "Bar", "Cup of Assam at the bar")),
        ("{where: Theke, description: 'Bring {{ tea }} mit'}", ("Cup", "Theke", "Bring Assam mit")),
        ("{title: Tasse, where: Theke}", ("Tasse", "Theke", "Cup of Assam at the bar")),
    ],
)
def test_a_calendar_file_speaks_the_persons_language(translated: str, expected: tuple[str, str, str]) -> None:
    """What a translation leaves out is read in the original."""
    appointment = "{title: Cup, starts: tasting_at, where: Bar, description: 'Cup of {{ tea }} at the bar'}"
    english = f"""
flow: f
start: {{words: [go now]}}
steps:
  a:
    set: {{tasting_at: "2026-12-24T19:00:00+01:00", tea: Assam}}
    mail: {{template: ticket, calendar: {appointment}}}
    else: end
"""
    german = f"flow: f\nlanguage: de\nwords: [los]\nsteps:\n  a: {{calendar: {translated}}}\n"
    book, found = compile_flows({"flows/f.yaml": english, "flows/f.de.yaml": german}, roomy_config())
    assert [one for one in found if one.severity == "error"] == []
    person = FlowPerson(book, config=roomy_config())
    person.prove_address()
    person.type_text("los")
    [mail] = person.mails
    assert mail.calendar is not None
    assert (mail.calendar.title, mail.calendar.where, mail.calendar.description) == expected


def test_my_data_says_what_is_kept() -> None:
    """Name, addresses with status, topics, fields and tags, from the record alone."""
    person = person_for_steps("  a: {set: {seats: 4}, tag: vip, my_data: show, go: end}\n")
    person.prove_address()
    said = person.type_text("go now")
    assert said == [
        "This is what I keep about you:",
        "Address: mia@example.com (confirmed)\nseats: 4\nNotes: vip",
    ]


def test_my_data_is_erased_and_the_conversation_ends() -> None:
    """The last word is said, then everything is to be erased."""
    person = person_for_steps(
        "  a: {say: 'Really?', choices: {DELETE: b}}\n  b: {say: Gone., my_data: delete}\n  c: {go: a}\n"
    )
    person.type_text("go now")
    assert (person.type_text("delete"), len(person.effects_of(Erase)), person.step_name) == (["Gone."], 1, "")


def test_proving_an_address_needs_no_topic_and_makes_no_consent() -> None:
    """A code of a mail without a topic proves the address, and the conversation goes on."""
    person = person_for_steps("""
  a: {say: Address?, ask: email, else: end}
  b: {say: Code?, prove: address, else: end}
  c: {say: Proven., go: end}
""")
    person.type_text("go now")
    person.type_text("mia@example.com")
    [mail] = person.mails
    assert (mail.template, mail.topic, mail.lane) == ("proof", "", "transactional")
    assert person.type_text("000000") == ["That code does not fit. The newest mail has the right one."]
    assert person.type_text(person.confirmation_code) == ["Proven."]
    assert (person.fact_names, person.record.consents) == (["proven"], {})
    assert person.type_text("go now") == ["Address?"]
    assert person.type_text("mia@example.com") == ["Proven."]


def test_a_persona_speaks_for_a_flow() -> None:
    """Its messages name the persona; the default reply does not."""
    config = roomy_config().model_copy(
        update={"personas": {"lena": Persona(name="Lena", picture="https://x.example/l")}}
    )
    text = "flow: f\npersona: lena\nstart: {words: [go now]}\nsteps:\n  a: {say: Hi., choices: {Ok: end}}\n"
    person = FlowPerson(compile_flows({"flows/f.yaml": text}, config)[0], config=config)
    person.type_text("what is this")
    assert [one.persona for one in person.chats] == [""]
    person.type_text("go now")
    assert [one.persona for one in person.chats] == ["lena"]


def test_how_the_window_was_opened_and_the_first_flow_are_kept() -> None:
    """Both are for reports."""
    person = person_for_steps("  a: {say: Hi., go: end}\n")
    person.type_text("go now")
    assert (person.record.window_cause, person.record.first_flow) == ("message", "f")
    assert find_position(person.catalog, person.record) is None


def test_a_persona_speaks_in_one_step() -> None:
    """Before and after it the flow's own voice speaks, also with its last words."""
    config = roomy_config().model_copy(
        update={
            "personas": {
                "lena": Persona(name="Lena", picture="https://x.example/l"),
                "paul": Persona(name="Paul", picture="https://x.example/p"),
            }
        }
    )
    steps = "  a: {say: Hi.}\n  b: {say: I am Paul., persona: paul}\n  c: {say: Bye., go: end}\n"
    text = f"flow: f\npersona: lena\nstart: {{words: [go now]}}\nsteps:\n{steps}"
    person = FlowPerson(compile_flows({"flows/f.yaml": text}, config)[0], config=config)

    person.type_text("go now")

    assert [(one.text, one.persona) for one in person.chats] == [
        ("Hi.", "lena"), ("I am Paul.", "paul"), ("Bye.", "lena"),
    ]  # fmt: skip
