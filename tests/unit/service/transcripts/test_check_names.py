"""What is wrong in a transcript, and where."""

import pytest

from tests.support.sample_workspace import find_findings, list_differences


@pytest.mark.parametrize(
    ("text", "place", "code", "hint"),
    [
        ("transcript: x\nflow: leter\ntalk: [{says: a}]", (2, 7), "unknown-flow", "Did you mean “letter”?"),
        ("transcript: x\nlanguage: fr\ntalk: [{says: a}]", (2, 11), "unknown-language", "Known: de, en."),
        ("transcript: x\nat: soon\ntalk: [{says: a}]", (2, 5), "not-a-time", "Write it such as 2026-12-24 18:30."),
        ("transcript: x\ntalk:\n  - sas: a", (3, 5), "unknown-key", "Did you mean “says”?"),
        ("transcript: x\ntalk:\n  - wait: 3 dayz", (3, 11), "not-a-time", "Did you mean “days”?"),
        ("transcript: x\ntalk:\n  - bot: a", (3, 5), "no-action", "Begin it with"),
        ("transcript: x\ntalk:\n  - says: a\n    bot: {step: helo}", (4, 17), "unknown-step", "Did you mean “hello”?"),
        ("transcript: x\ntalk:\n  - says: a\n    bot: {step: moood/ask}", (4, 17), "unknown-flow", "“mood”?"),
        ("transcript: x\ntalk:\n  - says: a\n    bot: {step: mood/asc}", (4, 17), "unknown-step", "“ask”?"),
        ("transcript: x\ntalk:\n  - says: a\n    expect: {tags: [readr]}", (4, 21), "unknown-tag", "“reader”?"),
        ("transcript: x\ntalk:\n  - says: a\n    expect: {mails: [welcom]}", (4, 22), "unknown-mail", "“welcome”?"),
        ("transcript: x\ntalk:\n  - does: cup.notd", (3, 11), "unknown-event", "Did you mean “cup.noted”?"),
        ("transcript: x\ntalk:\n  - who: mio\n    says: a", (3, 10), "unknown-person", ""),
        ("transcript: x\ncodes: {sprng: []}\ntalk: [{says: a}]", (2, 9), "unknown-pool", "Did you mean “spring”?"),
        ("transcript: x\npeople: {a: {proven: true}}\ntalk: [{says: a}]", (2, 13), "no-address", "Add email"),
        ("transcript: x\npeople: {a: {timezone: Berlin}}\ntalk: [{says: a}]", (2, 24), "unknown-time", ""),
        ("transcript: x\ntalk:\n  - {says: a, taps: b}", (3, 5), "invalid", ""),
        ("talk: [{says: a}]", (1, 1), "missing", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, place: tuple[int, int], code: str, hint: str) -> None:
    """Each mistake has file, line, column, code and the nearest known word."""
    told = find_findings(text)
    assert [(one.file, one.line, one.column, one.code) for one in told] == [("transcripts/one.yaml", *place, code)]
    assert hint in told[0].hint


def test_a_list_of_transcripts_keeps_its_places() -> None:
    """In a file with several transcripts, findings and differences name the right lines."""
    text = "- transcript: a\n  talk: [{says: letter}]\n- transcript: b\n  talk:\n    - says: letter\n      bot: Nope\n"
    assert [(line, what) for line, what, _, _ in list_differences(text)] == [(5, "bot")]
    assert [one.line for one in find_findings(text.replace("says: letter\n", "sas: letter\n"))] == [5]
