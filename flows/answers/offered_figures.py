"""Tells a figure that is offered as an answer from one in a question about something else.

“Is 4 ok?” and “can you put us down for 4?” answer “How many of you come along?”; “is there a discount for 4 people?”
asks something.  The rule: beside its figure an offer holds only words that offer, and words of what was asked.
"""

import re

from flows.answers.number_words import counting_words
from flows.language.matching import normalize_text
from flows.understanding.questions import is_question

_OFFERING_WORDS = (
    "is are was be will would should could can may might shall do thats its we us i you me lets let say said put "
    "make take write down note count enter set have only just about around roughly approximately maybe perhaps "
    "probably think guess please pls thanks thank hi hello hey um uh hm hmm ok okay fine alright allowed possible "
    "right correct yes yeah then so and of for with in total all altogether come coming join joining work works up "
    "to at the a an my our it this that if there here how what well id ill wed were not sure von ist sind wäre "
    "wären wär geht gehen ginge gingen kann könnte können könntet könnten könnt kannst dürfen darf sollen soll wir "
    "ich ihr du man es das mit zu zur zum für bitte danke ordnung möglich gut recht vielleicht wohl circa ca etwa "
    "ungefähr nur bloss auch sagen sag schreib schreibt schreiben aufschreiben eintragen trag tragt ein notieren "
    "notiert nehmen nehmt machen macht sein werden wird kommen kommt dann und na hallo insgesamt alle passt passen "
    "klappt erlaubt zusammen also mal eben gerade doch richtig ja uns mich der die den wie wärs wenn da halt genau"
)
_OFFERING = frozenset(_OFFERING_WORDS.split())
"""Words beside a figure that offer it as the answer, or say nothing."""
_PEOPLE_WORDS = (
    "people person persons pax ppl guests guest adults adult folks heads seats places table group party family "
    "personen leute mann gäste gast erwachsene köpfe plätze tisch gruppe runde familie"
)
_OF_PEOPLE = frozenset(_PEOPLE_WORDS.split())
"""Words for those who come, where the question asks how many do."""
_OF_SOMETHING = re.compile(
    # “Is it for 4?” and “what if 4 come?” ask of what is offered; “4, is that ok?” offers.
    r"\b(?:is|was|are|were) (?:it|this|that|there)\b(?! (?:ok|okay|fine|alright|possible|right|correct|allowed)\b)"
    r"|\bwhat(?! about)\b|\bhow(?! about)\b|\b(?:ist|war) (?:das|es)\b(?! (?:ok|okay|gut|recht|möglich|in ordnung)\b)"
    r"|\bwas\b(?! (?:haltet|hältst)\b)|\bwie(?! wär)|\bwhy\b|\bwarum\b|\b(?:if|wenn) (?:only|nur)\b"
)
_COUNTING = counting_words("en").keys() | counting_words("de").keys()
_AMOUNT_ASKED = re.compile(r"\bhow (?:much|many)\b|\bwie ?viele?\b|\bwas kostet\b|\bwie teuer\b")
"""What asks wherever it stands: “for 2, how much is it”."""

_MEASURES = frozenset(("hour", "hours", "stunde", "stunden", "day", "days", "tage", "minutes", "minuten"))


def strip_figures(text: str) -> str:
    """Return a question without how many it is for: “what does it cost for 4 people?” is “what does it cost?”."""
    kept: list[str] = []
    is_behind_figure = False
    for word in normalize_text(text).split():
        if _is_figure(word):
            # “for 4” and “zu viert” go as a whole.
            if kept and kept[-1] in ("for", "für", "zu"):
                kept.pop()
            is_behind_figure = True
        elif not (is_behind_figure and word in _OF_PEOPLE | _MEASURES):
            kept.append(word)
            is_behind_figure = False
    return " ".join(kept) + "?" * ("?" in text)


def _is_figure(word: str) -> bool:
    # German counts heads by “zu viert”, which is one word among the numbers.
    return word[0].isdecimal() or word in _COUNTING or f"zu{word}" in _COUNTING


def asks_with_figure(text: str, asked: str, *, of_people: bool) -> bool:
    """Tell whether a text with a figure in it asks something, so that the figure is no answer.

    ``asked`` is the open question as it is written; ``of_people`` is True if it asks how many come.
    """
    typed = normalize_text(text)
    if not (is_question(text) or _AMOUNT_ASKED.search(typed)):
        return False
    if _OF_SOMETHING.search(typed):
        return True
    known = _OFFERING | set(normalize_text(asked).split()) | (_OF_PEOPLE if of_people else set())
    return any(word not in known and not _is_figure(word) for word in typed.split())
