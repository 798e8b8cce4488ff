"""A small workspace to play transcripts in, and how to play them."""

from collections.abc import Mapping
from functools import cache
from textwrap import dedent

from language.findings import Finding
from service.transcripts.check_names import House, check
from service.transcripts.read_files import read_all
from service.transcripts.run import Result, run
from service.workspace.edition import Edition, compile_edition, shipped_files

HOUSE = """
brand: Tearoom
bot: Leaf
company: Tearoom Ltd
address: Quay 1, Hamburg
contact: privacy@tearoom.example
website: https://tearoom.example
privacy_url: https://tearoom.example/privacy
languages: [en, de]
timezone: Europe/Berlin
greeting:
  named: {en: "Hi {{ first_name }}", de: "Hallo {{ first_name }}"}
  unnamed: {en: Hello, de: Hallo}
senders:
  transactional: {name: Tearoom, email: hello@post.tearoom.example}
  marketing: {name: Tearoom, email: leaf@mail.tearoom.example}
topics:
  letter:
    name: {en: The letter, de: Der Brief}
    wording: {en: "You let {{ company }} mail you the letter.", de: "Die {{ company }} darf dir den Brief mailen."}
fields:
  mood: {type: text, label: {en: Mood, de: Stimmung}}
events:
  cup.noted: {label: {en: noted a cup, de: hat eine Tasse notiert}}
  tasted.tea: {label: {en: tasted a tea, de: hat einen Tee probiert}}
tags: [reader, calm]
team:
  support: {email: lena@tearoom.example}
pools:
  spring: {en: Spring code, de: Code}
"""

LETTER = """
flow: letter
start: {button: get started, words: [letter], links: [spring]}
steps:
  hello:
    say: ["{{ hi }}!", Shall the letter come?]
    consent: letter
    agree: Yes, please
    decline: Not now
    else: bye
  address:
    say: Which address?
    ask: email
    again: An address looks like mia@example.com.
    nudge: {after: 20 minutes, say: Still there?}
    else: bye
  code:
    say: Type the code from {{ email }}.
    confirm: letter
    again: That is not the code.
    choices:
      Change address: address
    else: bye
  done:
    say: You're in!
    tag: reader
    event: tasted.tea
    go: end
  bye:
    say: Another time.
    go: end
"""

LETTER_DE = """
flow: letter
language: de
words: [brief]
steps:
  hello: {say: ["{{ hi }}!", Soll der Brief kommen?], agree: Ja bitte, decline: Jetzt nicht}
  address: {say: Welche Adresse?, again: Fast., nudge: Noch da?}
  code: {say: "Schreib den Code aus {{ email }}.", again: Falsch., choices: {Change address: Andere Adresse}}
  done: Du bist dabei!
  bye: Ein andermal.
"""

MOOD = """
flow: mood
start: {words: [mood]}
steps:
  ask:
    say: How do you feel?
    ask: choice
    save: mood
    choices: {Calm: calm, Awake: awake}
    timeout: {after: 2 hours, go: late}
    else: late
  calm:
    tag: calm
    if: tag is reader
    go: gift
    else: pick
  awake:
    split: {pick: 50%, gift: 50%}
  gift:
    code: spring
    go: given
    else: late
  given:
    say: "Take {{ code }}."
    go: end
  pick:
    say: Pick one.
    buttons: {Our page: "https://tearoom.example", Go on: late}
  late:
    say: Bye.
    notify: {team: support, say: Somebody left.}
    go: end
"""

SEQUENCE = """
sequence: weeks
topic: letter
start: confirmed
steps:
  welcome: {send: welcome}
  pause: {wait: {for: cup.noted, at_most: 3 days}, go: end, else: again}
  again: {send: come_back}
"""

MAILS = ("_layout", "confirmation", "welcome", "come_back")
"""Shipped mails that the workspace uses."""


def files() -> dict[str, str]:
    """The files of the workspace; its mails are shipped ones."""
    mails = {name: text for name, text in shipped_files().items() if name.startswith("emails/")}
    return {
        **{name: text for name, text in mails.items() if name.split("/")[1].split(".")[0] in MAILS},
        "sequences/weeks.yaml": SEQUENCE,
        "doorstep.yaml": HOUSE,
        "flows/letter.yaml": LETTER,
        "flows/letter.de.yaml": LETTER_DE,
        "flows/mood.yaml": MOOD,
    }


def edition(more: Mapping[str, str] | None = None) -> Edition:
    """The workspace, compiled."""
    made, found = compile_edition({**files(), **(more or {})})
    assert made is not None, "\n".join(map(str, found))
    return made


@cache
def tearoom() -> Edition:
    """The workspace as it is, compiled once."""
    return edition()


def found(text: str, made: Edition | None = None) -> list[Finding]:
    """Everything wrong in a transcript file."""
    room = made or tearoom()
    transcripts, findings = read_all({"transcripts/one.yaml": dedent(text)})
    known = House(config=room.config, rules=room.rules, templates=frozenset(room.mails.names))
    return [*findings, *(one for each in transcripts for one in check(each, known))]


def played(text: str, made: Edition | None = None) -> Result:
    """What playing a transcript file finds; the file itself is without findings."""
    room = made or tearoom()
    assert found(text, room) == []
    transcripts, _ = read_all({"transcripts/one.yaml": dedent(text)})
    return run(transcripts, room.rules, room.config, frozenset(room.mails.names))


def differs(text: str, made: Edition | None = None) -> list[tuple[int, str, list[str], str]]:
    """Line, key, rows and message of each difference."""
    return [
        (one.line, one.what, [f"{row.sign}{row.text}" for row in one.rows], one.message)
        for one in played(text, made).differences
    ]


JOIN = """
  - says: letter
  - taps: Yes, please
  - says: mia@example.com
"""
"""Lines that lead to the code."""


def talk(lines: str, head: str = "") -> str:
    """A transcript with these lines."""
    return f"transcript: one\n{head}\ntalk:{lines}"
