"""A small workspace to play transcripts in, and how to play them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from textwrap import dedent

from language.findings import Finding
from service.transcripts.check_names import WorkspaceNames, check_transcript
from service.transcripts.read_files import parse_transcripts
from service.transcripts.run import TranscriptsResult, run_transcripts
from service.workspace.edition import Edition, compile_edition, shipped_files

START = datetime.fromisoformat("2026-11-23T10:00+01:00")
"""When transcripts begin that do not say when: a Monday."""

CONFIG = """
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


def workspace_files() -> dict[str, str]:
    """Return the files of the workspace by name; its mails are shipped ones."""
    mails = {name: text for name, text in shipped_files().items() if name.startswith("emails/")}
    return {
        **{name: text for name, text in mails.items() if name.split("/")[1].split(".")[0] in MAILS},
        "sequences/weeks.yaml": SEQUENCE,
        "doorstep.yaml": CONFIG,
        "flows/letter.yaml": LETTER,
        "flows/letter.de.yaml": LETTER_DE,
        "flows/mood.yaml": MOOD,
    }


def compile_workspace(more_files: Mapping[str, str] | None = None) -> Edition:
    """Return the workspace, compiled; ``more_files`` are added to it."""
    compiled, findings = compile_edition({**workspace_files(), **(more_files or {})})
    assert compiled is not None, "\n".join(map(str, findings))
    return compiled


@cache
def tearoom_edition() -> Edition:
    """Return the workspace as it is, compiled once."""
    return compile_workspace()


def find_findings(text: str, edition: Edition | None = None) -> list[Finding]:
    """Return the findings on a transcript file."""
    workspace = edition or tearoom_edition()
    transcripts, findings = parse_transcripts({"transcripts/one.yaml": dedent(text)})
    names = WorkspaceNames(
        config=workspace.config, rules=workspace.rules, templates=frozenset(workspace.mails.template_names)
    )
    of_transcripts = [finding for transcript in transcripts for finding in check_transcript(transcript, names)]
    return [*findings, *of_transcripts]


def play_text(text: str, edition: Edition | None = None) -> TranscriptsResult:
    """Return the result of playing a transcript file, which has no findings itself."""
    workspace = edition or tearoom_edition()
    assert find_findings(text, workspace) == []
    transcripts, _ = parse_transcripts({"transcripts/one.yaml": dedent(text)})
    return run_transcripts(
        transcripts, workspace.rules, workspace.config, frozenset(workspace.mails.template_names), start=START
    )


def list_differences(text: str, edition: Edition | None = None) -> list[tuple[int, str, list[str], str]]:
    """Return line, key, rows and message of each difference."""
    return [
        (difference.line, difference.what, [f"{row.sign}{row.text}" for row in difference.rows], difference.message)
        for difference in play_text(text, edition).differences
    ]


LINES_TO_THE_CODE = """
  - says: letter
  - taps: Yes, please
  - says: mia@example.com
"""
"""Lines that lead to the code."""


def write_transcript(lines: str, head: str = "") -> str:
    """Return a transcript with these lines."""
    return f"transcript: one\n{head}\ntalk:{lines}"
