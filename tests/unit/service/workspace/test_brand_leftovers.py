"""What still speaks of the shipped example: the list of its words is complete, and counts nothing of one's own."""

import re

import pytest

from domain.workspace_config import WorkspaceConfig
from service.transcripts.read_files import read_transcript_files
from service.workspace.brand_leftovers import find_brand_leftovers, find_example_words, word_pattern
from service.workspace.edition import compile_edition, shipped_files, starter_files

EXAMPLE = {**shipped_files(), **read_transcript_files(None)[0]}
STEMS = re.compile(
    r"amsel|tea|tee|cup|tasse|kettle|brew|brüh|bruh|steep|tasting|leaf|leaves|blatt|kanne|teapot|infus|aufgu|aufgü|caffeine"
    r"|koffein|sencha|assam|oolong|rooibos|honeybush|hojicha|speicher|hamburg|frankfurt|jonas|lena\b|dose|\btins?\b"
    r"|saturday|samstag|working day|werktag",
    re.IGNORECASE,
)
INNOCENT = {"team", "saturday", "samstag", "cupboard"}
"""Words that hold a stem by chance, or a day that somebody types in a transcript: no promise."""


def _config(brand: str = "Yoga Loft", topic: str = "The Weekly") -> WorkspaceConfig:
    edition, _ = compile_edition(shipped_files())
    assert edition
    topics = {"weekly": edition.config.topics["friday_leaf"].model_copy(update={"name": {"en": topic}})}
    return edition.config.model_copy(update={"brand": brand, "company": f"{brand} Ltd", "topics": topics})


@pytest.mark.parametrize("name", EXAMPLE)
def test_every_word_that_a_search_finds_is_on_the_list(name: str) -> None:
    """Each place where a stem stands is a place of the list, or a word that has nothing to do with it."""
    text = EXAMPLE[name]
    found = [match.span() for match in word_pattern().finditer(text)]
    missed = []
    for match in STEMS.finditer(text):
        start, end = match.span()
        while start and re.match(r"[^\W_]", text[start - 1]):
            start -= 1
        while end < len(text) and re.match(r"[^\W_]", text[end]):
            end += 1
        if not any(low <= match.start() < high for low, high in found) and text[start:end].casefold() not in INNOCENT:
            missed.append(text[start:end])
    assert missed == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("doorstep.yaml", {"tea", "tee", "tasting", "tin", "brewing", "tastings", "cup", "tue-sat"}),
        ("flows/questions.yaml", {"within a few hours", "caffeine"}),
        ("flows/office.yaml", {"jonas", "within one working day", "no minimum order"}),
        ("flows/table.yaml", {"costs nothing"}),
        ("tables/faq.de.yaml", {"zwei bis drei werktage", "teebuch", "€"}),
        ("emails/welcome.mjml", {"kettle", "tasting book", "lena", "cups"}),
        ("emails/welcome.de.mjml", {"teebuch", "tassen", "lena"}),
        ("transcripts/newsletter.yaml", {"leaf"}),
    ],
)
def test_promises_menu_labels_and_names_are_among_them(name: str, words: set[str]) -> None:
    """What a house sells, when it is open, what it promises, and who works there."""
    found = {" ".join(match[0].split()).casefold() for match in find_example_words(name, EXAMPLE[name])}
    assert words <= found


def test_the_count_is_what_a_search_finds() -> None:
    """In every file, with comments, labels and names; one warning a file."""
    left = find_brand_leftovers(EXAMPLE, _config())
    assert left.words == sum(len(word_pattern().findall(text)) for text in EXAMPLE.values())
    assert [one.file for one in left.findings] == sorted(
        name for name, text in EXAMPLE.items() if word_pattern().search(text)
    )
    assert {one.code for one in left.findings} == {"still-amsel"}


def test_a_brand_keeps_its_own_words() -> None:
    """A tea shop may speak of tea, and the example of itself; the house's name is nobody else's."""
    text = {"flows/a.yaml": "say: Amsel Tea has tea and a kettle.", **EXAMPLE}
    words = find_brand_leftovers(text, _config("Acme Tea")).words
    assert words < find_brand_leftovers(text, _config()).words
    assert find_brand_leftovers(text, _config("Amsel Tea")).words == 0
    (own,) = find_brand_leftovers({"flows/a.yaml": text["flows/a.yaml"]}, _config("Acme Tea")).findings
    assert own.message == "Line 1 still speaks of Amsel Tea: “Amsel”."


def test_words_in_lines_of_ones_own_do_not_count() -> None:
    """A café that never had the example, or has rewritten a whole file, is told nothing."""
    rewritten = "steps: {hello: {say: A cup of coffee, and cake with tea?}}"
    assert (
        find_brand_leftovers({"flows/newsletter.yaml": rewritten, "flows/cake.yaml": rewritten}, _config()).words == 0
    )
    half = f"{EXAMPLE['flows/newsletter.yaml']}\n# a cup of coffee\n"
    only = len(find_example_words("flows/newsletter.yaml", EXAMPLE["flows/newsletter.yaml"]))
    assert find_brand_leftovers({"flows/newsletter.yaml": half}, _config()).words == only + 1


def test_the_bare_starter_says_none_of_them_after_init() -> None:
    """Its texts are neutral; the facts of doorstep.yaml and the topic's name are replaced."""
    texts = {name: text for name, text in starter_files(["en", "de"]).items() if name != "doorstep.yaml"}
    said = {match[0].casefold() for text in texts.values() for match in word_pattern().finditer(text)}
    assert said <= {"friday leaf", "leaf", "amseltea"}
