"""Tells a question that only holds a day or a time from one that proposes it.

“Is Friday ok?” and “geht 15 Uhr?” answer “when do you come?”; “will the bike be ready on Friday?” and “macht ihr um 15
Uhr zu?” ask of something else.  The rule, for a text that asks by its first word:

* A word for what is done by then, or for open doors, makes it a question: ready, finished, open, fertig, auf.
* So does a verb of fact before a thing: “is the bike …”, “wird mein Rad …”.  “The 27th” is a day, not a thing.
* So does a German verb of doing before the person it is asked of: “bringt ihr …”, and a question word, unless it opens
  a proposal: “how about …”, “was ist mit …”.
"""

import re

from flows.answers.dates.vocabulary import LEXICONS, normalize_answer
from flows.answers.number_words import number_words
from flows.understanding.questions import is_question

MOST_CHARACTERS = 300
"""Characters of a text that are read."""
_BORDER = re.compile(r"(?<=[.!?;\n])\s+")
_LEAD_IN = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|ok|okay|um|uh|well|so|and|but|und|aber|also|na|ja|yes)[\s,!.]+)+"
)
_FACT = (
    r"(?:is|isnt|isn't|are|was|were|will|wont|won't|do|does|doesnt|doesn't|did|has|have|had|ist|sind|war|waren|wird"
    r"|werden|hat|haben|hatte|kommt|kommen|beginnt|endet|startet|findet|läuft|steht|liegt|schließt|öffnet)"
)
_THING = re.compile(
    rf"^{_FACT} (?:(?:there|es|da) )?(?:the|my|your|our|his|her|this|that|a|an|das|der|die|den|mein|meine|dein|deine"
    r"|euer|eure|unser|unsere|sein|seine|ihr|ein|eine) (?P<thing>[^\W\d_][\w'-]*)"
)
_DONE = re.compile(
    r"\b(?:ready|finished|done|repaired|fixed|over|back|closed|shut|fertig|repariert|abholbereit|geschlossen|vorbei"
    r"|zurück)\b|\b(?:zu|auf)$"
)
_OPEN = re.compile(r"\b(?:open|full|geöffnet|offen|voll)\b")
_SLOT = re.compile(r"\b(?:anything|something|slots?|was|etwas|termine?|zeit|time)\b")
_BEHIND_FACT = re.compile(rf"^(?:{_FACT}|habt|seid) (?:(?:on|at|am|um|the|der|es|it) )*(?P<word>[\w:]+)")
_DOING = re.compile(
    r"^(?!(?:geht|passt|habt|hättet|könnt|könntet|würdet|dürft|sollt|wollt|seid|wärt) ihr\b)\w+t ihr\b"
    r"|^(?:do|did|have) you (?!have\b|got\b)"
)
_ASKING_WORD = re.compile(
    r"^(?:what|whats|when|where|who|why|which|whose|was|wann|wo|wer|warum|wieso|weshalb|welche[rsn]?|wem|wen)\b"
    r"(?! (?:about|if|say you|ist mit|haltet|hältst|sagt)\b)"
)
_TIME_WORDS = frozenset((
    "time", "date", "day", "slot", "appointment", "moment", "zeit", "tag", "termin", "uhrzeit", "chance", "first",
    "second", "third", "last", "weekend", "wochenende", "erste", "ersten", "zweite", "dritte", "letzte", "coming",
    "next", "following", "early", "earlier", "late", "later", "same", "kommende", "kommenden", "nächste", "nächsten",
    "folgende", "folgenden",
))  # fmt: skip
"""Words for the day or time that is asked for."""


def asks_of_something(text: str, language: str) -> bool:
    """Tell whether a text with a day or a time in it asks of something else, and proposes nothing."""
    sentences = (sentence for sentence in _BORDER.split(text[:MOST_CHARACTERS]) if sentence)
    return any(_asks(sentence, language) for sentence in sentences)


def _asks(sentence: str, language: str) -> bool:
    typed = _LEAD_IN.sub("", normalize_answer(sentence).replace("?", " ").strip())
    # “Endet die Tour um 15 Uhr”: a German verb before its thing asks without a question mark, too.
    if not is_question(sentence) and not _THING.match(typed):
        return False
    # “Friday. Are you open?” has its day outside of the question.
    if not any(_names_time(word, language) for word in typed.split()):
        return False
    if _ASKING_WORD.match(typed) or _DOING.match(typed):
        return True
    thing = _THING.match(typed)
    if thing and not _names_time(thing["thing"], language):
        return True
    fact = _BEHIND_FACT.match(typed)
    if fact is None:
        return False
    # “Is Friday open?” asks whether the day is free; “are you open on Friday?” asks for the doors.
    is_of_slot = _names_time(fact["word"], language) or _SLOT.search(typed) is not None
    return (_OPEN.search(typed) is not None and not is_of_slot) or _DONE.search(typed) is not None


def _names_time(word: str, language: str) -> bool:
    """Tell whether a word behind an article is of a day itself: “is the weekend ok?”, “ist der Freitag recht?”."""
    lexicon = LEXICONS.get(language)
    known = (*lexicon.weekdays, *lexicon.months, *lexicon.days, *lexicon.parts, *lexicon.feasts) if lexicon else ()
    return word in known or word in _TIME_WORDS or word[0].isdecimal() or word in number_words(language)
