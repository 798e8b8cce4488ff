"""Whether a consent wording names its mails: how many it speaks of, and how many can come."""

import pytest

from flows.load import compile_flows
from onboarding.language.compile import compile_sequences
from service.workspace.checks import consent_wordings
from service.workspace.edition import shipped_files
from tests.support.flow_person import shipped_config


@pytest.mark.parametrize(
    ("wording", "language", "count"),
    [
        ("the Friday Leaf (weekly) and up to three mails that follow", "en", 3),
        ("das Freitagsblatt und bis zu drei Mails, passend zu dem", "de", 3),
        ("up to two short emails", "en", 2),
        ("höchstens 12 E-Mails", "de", 12),
        ("one mail a week, and four mails at the start", "en", 4),
        ("mail now and then", "en", None),
        ("we send you mails", "en", None),
        ("trois mails", "fr", None),
        ("3 mails", "fr", 3),
    ],
)
def test_the_number_that_a_wording_speaks_of_is_read(wording: str, language: str, count: int | None) -> None:
    """Number words of the languages we know, digits in every language, the largest if there are several."""
    assert consent_wordings.count_named_mails(wording, language) == count


def sequence(*steps: str) -> str:
    """Return a sequence of these steps."""
    lines = "".join(f"  s{at}: {step}\n" for at, step in enumerate(steps))
    return f"sequence: counted\ntopic: friday_leaf\nstart: confirmed\nsteps:\n{lines}"


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        (["{send: welcome}"], 1),
        (["{send: welcome}", "{wait: 1 day}", "{send: welcome}"], 2),
        (["{send: welcome}", "{if: tag is reader, go: end, else: s2}", "{send: welcome, go: end}"], 2),
        (["{send: welcome}", "{wait: {for: cup.noted, at_most: 3 days}, go: s2, else: s3}", "{send: welcome, go: end}",
          "{send: welcome}", "{send: welcome}"], 3),
        (["{send: welcome}", "{wait: 1 day}", "{if: tag is reader, go: end, else: s1}"], 1),
    ],
)  # fmt: skip
def test_the_longest_way_through_a_sequence_is_counted(steps: list[str], count: int) -> None:
    """Of two branches the longer one; a circle once."""
    book, _ = compile_sequences({"sequences/counted.yaml": sequence(*steps)}, shipped_config())
    [one] = book.sequences.values()
    assert consent_wordings.count_longest_way(one, one.topic) == count


def test_the_shipped_topic_names_all_its_mails() -> None:
    """Three mails are named, and the shipped sequence sends three at most."""
    files, config = shipped_files(), shipped_config()
    sequences = {name: text for name, text in files.items() if name.startswith("sequences/")}
    book, _ = compile_sequences(sequences, config)
    flows, _ = compile_flows({}, config)
    assert consent_wordings.count_most_mails("friday_leaf", book, flows) == 3


def test_the_confirmation_promises_no_fewer_mails_than_the_plan_sends() -> None:
    """It names a number per topic; the longest way through the topic's sequences must fit."""
    files, config = shipped_files(), shipped_config()
    book, _ = compile_sequences({name: text for name, text in files.items() if name.startswith("sequences/")}, config)
    flows, _ = compile_flows({}, config)
    assert list(consent_wordings.check_confirmations(files, config, book, flows)) == []
    files["emails/confirmation.de.mjml"] = files["emails/confirmation.de.mjml"].replace("drei Mails", "zwei Mails")
    [told] = consent_wordings.check_confirmations(files, config, book, flows)
    assert str(told).startswith("emails/confirmation.de.mjml:13:84")
    assert "This speaks of 2 mails of “friday_leaf”, and up to 3 can come." in str(told)
