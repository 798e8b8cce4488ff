"""What ``doorstep check`` reports in flows: position, code, and the nearest valid name."""

import re

import pytest

from flows.load import compile_flows
from language.findings import Finding
from language.text_template import compile_text
from tests.support.flow_person import LIBRARY as SHIPPED
from tests.support.flow_person import shipped_config
from tests.support.paths import ROOT

FLOW, GERMAN = "flows/newsletter.yaml", "flows/newsletter.de.yaml"
STARTER = ROOT / "service/workspace/library/starter"
LIBRARY = {
    name: (STARTER / name).read_text("utf-8").replace("tag: subscriber", "tag: reader") for name in (FLOW, GERMAN)
}
"""The newsletter of ``init --bare``, which calls no other flow, so that findings are of this flow only."""


def list_findings(files: dict[str, str]) -> list[Finding]:
    """Return the findings in these files."""
    return compile_flows(files, shipped_config())[1]


def test_the_flow_as_it_is_has_no_findings() -> None:
    """English and German are complete, and nothing is stale."""
    book, findings = compile_flows(LIBRARY, shipped_config())
    assert findings == []
    assert list(book.flows) == ["newsletter"]


CHANGES = [
    (FLOW, "else: bye", "else: by", "unknown-step", "Did you mean “bye”?"),
    (FLOW, "Change address: address", "Change address: adress", "unknown-step", "Did you mean “address”?"),
    (FLOW, "consent: friday_leaf ", "consent: friday_leave ", "unknown-topic", "Did you mean “friday_leaf”?"),
    (FLOW, "confirm: friday_leaf", "confirm: fridayleaf", "unknown-topic", "Did you mean “friday_leaf”?"),
    (FLOW, "tag: reader", "tag: raeder", "unknown-tag", "Did you mean “reader”?"),
    (FLOW, "tag: reader", "event: cup.note", "unknown-event", "Did you mean “cup.noted”?"),
    (FLOW, "tag: reader", "set: {frist_name: Mia}", "unknown-field", "Did you mean “first_name”?"),
    (FLOW, "tag: reader", "set: {first_name: 5.5}", "wrong-kind", ""),
    (FLOW, "ask: email", "ask: mail", "unknown-word", "Did you mean “email”?"),
    (FLOW, "ask: email", "aks: email", "unknown-key", "Did you mean “ask”?"),
    (FLOW, "agree: Yes, please", "agree: Yes, please send it to me", "long-label", ""),
    (FLOW, "Change address: address", "Help: address", "reserved-label", ""),
    (FLOW, "words: [newsletter,", "words: [stop,", "reserved-word", ""),
    (FLOW, "after: 20 minutes", "after: 20 minuts", "bad-time", "Did you mean “minutes”?"),
    (FLOW, "after: 20 minutes", "after: 2 days", "outside-window", ""),
    (FLOW, "{{ email }}. A six", "{{ emial }}. A six", "unknown-variable", "Did you mean “email”?"),
    (FLOW, "{{ email }}. A six", "{{ first_name }}. A six", "no-fallback", ""),
    (FLOW, "{{ email }}. A six", "{{ email . A six", "template", "{{ email }}"),
    (FLOW, "{{ email }}. A six", "{{ email }. A six", "template", "{{ email }}"),
    (FLOW, "{{ email }}. A six", "{% if email %}x. A six", "template", "{% endif %}"),
    (FLOW, "{{ email }}. A six", "{email}. A six", "single-braces", "Did you mean {{ email }}?"),
    (FLOW, "{{ email }}. A six", "{% for a in hi %}x{% endfor %}. A six", "template", ""),
    (FLOW, "{{ email }}. A six", "{{ 9 ** 9 ** 9 }}. A six", "template", ""),
    (FLOW, "go: address", "go: expired", "never-ends", ""),
    (FLOW, "    else: expired\n", "", "unreachable", ""),
    (FLOW, "    else: lost\n", "", "no-way-out", ""),
    (FLOW, "    ask: email\n", "", "no-address", "Add a step with “ask: email”."),
    (FLOW, "    decline: Not now\n", "", "missing", ""),
    (FLOW, "    confirm: friday_leaf\n", "    confirm: friday_leaf\n    ask: text\n", "two-questions", ""),
    (FLOW, "say: Good!", "say: Good: it is.", "colon-in-text", ""),
    (FLOW, "say: Good!", "say: Good, you are #1.", "cut-text", ""),
    (FLOW, "  done:\n", "  bye:\n", "duplicate-key", "Keep one of them."),
    (FLOW, "say: Good!", f"say: {'long ' * 400}", "too-long", ""),
    (FLOW, "say: Good! W", "say: Good. W", "stale", ""),
    (GERMAN, "flow: newsletter", "flow: newsleter", "unknown-flow", "Did you mean “newsletter”?"),
    (GERMAN, "language: de", "language: fr", "unknown-language", ""),
    (GERMAN, "  bye: Kein", "  by: Kein", "unknown-step", "Did you mean “bye”?"),
    (GERMAN, "No mail yet:", "No mails yet:", "unknown-choice", "Did you mean “No mail yet”?"),
    (GERMAN, "    agree: Ja, gern\n", "", "not-translated", ""),
    (GERMAN, "  expired: Der", "  expired: {nudge: x}\n  lost2: Der", "not-in-original", ""),
    (GERMAN, "Andere Adresse", "Eine ganz andere Adresse", "long-label", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "hint"), CHANGES, ids=[f"{finding[3]}-{finding[2]}" for finding in CHANGES]
)
def test_a_mistake_is_found_where_it_stands(file: str, old: str, new: str, code: str, hint: str) -> None:
    """Each mistake gives a finding with a line, and with a hint where there is one."""
    assert old in LIBRARY[file]
    files = {**LIBRARY, file: LIBRARY[file].replace(old, new, 1)}
    hits = [finding for finding in list_findings(files) if finding.code == code]
    assert hits
    assert any(finding.line > 0 and hint in finding.hint for finding in hits)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("consent: friday_leaf", "consent: the_weakly", "unknown-topic"),
        ("confirm: friday_leaf", "confirm: the_weakly", "unknown-topic"),
        ("ask: email\n", "ask: emial\n", "unknown-word"),
        ("start:\n", "start:\n  buton: x\n", "unknown-key"),
        ("else: bye\n", "else:bye\n", "no-space"),
        ("Type 'person'.\"", "Type 'person'.", "open-quote"),
    ],
)
def test_one_slip_is_told_once_and_in_its_own_file(old: str, new: str, code: str) -> None:
    """An invalid original is reported in its own file, and its translation is not."""
    findings = list_findings({**LIBRARY, FLOW: LIBRARY[FLOW].replace(old, new, 1)})
    assert [(finding.file, finding.code) for finding in findings] == [(FLOW, code)]


def test_a_translation_without_an_original_is_told() -> None:
    """Without an original, the translation has the finding."""
    findings = list_findings({GERMAN: LIBRARY[GERMAN]})
    assert [(finding.file, finding.code) for finding in findings] == [(GERMAN, "unknown-flow")]


def test_the_line_and_column_are_those_of_the_word() -> None:
    """An unknown step is reported at the position of its name."""
    text = LIBRARY[FLOW].replace("else: bye", "else: by")
    line = next(number for number, finding in enumerate(text.splitlines(), 1) if "else: by" in finding)
    assert [
        str(finding)
        for finding in list_findings({FLOW: text, GERMAN: LIBRARY[GERMAN]})
        if finding.code == "unknown-step"
    ] == [f"{FLOW}:{line}:11: error [unknown-step] There is no step “by”. Did you mean “bye”?"]


def test_two_flows_cannot_claim_the_same_way_in() -> None:
    """A word, a link, the button, and the name of a flow belong to one flow."""
    other = "flow: other\nstart: {button: get started, words: [subscribe], links: [website]}\nsteps:\n  a: {say: Hi}\n"
    codes = [finding.code for finding in list_findings({**LIBRARY, "flows/other.yaml": other})]
    assert codes.count("claimed-twice") == 3
    again = LIBRARY[FLOW]
    assert "flow-twice" in [finding.code for finding in list_findings({**LIBRARY, "flows/again.yaml": again})]


def test_a_flow_with_errors_is_left_out_and_the_others_stay() -> None:
    """A broken file does not affect the others."""
    book, _ = compile_flows({**LIBRARY, "flows/broken.yaml": "flow: broken\nsteps: {a: {go: b}}"}, shipped_config())
    assert list(book.flows) == ["newsletter"]


def test_a_missing_translation_is_a_warning() -> None:
    """People then read the original, and the hint names the missing file."""
    assert [(finding.code, finding.severity, finding.hint) for finding in list_findings({FLOW: LIBRARY[FLOW]})] == [
        ("no-translation", "warning", f"Write {GERMAN}.")
    ]


def test_a_translation_with_a_mistake_is_not_called_missing() -> None:
    """Its own finding stands alone: the file is there, and need not be written."""
    broken = LIBRARY[GERMAN] + "\nextra: 1\n"
    assert [(one.file, one.code) for one in list_findings({FLOW: LIBRARY[FLOW], GERMAN: broken})] == [
        (GERMAN, "unknown-key")
    ]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("mail: {calendar: {title: Probe}}", ("unknown-key", "Did you mean “calendar: its texts in this language”?")),
        ("calendar: {title: Probe, starts: table_at}", ("unknown-key", "Known: description, title, where.")),
        ("calendar: {title: Probe, where: Köln}", ("not-in-original", "Take it out, or give it to the original.")),
    ],
)
def test_a_translated_appointment_is_its_texts_alone(written: str, found: tuple[str, str]) -> None:
    """Whoever copies the original's map is told what a translation takes."""
    german = f"flow: newsletter\nlanguage: de\nsteps:\n  done:\n    {written}\n"
    findings = list_findings({FLOW: LIBRARY[FLOW], GERMAN: german})
    assert [(one.code, one.hint) for one in findings if one.code != "not-translated"] == [found]


def test_a_plain_text_never_meets_the_template_engine() -> None:
    """Only texts with variables are compiled as templates, and a variable without a value is left out."""
    assert compile_text("100 % {plain}").template is None
    assert compile_text("Hi {{ nobody }}, well").render({}) == "Hi"


def test_every_shipped_text_that_names_a_command_names_a_real_one() -> None:
    """Each word that people are told to type begins a flow or is a command."""
    flows = {name: text for name, text in SHIPPED.items() if name.startswith(("flows/newsletter", "flows/address_and"))}
    book = compile_flows(flows, shipped_config())[0]
    told = re.findall(r"(?:[Tt]ype '([^'{]+)')|(?:„([^“{]+)“)", "\n".join(flows.values()))
    names = {(finding or other).casefold() for finding, other in told}
    assert names <= {*book.start_words, *book.command_words}
    assert len(names) >= 3
