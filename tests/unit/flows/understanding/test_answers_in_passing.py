"""Answers in slang and dialect, and with something beside them: a relative, hours, a form of address."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.agreement import read_answer, read_typed_consent

LABELS = ({"yes send it", "ja schick ihn"}, {"no thank you", "nein danke"})


def read_consent(text: str) -> bool | None:
    """Read a text beside the labels of a consent."""
    return read_typed_consent(text, *LABELS)


@pytest.mark.parametrize(
    "text",
    [
        "yes, my mum says it's fine too", "ja, mein mann findets auch gut", "yeeh", "yessir", "ya shure", "yuss",
        "send it over mate", "schick mal rüber, Chef", "her damit meister", "okidoki", "oki doki", "okily dokily",
        "ja warum ned", "wieso ned, ja", "why not, send it", "passt, schickts ma", "that'd be grand", "wär eh fein",
        "oh go on", "mit dem größten Vergnügen",
    ],
)  # fmt: skip
def test_a_yes_in_a_spelling_of_its_own_agrees(text: str) -> None:
    """Slang, dialect and a remark about a relative leave a yes what it is."""
    assert read_consent(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "yes, my mum says no", "yes but my wife says no", "my mum says yes", "ja, meine oma mag das nicht",
        "send it to my mate", "schick mir die rechnung", "gib mir einen moment", "why not?", "why not tomorrow",
        "warum ned", "would be nice if it was free", "wär fein, aber nein", "go on", "solved",
        "schick ihn mir bitte nicht", "okidoki no", "please do tell me more", "yesterday", "wäre ja noch schöner",
        "yes, but only in the evening", "ja, moment", "cheers", "brilliant, ta",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_yes_does_not_agree(text: str) -> None:
    """A consent takes nothing that may mean something else."""
    assert read_consent(text) is not True


@pytest.mark.parametrize(
    "text",
    ["currently not interested", "momentan kein Interesse", "not at the moment", "im moment kein bedarf",
     "naa, passt scho"],
)  # fmt: skip
def test_a_no_for_the_present_declines(text: str) -> None:
    """What may change later is a no today."""
    assert read_consent(text) is False


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("brilliant, ta", True), ("klasse, vergelts gott", True), ("please do, I'm home after 5", True),
        ("yes, but not before 10", True), ("ja, aber nur abends", True), ("gladly, I always forget these 😅", True),
        ("gern, ich vergess sowas immer", True), ("problem solved!", True), ("läuft wieder", True),
        ("des wär schee", True), ("Very gladly, thank you", True), ("no, not before 10", False), ("not today", False),
        ("problem not solved", False), ("is it solved?", None), ("in the evening", None), ("gern, aber nein", None),
        ("half solved", None), ("yes or no today", None), ("wär ned fein", None), ("bin daheim", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_with_what_stands_beside_it(text: str, means: bool | None) -> None:  # noqa: FBT001  the verdict
    """Hours, a habit and a solved problem leave no doubt of a yes to a question."""
    assert (read_answer(text, "Did that help you?") is True) == (means is True), normalize_text(text)
    assert means is not False or read_answer(text, "Did that help you?") is False


@pytest.mark.parametrize(
    "text",
    [
        "jo mei", "ja mei", "mei", "na ja", "if you must", "fine, if you must", "meinetwegen", "von mir aus",
        "na von mir aus halt", "wenns sein muss", "ja wenns sein muss", "joa", "jo eh", "passt eh", "ja toll", "ach ja",
        "ja super, noch ein newsletter", "great, another newsletter", "yes dear", "ja ja", "meh ok", "ok whatever",
    ],
)  # fmt: skip
def test_a_shrug_agrees_to_nothing(text: str) -> None:
    """A consent takes a clear yes."""
    assert read_consent(text) is not True


@pytest.mark.parametrize("text", ["jo mei, ja", "ja, von mir aus", "meinetwegen ja", "von mir aus gern", "auf jeden"])
def test_a_clear_yes_beside_a_shrug_agrees(text: str) -> None:
    """Who says yes besides has said it."""
    assert read_consent(text) is True


@pytest.mark.parametrize("text", ["problem solved!", "solved", "läuft wieder", "hat sich erledigt"])
def test_a_solved_problem_is_a_yes_only_where_that_is_asked(text: str) -> None:
    """“Solved!” says nothing of whether to call."""
    assert read_answer(text, "Did that help you?") is True
    assert read_answer(text, "Hat dir das geholfen?") is True
    assert read_answer(text, "Shall we call you when the bike is fixed?") is None
    assert read_answer(text, "Sollen wir dich anrufen, wenn das Rad fertig ist?") is None
