import pytest

from flows.language.matching import normalize_text
from flows.understanding.agreement import read_agreement, read_yes_no
from flows.understanding.declines import is_decline

SWAPPED = ({"no thanks"}, {"yes"})
PLAIN = ({"yes send it", "ja schick ihn"}, {"no thank you", "nein danke"})


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("yes it did", True), ("sure why not", True), ("yess", True), ("I think so", True), ("yes thank you", True),
        ("ja bitte", True), ("passt", True), ("auf jeden Fall", True), ("klar doch", True), ("👍🏽", True),
        ("na doch", True), ("sounds like a plan", True), ("bin dafür", True), ("passt schon so", False),
        ("not really", False), ("not at all", False), ("definitely not", False), ("no, Berlin", False), ("nö", False),
        ("auf keinen Fall", False), ("eher nicht", False), ("👎🏿", False),
        ("thank you", None), ("please", None), ("na", None), ("of", None), ("auf", None), ("yes and no", None),
        ("was it helpful", None), ("it depends", None), ("", None),
    ],
)  # fmt: skip
def test_a_yes_or_no_needs_a_word_that_says_so(text: str, means: bool | None) -> None:  # noqa: FBT001  the verdict
    """Fillers alone say neither; skin tones change nothing."""
    assert read_yes_no(normalize_text(text)) is means


@pytest.mark.parametrize("text", ["no thanks", "no", "nope", "1", "2", "yes", "ok", "sure", "ja", "thank you"])
def test_nothing_agrees_where_labels_contradict_their_side(text: str) -> None:
    """A typed no never agrees, and a yes is asked again."""
    assert read_agreement(text, *SWAPPED) is not True


@pytest.mark.parametrize("text", ["thank you", "👍", "yes if it is free", "not yes", "yeah no", "why not", "send",
    "jaja", "jaja klar", "ja ja ist gut", "lol yes", "yes haha", "yeah yeah whatever"])  # fmt: skip
def test_a_doubtful_yes_is_asked_again(text: str) -> None:
    """Thanks, a thumb, a condition and a denial give no consent."""
    assert read_agreement(normalize_text(text), *PLAIN) is not True


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("no thanks", True), ("changed my mind", True), ("nope, never mind", True), ("lieber nicht", True),
        ("skip", True), ("nicht jetzt", True), ("will ich nicht", True), ("I don't want to", True),
        ("no sugar", False), ("no, Berlin", False), ("Noah", False), ("later", False), ("thanks", False), ("", False),
    ],
)  # fmt: skip
def test_a_decline_says_no_and_nothing_else(text: str, declines: bool) -> None:  # noqa: FBT001  the verdict
    """An answer that merely holds a no is none."""
    assert is_decline(normalize_text(text)) is declines


def test_a_yes_takes_up_what_is_offered() -> None:
    """An offer that is asked for is a yes; a mere sound before a yes denies nothing."""
    typed = ("call me", "dont call me", "na logo", "na ja", "muss nicht sein")
    assert [read_yes_no(text) for text in typed] == [True, False, True, None, False]


def test_wanting_it_agrees_and_an_offer_of_a_call_does_not() -> None:
    """“I would like it” is a yes to a consent, “call me” is not."""
    assert read_agreement("i would like it", (), ()) is True
    assert read_agreement("do i want it", (), ()) is None
    assert read_agreement("call me", (), ()) is None


@pytest.mark.parametrize(("text", "means"), [("start", True), ("let's start", True), ("start over", None),
                                             ("yes, start again", None), ("ja, starte nochmal", None)])  # fmt: skip
def test_to_begin_anew_is_not_to_agree(text: str, means: bool | None) -> None:  # noqa: FBT001  the verdict
    """“Start over” holds the label “Start” and means something else."""
    assert read_agreement(normalize_text(text), {"start"}, {"not now"}) is means
