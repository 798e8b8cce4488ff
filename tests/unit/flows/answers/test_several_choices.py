"""Several choices in one answer, one after another and at once."""

import pytest

from flows.answers.several_choices import read_choices
from flows.language.matching import normalize_text
from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, person_for_steps, roomy_config

LABELS = ["Tea", "Coffee", "Cups & pots", "Cold brew"]


def read(text: str, labels: list[str] = LABELS) -> list[str]:
    """Return the labels that a text takes."""
    numbers = {normalize_text(label): number for number, label in enumerate(labels)}
    return [labels[number] for number in read_choices(text, numbers, len(labels)).numbers]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("tea", ["Tea"]),
        ("tea and coffee, please", ["Tea", "Coffee"]),
        ("Tea, coffee", ["Tea", "Coffee"]),
        ("tea + coffee", ["Tea", "Coffee"]),
        ("tea coffee", ["Tea", "Coffee"]),
        ("I like tea and the cups and pots", ["Tea", "Cups & pots"]),
        ("cups & pots", ["Cups & pots"]),
        ("cold brew and tea", ["Tea", "Cold brew"]),
        ("the pots", ["Cups & pots"]),
        ("cofee and tea", ["Tea", "Coffee"]),
        ("1 and 3", ["Tea", "Cups & pots"]),
        ("1,3", ["Tea", "Cups & pots"]),
        ("1 3", ["Tea", "Cups & pots"]),
        ("the first and the third", ["Tea", "Cups & pots"]),
        ("eins und vier", ["Tea", "Cold brew"]),
        ("all", LABELS),
        ("all of them please", LABELS),
        ("alle bitte", LABELS),
        ("everything but the coffee", ["Tea", "Cups & pots", "Cold brew"]),
        ("all except tea and coffee", ["Cups & pots", "Cold brew"]),
        ("alles außer tea", ["Coffee", "Cups & pots", "Cold brew"]),
        ("tea but no coffee", ["Tea"]),
        ("tea, not coffee", ["Tea"]),
        ("tea, aber auch coffee", ["Tea", "Coffee"]),
        ("tea, that's all", ["Tea"]),
        ("that's all, thanks", []),
        ("das war alles, danke", []),
        ("not coffee", []),
        ("hmm", []),
        ("what do you mean?", []),
        ("5", []),
        ("the first two", ["Tea", "Coffee"]),
        ("first 3 please", ["Tea", "Coffee", "Cups & pots"]),
        ("the last two", ["Cups & pots", "Cold brew"]),
        ("die ersten beiden", ["Tea", "Coffee"]),
        ("die zwei letzten", ["Cups & pots", "Cold brew"]),
        ("the last five", []),
        ("first, third and last", ["Tea", "Cups & pots", "Cold brew"]),
        ("1st and 3rd", ["Tea", "Cups & pots"]),
        ("2-4", ["Coffee", "Cups & pots", "Cold brew"]),
        ("1 bis 3", ["Tea", "Coffee", "Cups & pots"]),
        ("everything but the last one", ["Tea", "Coffee", "Cups & pots"]),
        ("alles außer den letzten beiden", ["Tea", "Coffee"]),
        ("both tea and coffee", ["Tea", "Coffee"]),
        ("tea and coffee, both please", ["Tea", "Coffee"]),
        ("the rest", LABELS),
        ("everything is fine", []),
        ("alles gut", []),
        ("that is all thanks", []),
        ("nope that's all", []),
        ("coldbrew", ["Cold brew"]),
        ("can I pick two?", []),
        ("any two", []),
        ("what is cold brew?", []),
        ("can I have tea and coffee?", ["Tea", "Coffee"]),
        ("remove the tea", []),
        ("nimm coffee wieder raus", []),
        ("tea instead of coffee", ["Tea"]),
    ],
)
def test_what_a_typed_answer_takes(text: str, taken: list[str]) -> None:
    """Parts are read one by one; a denied part takes nothing."""
    assert read(text) == taken


def test_digits_in_labels_are_labels() -> None:
    """“3” is no ordinal where labels speak of numbers."""
    ages = ["Under 18", "18 to 24", "3 to 5 a day"]

    assert read("3", ages) == []
    assert read("under 18 and 18 to 24", ages) == ["Under 18", "18 to 24"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm done",
        "nope, that's all",
        "das reicht",
        "passt so, danke",
        "that is all, thank you",
        "that's it",
        "done",
        "fertig",
        "das war's",
        "Nothing else!",
        "no thanks",
    ],
)
def test_the_end_of_taking_is_heard(text: str) -> None:
    """In the words that people end a list with."""
    assert read_choices(text, {"tea": 0}, 1).is_done


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("not tea", ["Tea"]),
        ("actually no tea", ["Tea"]),
        ("remove the tea please", ["Tea"]),
        ("take coffee back", ["Coffee"]),
        ("coffee off", ["Coffee"]),
        ("coffee wieder raus", ["Coffee"]),
        ("streich tea und coffee", ["Tea"]),
        ("doch ohne tea", ["Tea"]),
        ("tea instead of coffee", ["Coffee"]),
        ("tea", []),
        ("take tea", []),
        ("tea to take away", []),
    ],
)
def test_what_a_typed_answer_takes_back(text: str, labels: list[str]) -> None:
    """What is denied or taken out, and nothing that is only taken."""
    numbers = {normalize_text(label): number for number, label in enumerate(LABELS)}
    assert [LABELS[number] for number in read_choices(text, numbers, len(LABELS)).taken_back] == labels


def test_a_label_that_lacks_something_is_named_by_what_is_denied() -> None:
    """“No nuts” is what “Nut free” says; “not nut free” denies it."""
    diets = ["Vegan", "Nuts free", "Ohne Milch"]

    assert read("vegan and no nuts", diets) == ["Vegan", "Nuts free"]
    assert read("keine milch", diets) == ["Ohne Milch"]
    assert read("not nuts free", diets) == []


def person_asked(ask: str = "many", more: str = "") -> FlowPerson:
    """Return a person whom a flow has asked for interests."""
    ends = "  yes: {say: 'So: {{ interests }}.', go: end}\n  no: {say: Pity., go: end}\n"
    person = person_for_steps(
        f"  q:\n    say: What do you like?\n    ask: {ask}\n    choices: [Tea, Coffee, Cups]\n"
        f"    save: interests\n{more}    go: yes\n    else: no\n{ends}"
    )
    person.type_text("go now")
    return person


def test_choices_are_taken_one_after_another() -> None:
    """What is taken is hidden, and said back; Done goes on."""
    person = person_asked()
    assert person.chip_labels == ["Tea", "Coffee", "Cups"]

    assert person.tap_label("Coffee") == ["Coffee: noted. Anything else?"]
    assert person.chip_labels == ["Tea", "Cups", "That's all"]
    assert person.type_text("tea please") == ["Tea: noted. Anything else?"]
    assert person.tap_label("That's all") == ["So: Tea and Coffee."]
    assert person.record.fields["interests"] == "Tea\nCoffee"


def test_the_last_choice_goes_on_by_itself() -> None:
    """Nothing is left to take."""
    assert person_asked().type_text("all of them") == ["So: Tea, Coffee and Cups."]


def test_several_at_once_with_the_end() -> None:
    """“That's it” in the same message ends it."""
    assert person_asked().type_text("tea and cups, that's it") == ["So: Tea and Cups."]


def test_at_least_and_at_most() -> None:
    """Too few and too many are told, and nothing is lost."""
    person = person_asked("{for: many, from: 2, to: 2}")

    assert person.type_text("all") == ["You can choose 2 at most. Which ones?"]
    assert person.type_text("tea") == ["Tea: noted. Anything else?"]
    assert person.chip_labels == ["Coffee", "Cups"]
    assert person.type_text("done") == ["Please choose at least 2."]
    assert person.type_text("cups") == ["So: Tea and Cups."]


def test_none_leaves_the_question_out_where_it_may() -> None:
    """With “skip” or from 0; else it says how many it takes."""
    person = person_asked(more="    skip: None of these\n")
    assert person.chip_labels == ["Tea", "Coffee", "Cups", "None of these"]
    assert person.type_text("none") == ["So: your interests."]
    assert person.record.fields["interests"] == ""

    assert person_asked().type_text("none of them") == ["Please choose at least 1."]
    assert person_asked("{for: many, from: 0}").type_text("nothing") == ["So: your interests."]


def test_what_is_not_understood_is_asked_again() -> None:
    """And after the tries the way out is taken."""
    person = person_asked(more="    tries: 2\n")

    assert person.type_text("blorp") == ["I did not get that. Tap what fits, or type it; several at once work, too."]
    assert person.chip_labels == ["Tea", "Coffee", "Cups"]
    assert person.type_text("blorp") == ["Pity."]


def test_tags_of_choices_count_when_it_goes_on() -> None:
    """Nobody is marked by a question they never finished."""
    person = person_for_steps(
        "  q:\n    say: Well?\n    ask: many\n    choices: {Tea: {tag: reader, score: {points: 2}}, Cups: {tag: vip}}\n"
        "    done: Enough\n    else: no\n  no: {say: Pity., go: end}\n"
    )
    person.type_text("go now")
    person.type_text("tea")
    assert not person.record.tags
    assert person.chip_labels == ["Cups", "Enough"]

    person.type_text("enough")
    assert person.record.tags == ("reader",)
    assert person.record.fields["points"] == 2


def test_german_labels_answers_and_lists() -> None:
    """Labels of the translation are taken, said back in the translation, kept in the original."""
    steps = (
        "  q: {say: Which?, ask: many, choices: [Tea, Cups, Travels],\n"
        "      save: interests, done: Enough, go: yes, else: end}\n"
        "  yes: {say: 'So: {{ interests }}.', go: end}\n"
    )
    german = (
        "  q: {say: Was?, done: Genug, choices: {Tea: Tee, Cups: Tassen, Travels: Reisen}}\n"
        "  yes: 'Also: {{ interests }}.'\n"
    )
    files = {
        "flows/f.yaml": f"flow: f\nstart: {{words: [go now]}}\nsteps:\n{steps}",
        "flows/f.de.yaml": f"flow: f\nlanguage: de\nwords: [los]\nsteps:\n{german}",
    }
    catalog, found = compile_flows(files, roomy_config())
    assert [one for one in found if one.severity == "error"] == []
    person = FlowPerson(catalog, config=roomy_config())
    person.type_text("los")

    assert person.type_text("tee und tassen bitte") == ["Tee und Tassen: notiert. Sonst noch etwas?"]
    assert person.chip_labels == ["Reisen", "Genug"]
    assert person.type_text("das war's") == ["Also: Tee und Tassen."]
    assert person.record.fields["interests"] == "Tea\nCups"
