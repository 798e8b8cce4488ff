"""Transcripts: what is played, what counts as a difference, and what nobody visited."""

from datetime import timedelta
from typing import Any

import pytest

from service.transcripts.read_files import parse_transcripts, read_transcript_files
from service.transcripts.run import run_transcripts
from service.workspace.edition import load_edition
from tests.support.sample_workspace import (
    LINES_TO_THE_CODE,
    START,
    compile_workspace,
    find_findings,
    list_differences,
    play_text,
    tearoom_edition,
    write_transcript,
)


def test_a_whole_conversation_goes_as_written() -> None:
    """Texts, steps, wordings, labels, mails, timers and what is known afterwards: all as the flow has it."""
    text = """
    transcript: Mia signs up
    flow: letter
    people: {mia: {first_name: Mia, email: mia@example.com}}
    talk:
      - bot: ["Hi Mia!", Shall the letter come?, {wording: letter, quick_replies: ["Yes, please", Not now]}]
        expect: {step: hello, flow: letter, mails: [], window: open, human: false}
      - taps: Yes, please
        bot: {step: address, quick_replies: [mia@example.com]}
        expect: {consents: {letter: agreed}}
      - wait: 20 minutes
        bot: Still there?
      - taps: mia@example.com
        bot: {step: code, quick_replies: [Change address]}
        expect: {mails: [confirmation], addresses: {mia@example.com: pending}}
      - says: "{{ wrong_code }}"
        bot: {step: code, contains: not the code}
      - says: "{{ code }}"
        bot: You're in!
        expect:
          {step: end, tags: [reader], consents: {letter: confirmed}, events: [tasted.tea], mails: [welcome],
           sequences: {weeks: pause}, addresses: {mia@example.com: proven}}
      - wait: 3 days
        bot: nothing
        expect: {mails: [come_back], sequences: {weeks: finished}, window: closed}
    """
    assert list_differences(text) == []


def test_another_language_is_spoken_and_judged() -> None:
    """The transcript's language holds for texts, labels and wordings."""
    lines = """
      - bot: [Hallo!, Soll der Brief kommen?, {wording: letter}]
      - taps: Jetzt nicht
        bot: {step: bye}
        expect: {language: de, consents: {letter: declined}, step: end}
    """
    assert list_differences(write_transcript(lines, "flow: letter\nlanguage: de")) == []


def test_a_changed_text_is_a_difference_with_both_texts() -> None:
    """What should have been said and what was said stand under each other, at the line of the transcript."""
    assert list_differences(write_transcript("\n  - says: letter\n  - taps: Not now\n    bot: Another day.")) == [
        (5, "bot", ["-Another day.", "+Another time."], "")
    ]


@pytest.mark.parametrize(
    ("bot", "rows"),
    [
        ("{contains: the letter come}", ["+Hello!", " Shall", "+You let"]),
        ("['...', {contains: the letter come}, '...']", []),
        ("[{step: hello}]", []),
        ("{step: hello, contains: Hello}", []),
        ("{step: hello, contains: Goodbye}", ["-contains: Goodbye, step: hello", "+Hello!", "+Shall", "+You let"]),
        ("nothing", ["+Hello!", "+Shall", "+You let"]),
        ("[Hello!, Shall the letter come?, {buttons: [A]}]", [" Hello!", " Shall", "-buttons: A", "+You let"]),
        ("[Hello!, '...', {quick_replies: ['Yes, please', Not now]}]", []),
        ("[Hello!, '...', {quick_replies: [Not now]}]", [" Hello!", "-quick", " Shall", " You let"]),
        ("['...', {persona: lena}]", None),
        ("[{step: hello}, {step: bye}]", [" Hello!", " Shall", " You let", "-step: bye"]),
        ("['...', {cards: 2}]", ["-cards: 2", " Hello!", " Shall", " You let"]),
        ("['...', {image: 'https://a.example/b.png'}]", ["-image", " Hello!", " Shall", " You let"]),
        ("{wording: letter}", ["+Hello!", "+Shall", " You let"]),
    ],
)
def test_every_message_is_accounted_for(bot: str, rows: list[str] | None) -> None:
    """A message that no item names is a difference, and so is an item that no message fits."""
    text = write_transcript(f"\n  - says: letter\n    bot: {bot}")
    if rows is None:
        assert [one.code for one in find_findings(text)] == ["unknown-persona"]
        return
    differences = list_differences(text)
    shown = differences[0][2] if differences else []
    assert len(shown) == len(rows)
    assert all(row.startswith(start) for row, start in zip(shown, rows, strict=True))


def test_a_silent_step_fits_if_the_conversation_came_through() -> None:
    """A step that only decides says nothing; naming it asks that it was passed."""
    text = write_transcript(
        """
  - says: mood
    bot: {step: ask}
  - taps: Calm
    bot: [{step: calm}, {step: pick, buttons: [Our page, Go on]}]
    expect: {step: pick, fields: {mood: Calm}, tags: [calm]}
  - taps: Our page
    bot: nothing
  - taps: Go on
    bot: [{step: awake}, {step: late}]
    expect: {notified: [support], step: end}
"""
    )
    assert list_differences(text) == [(11, "bot", ["-step: awake", " Bye."], "")]


@pytest.mark.parametrize(
    ("expect", "rows"),
    [
        ("{step: bye}", ["-bye", "+letter/hello"]),
        ("{step: end}", ["-end", "+letter/hello"]),
        ("{flow: mood}", ["-mood", "+letter"]),
        ("{tags: [reader]}", ["-reader", "+none"]),
        ("{fields: {mood: calm}}", ["-mood: calm", "+mood: null"]),
        ("{fields: {mood: [Calm, Warm]}}", ["-mood: Calm, Warm", "+mood: null"]),
        ("{consents: {letter: agreed}}", ["-letter: agreed", "+letter: none"]),
        ("{addresses: {a@b.example: proven}}", ["-a@b.example: proven", "+a@b.example: none"]),
        ("{mails: [welcome]}", ["-welcome", "+none"]),
        ("{notified: [support]}", ["-support", "+none"]),
        ("{events: [tasted.tea]}", ["-tasted.tea", "+none"]),
        ("{sequences: {weeks: pause}}", ["-weeks: pause", "+weeks: none"]),
        ("{channels: {all: mail}}", ["-all: mail", "+all: none"]),
        ("{codes: {spring: A}}", ["-spring: A", "+spring: none"]),
        ("{language: de}", ["-de", "+en"]),
        ("{human: true}", ["-true", "+false"]),
        ("{window: closed}", ["-closed", "+open"]),
    ],
)
def test_what_does_not_hold_is_told(expect: str, rows: list[str]) -> None:
    """Each key of expect says what was wanted and what was found."""
    key = expect[1:].split(":", 1)[0]
    assert list_differences(write_transcript(f"\n  - says: letter\n    expect: {expect}")) == [(4, key, rows, "")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("\n  - says: letter\n  - taps: Yes, plese", "there is no “Yes, plese” to tap. Did you mean “Yes, please”?"),
        ("\n  - taps: Yes", "there is no “Yes” to tap. There is nothing to tap."),
        ('\n  - says: "{{ code }}"', "no mail with a code has arrived"),
        (f'{LINES_TO_THE_CODE}  - says: "{{{{ old_code }}}}"', "only one mail with a code has arrived"),
        ('\n  - says: "{{ cod }}"', "“{{ cod }}” is not known here. Did you mean “code”?"),
        ('\n  - says: "{{ draw }}"', "somebody was given no code of a pool yet"),
        ("\n  - edits: letter", "somebody has typed nothing yet"),
        ("\n  - says: hi\n  - unsends: ho", "somebody typed no “ho”. Did you mean “hi”?"),
        ("\n  - presses: confirm", "no confirmation mail has arrived"),
        ("\n  - presses: unsubscribe", "no mail with an unsubscribe link has arrived"),
        ("\n  - refuses: blocked", "the bot has said nothing yet that could be refused"),
    ],
)
def test_a_line_that_cannot_be_played_ends_the_transcript(lines: str, message: str) -> None:
    """What cannot be done is told, and nothing behind it is played."""
    differences = list_differences(write_transcript(f"{lines}\n  - wait: 1 day\n    bot: never"))
    assert [(what, said) for _, what, _, said in differences] == [("", message)]


@pytest.mark.parametrize(
    ("lines", "expect"),
    [
        (f"{LINES_TO_THE_CODE}  - edits: {{from: mia@example.com, to: ria@example.com}}", "{mails: [], step: code}"),
        (f"{LINES_TO_THE_CODE}  - presses: confirm", "{consents: {letter: confirmed}, mails: [welcome], step: end}"),
        (f"{LINES_TO_THE_CODE}  - presses: not me", "{addresses: {mia@example.com: disowned}}"),
        (
            f"{LINES_TO_THE_CODE}  - wait: 2 days",
            "{consents: {letter: agreed}, addresses: {mia@example.com: unproven}}",
        ),
        ("\n  - follows: spring", "{step: hello}"),
        ("\n  - follows: {ref: spring, ad: '77'}\n  - wait: 6 days", "{window: open}"),
        ("\n  - opens: get started", "{flow: letter}"),
        ("\n  - opens: mood", "{step: ask}"),
        ("\n  - says: letter\n  - sends: image", "{step: hello}"),
        ("\n  - says: letter\n  - human: takes over", "{human: true}"),
        ("\n  - says: letter\n  - human: Hi, Lena here\n  - human: hands back", "{human: false, step: hello}"),
        ("\n  - says: letter\n  - refuses: outside window", "{window: closed}"),
        ("\n  - says: letter\n  - refuses: blocked", "{window: closed}"),
        ("\n  - says: mood\n  - wait: 2 hours", "{step: end, notified: [support]}"),
        ("\n  - says: letter\n  - unsends: last", "{step: hello}"),
        ("\n  - says: letter\n  - does: [cup.noted, cup.noted]", "{events: []}"),
    ],
)
def test_everything_can_happen(lines: str, expect: str) -> None:
    """Edits, buttons in mails, links, the menu, pictures, the team, refusals, timeouts and deeds reach the flow."""
    name = lines.rsplit("- ", 1)[1].split(":", 1)[0]
    if name == "edits":
        expect = "{addresses: {mia@example.com: none, ria@example.com: pending}}"
    assert list_differences(write_transcript(f"{lines}\n    expect: {expect}")) == []


def test_a_newer_mail_has_another_code() -> None:
    """The old code fits no more once another address was given; the newest does."""
    lines = f"""{LINES_TO_THE_CODE}
  - taps: Change address
  - says: ria@example.com
    expect: {{mails: [confirmation]}}
  - says: "{{{{ old_code }}}}"
    bot: {{contains: not the code}}
  - says: "{{{{ code }}}}"
    expect: {{consents: {{letter: confirmed}}}}
"""
    assert list_differences(write_transcript(lines)) == []


def test_several_people_share_one_world() -> None:
    """Whoever proves an address later takes it over, and the other's mails stop."""
    head = "people: {mia: {first_name: Mia}, tom: {first_name: Tom, language: de}}"
    lines = """
  - says: letter
    bot: {step: hello, contains: Hi Mia}
  - taps: Yes, please
  - says: mia@example.com
  - says: "{{ code }}"
    expect: {consents: {letter: confirmed}}
  - who: tom
    opens: get started
    bot: {step: hello, contains: Hallo Tom}
  - taps: Ja bitte
  - wait: 20 minutes
  - says: mia@example.com
  - says: "{{ code }}"
    expect: {consents: {letter: confirmed}, addresses: {mia@example.com: proven}}
  - who: mia
    says: hello
    expect: {addresses: {mia@example.com: moved}, sequences: {weeks: left}}
"""
    assert list_differences(write_transcript(lines, head)) == []


def test_what_is_known_from_the_start_is_known() -> None:
    """Tags, fields, a proven address and a confirmed consent need no conversation first."""
    head = """people:
  mia: {email: mia@example.com, tags: [reader], fields: {mood: calm}, consents: {letter: confirmed}}
codes: {spring: [LEAF-1]}"""
    lines = """
  - says: letter
    bot: {contains: agreed to The letter}
    expect: {consents: {letter: confirmed}, fields: {mood: calm}, step: end}
  - says: mood
  - taps: Calm
    bot: Take LEAF-1.
    expect: {codes: {spring: LEAF-1}}
"""
    assert list_differences(write_transcript(lines, head)) == []


@pytest.mark.parametrize(("codes", "step"), [("{spring: []}", "late"), ("{}", "given")])
def test_a_pool_may_be_empty(codes: str, step: str) -> None:
    """An empty pool takes the way out; one that is not named holds codes of its own."""
    head = f"people: {{mia: {{tags: [reader]}}}}\ncodes: {codes}"
    assert (
        list_differences(write_transcript(f"\n  - says: mood\n  - taps: Calm\n    bot: {{step: {step}}}", head)) == []
    )


@pytest.mark.parametrize(("chance", "step"), [(0, "pick"), (49, "pick"), (50, "given"), (99, "given")])
def test_chance_is_fixed_by_the_transcript(chance: int, step: str) -> None:
    """A person may be put into any part of a split."""
    head = f"people: {{mia: {{chance: {chance}}}}}"
    assert (
        list_differences(write_transcript(f"\n  - says: mood\n  - taps: Awake\n    bot: {{step: {step}}}", head)) == []
    )


def test_an_unsubscribed_person_gets_no_more_mail() -> None:
    """The link in a mail withdraws, and what was planned stays away."""
    lines = f"""{LINES_TO_THE_CODE}
  - says: "{{{{ code }}}}"
  - presses: unsubscribe
    expect: {{consents: {{letter: withdrawn}}, sequences: {{weeks: left}}}}
  - wait: 3 days
    expect: {{mails: []}}
"""
    assert list_differences(write_transcript(lines)) == []


def test_coverage_names_what_nobody_visited() -> None:
    """Steps and ways are counted by flow; what is missing is named with its line."""
    result = play_text(write_transcript("\n  - says: mood\n  - taps: Calm\n  - taps: Go on"))
    letter, mood = result.coverage
    assert (letter.steps_visited, letter.ways_taken) == (0, 0)
    assert (mood.steps, mood.steps_visited, mood.ways, mood.ways_taken) == (7, 4, 13, 4)
    assert [str(one) for one in mood.missed] == [
        "ask → awake (Awake)", "ask → late (else)", "ask → late (after 2 hours)", "calm → gift (yes)", "step awake",
        "awake → pick (50%)", "awake → gift (50%)", "step gift", "gift → given (a code)", "gift → late (none left)",
        "step given", "given → end",
    ]  # fmt: skip


def test_coverage_is_full_when_everything_was_visited() -> None:
    """Nine short talks take every way of a flow."""
    every = [
        (["Calm", "Go on"], ""),
        (["Awake", "Go on"], "chance: 0"),
        (["Awake"], "chance: 99"),
        (["Calm"], "tags: [reader]"),
    ]
    talks = [
        f"- transcript: '{number}'\n  people: {{mia: {{{known}}}}}\n  talk:\n    - says: mood\n"
        + "".join(f"    - taps: {label}\n" for label in labels)
        for number, (labels, known) in enumerate(every)
    ]
    talks.append("- transcript: late\n  talk: [{says: mood}, {wait: 3 hours}]\n")
    talks.append("- transcript: lost\n  talk: [{says: mood}, {says: xq}, {says: xq}, {says: xq}]\n")
    talks.append(
        "- transcript: none\n  people: {mia: {tags: [reader]}}\n  codes: {spring: []}\n"
        "  talk: [{says: mood}, {taps: Calm}]\n"
    )
    mood = play_text("".join(talks)).coverage[1]
    assert ([str(one) for one in mood.missed], mood.percent) == ([], 100.0)


@pytest.mark.parametrize("days", range(7))
@pytest.mark.parametrize("hours", [0, 11])
def test_the_shipped_transcripts_hold_on_any_weekday_and_hour(days: int, hours: int) -> None:
    """Whoever tries the shipped workspace sees no difference, whenever that is: those about a date name their own."""
    room, _ = load_edition(None)
    transcripts, _ = parse_transcripts(read_transcript_files(None)[0])
    start = START + timedelta(days=days, hours=hours)

    result = run_transcripts(transcripts, room.rules, room.config, frozenset(), start=start)

    assert result.failed == ()


def test_no_transcript_no_result() -> None:
    """Playing nothing is no error here; the command says so."""
    room = tearoom_edition()
    result = run_transcripts([], room.rules, room.config, frozenset(), start=START)
    assert (result.played, result.lines, result.failed, result.differences) == (0, 0, (), ())


def test_the_person_may_be_erased() -> None:
    """After my data was deleted nothing is known any more, and no mail comes."""
    flow = """
flow: goodbye
start: {words: [goodbye]}
steps:
  sure: {say: Sure?, choices: {Erase me: gone, Stay: end}}
  gone: {say: All gone., my_data: delete}
"""
    made = compile_workspace({"flows/goodbye.yaml": flow})
    lines = f"""{LINES_TO_THE_CODE}
  - says: "{{{{ code }}}}"
  - says: goodbye
  - taps: Erase me
    bot: {{step: gone}}
    expect: {{tags: [], consents: {{letter: none}}, addresses: {{mia@example.com: none}}, sequences: {{weeks: none}}}}
  - wait: 5 days
    expect: {{mails: []}}
"""
    assert list_differences(write_transcript(lines), made) == []


def test_values_are_written_as_in_yaml() -> None:
    """Numbers and yes or no are compared as what they are."""
    head = "people: {mia: {fields: {mood: true}}}"
    wanted: list[Any] = list_differences(write_transcript("\n  - says: letter\n    expect: {fields: {mood: 1}}", head))
    assert wanted == [(4, "fields", ["-mood: 1", "+mood: true"], "")]
