"""Steps that decide and note: conditions, splits, tags, fields, points, channels, languages, notes to the team."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.effects import NOTICE, Erase
from domain.record import Consent
from domain.workspace_config import Persona
from flows.conversation.position import standing
from flows.load import compile_flows
from tests.support.flow_person import KEYS, START, Person, roomy_house, written

ASK_SEATS = "  a: {ask: number, save: seats, else: end}\n"


def test_a_condition_leads_on_or_out() -> None:
    """“if” goes on where it is true, and takes else where it is not."""
    steps = """
  a: {if: field seats is at least 4, go: big, else: small}
  big: {say: big, go: end}
  small: {say: small, go: end}
"""
    big, small = written(steps), written(steps)
    big.record = replace(big.record, fields={"seats": 6})
    assert (big.types("go now"), small.types("go now")) == (["big"], ["small"])


def test_what_was_answered_just_now_counts() -> None:
    """A condition after a question knows of its answer in the same turn."""
    person = written("""
  a: {say: Which?, choices: {One: b, Two: b}}
  b: {if: answered a within 5 minutes, go: yes_it_was, else: no_it_was_not}
  yes_it_was: {say: answered, go: end}
  no_it_was_not: {say: not answered, go: end}
""")
    person.types("go now")
    assert person.types("One") == ["answered"]


def test_a_split_is_by_chance_and_always_the_same() -> None:
    """Shares are kept over many people; one person always goes the same way."""
    steps = """
  a: {split: {left: 30%, right: 70%}}
  left: {say: left, go: end}
  right: {say: right, go: end}
"""
    ways: list[str] = []
    book = written(steps).book
    for number in range(300):
        person = Person(book, config=roomy_house())
        person.record = replace(person.record, id=f"person {number}")
        said = {person.types("go now")[0] for _ in range(2)}
        ways += said
        assert len(said) == 1
    assert 60 < ways.count("left") < 120


def test_everything_that_is_noted_on_arriving() -> None:
    """Tags come and go, fields are set, points added, an event told, a channel chosen, all before anything is said."""
    person = written("""
  a: {tag: [vip, cold], set: {tea: Assam}, score: {points: 2}}
  b:
    say: "{{ tea }}!"
    untag: cold
    score: {points: 3}
    event: tasting.booked
    channel: mail
  c: {channel: {friday_leaf: both}, go: end}
""")
    assert person.types("go now") == ["Assam!"]
    record = person.record
    assert (record.tags, record.fields) == (("vip",), {"tea": "Assam", "points": 5})
    assert (record.channels, person.facts) == ({"": "mail", "friday_leaf": "both"}, ["tasting.booked"])


def test_speak_changes_the_language_of_what_is_said_then() -> None:
    """The step itself is said in the new language already."""
    person = written("  a: {speak: de, say: 'Hi', go: b}\n  b: {ask: text, else: end}\n")
    person.types("go now")
    assert person.record.language == "de"
    assert person.types("")[0] == "Magst du das in ein paar Worten schreiben?"


def test_withdraw_ends_one_consent_and_writes_it_down() -> None:
    """The consent of the topic ends, with a fact for the rooms behind and a line in the ledger."""
    person = written("  a: {withdraw: friday_leaf, say: Done., go: end}\n")
    given = Consent(status="confirmed", wording="x", language="en", asked_at=START, confirmed_at=START)
    person.record = replace(person.record, consents={"friday_leaf": given})
    person.types("go now")
    assert (person.consent, person.facts, person.record.ledger_size) == ("withdrawn", ["withdrawn"], 1)


def test_notify_mails_the_team_in_its_language() -> None:
    """The note has its variables filled in, goes to no address of the person, and once a visit."""
    person = written("  a: {set: {tea: Assam}, notify: {team: sales, say: 'Wants {{ tea }}.'}, go: end}\n")
    person.types("go now")
    [mail] = person.mails
    assert (mail.team, mail.address, mail.lane, mail.template) == ("sales", "", "transactional", "")
    assert (mail.variables, mail.language, mail.flow, mail.step) == ({NOTICE: "Wants Assam."}, "en", "f", "a")


def test_a_choice_notes_what_it_says() -> None:
    """Words mean a choice; it sets, adds points and tags, whether it goes or stays."""
    person = written("""
  a:
    say: Mood?
    save: tea
    choices:
      Calm: {go: b, words: [relaxed, still], set: {agreed: true}, score: {points: 3}, tag: vip}
      Wild: {say: Oh., score: {points: 1}}
  b: {say: Fine., go: end}
""")
    person.types("go now")
    assert (person.types("wild"), person.at) == (["Oh."], "a")
    assert person.types("relaxed") == ["Fine."]
    assert person.record.fields == {"tea": "Calm", "agreed": True, "points": 4}
    assert person.record.tags == ("vip",)


@pytest.mark.parametrize("way", ["tap", "type"])
def test_skip_takes_next_and_keeps_nothing(way: str) -> None:
    """The quick reply is there, tapped or typed."""
    person = written(
        "  a: {say: Tea?, ask: text, save: tea, skip: Rather not, else: end}\n  b: {say: Next., go: end}\n"
    )
    person.types("go now")
    assert person.chips == ["Rather not"]
    said = person.taps_label("Rather not") if way == "tap" else person.types("rather not")
    assert (said, person.record.fields) == (["Next."], {})


@pytest.mark.parametrize("way", ["tap", "type", "later"])
def test_a_button_leads_to_its_step(way: str) -> None:
    """Buttons under a text wait, and stay tappable: later the flow begins again, since nothing is skipped."""
    person = written("""
  a: {say: Look., buttons: {Shop: "https://amseltea.example", Tell me more: more}}
  more: {say: More., go: end}
""")
    person.types("go now")
    shop, more = person.chats[-1].buttons
    assert (shop.url, more.label, person.at) == ("https://amseltea.example", "Tell me more", "a")
    if way == "later":
        person.taps(more.payload, more.label)
        assert person.taps(more.payload, more.label)[-1] == "Look."
    else:
        assert (person.taps(more.payload) if way == "tap" else person.types("tell me more")) == ["More."]


def test_a_step_with_addresses_alone_does_not_wait() -> None:
    """Only a button that leads to a step is a question."""
    person = written('  a: {say: Look., buttons: {Shop: "https://amseltea.example"}}\n  b: {say: On., go: end}\n')
    assert person.types("go now") == ["Look.", "On."]


@pytest.mark.parametrize(("label", "said"), [("Yes", "Good."), ("No", "Pity.")])
def test_yes_or_no_by_quick_replies(label: str, said: str) -> None:
    """Yes goes on, no takes else, and what is kept is true or false."""
    person = written("""
  a: {say: Shall we?, ask: yes_no, save: agreed, else: b2}
  b: {say: Good., go: end}
  b2: {say: Pity., go: end}
""")
    person.types("go now")
    assert person.chips == ["Yes", "No"]
    assert person.taps_label(label) == [said]
    assert person.record.fields == {"agreed": label == "Yes"}


def test_a_rating_by_quick_replies() -> None:
    """One to five, and what was tapped is kept as a number."""
    person = written("  a: {say: How was it?, ask: rating, save: points, else: end}\n  b: {say: Thanks., go: end}\n")
    person.types("go now")
    assert person.chips == ["1", "2", "3", "4", "5"]
    assert (person.taps_label("4"), person.record.fields) == (["Thanks."], {"points": 4})


def test_a_mail_goes_to_a_proven_address_once_a_visit() -> None:
    """A transactional mail names flow and step; without a proven address the way out is taken."""
    steps = "  a: {mail: guide, else: none}\n  b: {say: Sent., go: end}\n  none: {say: No address., go: end}\n"
    person, nobody = written(steps), written(steps)
    person.proves()
    assert (person.types("go now"), nobody.types("go now")) == (["Sent."], ["No address."])
    [mail] = person.mails
    assert (mail.template, mail.lane, mail.flow, mail.step) == ("guide", "transactional", "f", "a")
    assert mail.address == KEYS.address_hash("mia@example.com")
    person.types("go now")
    again = [one.id for one in person.mails]
    person.waits(timedelta(minutes=1))
    person.types("go now")
    assert again == [mail.id] != [one.id for one in person.mails]


def test_a_calendar_file_goes_with_a_mail() -> None:
    """The appointment begins at the field's moment and has the mail's id."""
    person = written("""
  a:
    set: {tasting_at: "2026-12-24T19:00:00+01:00", tea: Assam}
    mail:
      template: ticket
      calendar: {title: "A cup of {{ tea }}", starts: tasting_at, length: 90 minutes, where: Bar}
    else: end
""")
    person.proves()
    person.types("go now")
    [mail] = person.mails
    assert mail.calendar is not None
    assert (mail.calendar.title, mail.calendar.minutes, mail.calendar.where) == ("A cup of Assam", 90, "Bar")
    assert (mail.calendar.starts.isoformat(), mail.calendar.uid) == ("2026-12-24T18:00:00+00:00", mail.id)


def test_my_data_says_what_is_kept() -> None:
    """Name, addresses with status, topics, fields and tags, from the record alone."""
    person = written("  a: {set: {seats: 4}, tag: vip, my_data: show, go: end}\n")
    person.proves()
    said = person.types("go now")
    assert said == [
        "This is what I keep of you:",
        "Address: mia@example.com (confirmed)\nseats: 4\nNotes: vip",
    ]


def test_my_data_is_erased_and_the_conversation_ends() -> None:
    """The last word is said, then everything is to be erased."""
    person = written("  a: {say: 'Really?', choices: {DELETE: b}}\n  b: {say: Gone., my_data: delete}\n  c: {go: a}\n")
    person.types("go now")
    assert (person.types("delete"), len(person.wants(Erase)), person.at) == (["Gone."], 1, "")


def test_proving_an_address_needs_no_topic_and_makes_no_consent() -> None:
    """A code of a mail without a topic proves the address, and the conversation goes on."""
    person = written("""
  a: {say: Address?, ask: email, else: end}
  b: {say: Code?, prove: address, else: end}
  c: {say: Proven., go: end}
""")
    person.types("go now")
    person.types("mia@example.com")
    [mail] = person.mails
    assert (mail.template, mail.topic, mail.lane) == ("proof", "", "transactional")
    assert person.types("000000") == ["That code does not fit. The newest mail has the right one."]
    assert person.types(person.code) == ["Proven."]
    assert (person.facts, person.record.consents) == (["proven"], {})
    assert person.types("go now") == ["Address?"]
    assert person.types("mia@example.com") == ["Proven."]


def test_a_persona_speaks_for_a_flow() -> None:
    """Its messages name the persona; the default reply does not."""
    config = roomy_house().model_copy(
        update={"personas": {"lena": Persona(name="Lena", picture="https://x.example/l")}}
    )
    text = "flow: f\npersona: lena\nstart: {words: [go now]}\nsteps:\n  a: {say: Hi., choices: {Ok: end}}\n"
    person = Person(compile_flows({"flows/f.yaml": text}, config)[0], config=config)
    person.types("what is this")
    assert [one.persona for one in person.chats] == [""]
    person.types("go now")
    assert [one.persona for one in person.chats] == ["lena"]


def test_how_the_window_was_opened_and_the_first_flow_are_kept() -> None:
    """Both are for reports."""
    person = written("  a: {say: Hi., go: end}\n")
    person.types("go now")
    assert (person.record.window_cause, person.record.first_flow) == ("message", "f")
    assert standing(person.book, person.record) is None
