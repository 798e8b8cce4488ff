"""Small talk: texts that answer nothing and ask nothing, and want a short, kind word.

A text is small talk only as a whole: “thanks, and where is my parcel?” is not.
"""

import re
from collections.abc import Iterable

from flows.language.matching import normalize_text
from flows.language.remember import remember_short_texts
from flows.understanding.small_talk_words import (
    ABILITIES,
    BOT,
    BYE,
    COMPANIONS,
    CORES,
    FILLERS,
    GREETING,
    HOW_ARE_YOU,
    PLEASED,
    RUDE,
    SORRY,
    THANKS,
    WAIT,
)
from flows.understanding.wait_reasons import is_called_away

__all__ = ["ABILITIES", "BOT", "GREETING", "RUDE", "WAIT", "drop_names", "language_of_greeting", "read_small_talk"]

_PHRASES: dict[str, tuple[str, ...]] = {
    GREETING: (
        "hi", "hello", "hey", "helo", "hallo", "hi there", "hello there", "hey there", "hey bot", "hi bot", "yo",
        "hiya",
        "howdy", "good morning", "good evening", "good afternoon", "good day", "greetings", "morning", "👋",
        "moin", "moin moin", "servus", "grüezi", "grüß gott", "gruess gott", "guten tag", "guten morgen", "guten abend",
        "tach", "na", "hey du", "hallo du", "hallo zusammen", "hallöchen", "huhu", "hi zusammen",
        "halo", "hallo bot", "hei",
    ),
    THANKS: (
        "thanks", "thank you", "ty", "thx", "thank u", "thank you so much", "thanks a lot", "many thanks", "cheers",
        "great thanks", "ok thanks", "ok thank you", "thank you very much", "thanks so much", "perfect thanks",
        "many thanks for your help", "thanks for your help", "danke", "dankeschön", "danke schön", "vielen dank",
        "danke dir", "danke sehr", "tausend dank", "besten dank", "super danke", "ok danke", "alles klar danke",
        "merci",
        "danke für die hilfe", "vielen dank für die hilfe", "🙏",
    ),
    BYE: (
        "bye", "bye bye", "goodbye", "good bye", "good night", "see you", "see ya", "cya", "take care", "ciao",
        "have a nice day", "have a good day", "tschüss", "tschüs", "tschau", "auf wiedersehen", "bis bald",
        "bis später",
        "gute nacht", "schönen tag", "schönen tag noch", "einen schönen tag", "schönen abend", "mach s gut",
        "machs gut",
    ),
    BOT: (
        "are you a bot", "are you a robot", "are you human", "are you a human", "are you real", "are you a real person",
        "is this a bot", "am i talking to a bot", "am i talking to a robot", "bot", "who are you", "what are you",
        "whats your name", "what is your name", "are you a machine", "are you an ai", "are you chatgpt",
        "bist du ein bot", "bist du ein roboter", "bist du ein mensch", "bist du echt", "ist das ein bot",
        "wer bist du",
        "was bist du", "wie heißt du", "wie heisst du", "rede ich mit einem bot", "bist du eine maschine",
        "schreibe ich mit einem bot", "bist du eine ki",
    ),
    HOW_ARE_YOU: (
        "how are you", "how r u", "how are u", "hows it going", "how is it going", "whats up", "what is up", "sup",
        "how do you do", "you ok", "wie gehts", "wie geht es dir", "wie geht s", "wie gehts dir", "alles gut",
        "alles gut bei dir", "was geht", "was geht ab", "na wie gehts",
    ),
    WAIT: (
        "wait", "one moment", "one moment please", "a moment", "moment", "moment please", "wait a moment", "hang on",
        "hold on", "one second", "one sec", "just a second", "just a moment", "brb", "let me check", "let me think",
        "let me ask my friends", "give me a minute", "one minute", "warte", "moment bitte", "einen moment",
        "einen moment bitte", "sekunde", "eine sekunde", "kurz", "gleich", "bin gleich zurück", "warte kurz",
        "moment mal", "ich überlege", "muss kurz überlegen", "muss ich erst fragen", "ich frag mal", "momentchen",
        "hm", "hmm", "hmmm", "warte mal",
        "ich schau mal", "ich schaue mal", "sorry kurz", "ich frag mal die anderen", "ich schau mal in den kalender",
        "ich schau kurz", "ich muss kurz schauen", "let me look", "let me see", "i will check", "ill check",
        "let me ask", "let me check my calendar", "ich denk nach", "kurz warten",
    ),
    PLEASED: (
        "cool", "great", "nice", "haha", "hahaha", "lol", "awesome", "super", "perfect", "well done", "good question",
        "wow", "ok", "okay", "oh", "ah", "aha", "i love you", "you are funny", "youre funny", "lovely",
        "👍", "❤️", "❤", "😂", "😊", "🙂", "😀", "🎉", "👌", "klasse", "toll", "prima", "spitze", "schön", "sehr schön",
        "ach so", "achso", "interessant", "gute frage", "ich liebe dich", "du bist lustig", "gut gemacht",
        "alles klar", "na gut", "no problem", "kein problem",
    ),
    SORRY: ("sorry", "oops", "my bad", "sorry about that", "i am sorry", "im sorry", "entschuldigung", "tut mir leid",
            "ups", "verzeihung", "entschuldige"),
    RUDE: ("you suck", "stupid bot", "dumb bot", "this sucks", "you are stupid", "youre stupid", "idiot", "fuck you",
           "wtf", "useless", "du nervst", "blöder bot", "du bist doof", "du bist dumm", "so ein mist", "so ein quatsch",
           "das nervt", "was soll das"),
    ABILITIES: ("what can you do", "what do you do", "what can i do here", "was kannst du", "was machst du",
                "was kann ich hier machen", "was kannst du alles"),
}  # fmt: skip
_KIND_BY_PHRASE = {normalize_text(phrase): kind for kind, phrases in _PHRASES.items() for phrase in phrases}


_SAID_TO_SOMEBODY = frozenset((GREETING, THANKS, BYE, HOW_ARE_YOU, SORRY, WAIT))
MOST_WORDS = 9
MOST_CHARACTERS = 70
_ALL_FILLERS = frozenset(FILLERS.split())
_READERS = tuple(
    (
        kind,
        frozenset(phrase for phrase in cores if " " not in phrase),
        # Whole words: “hi” is not in “which”.
        re.compile(rf"\b(?:{'|'.join(sorted((core for core in cores if ' ' in core), key=len, reverse=True))})\b"),
        _ALL_FILLERS | frozenset(COMPANIONS[kind].split()) | frozenset(core for core in cores if " " not in core),
    )
    for kind, cores in CORES.items()
)
_KNOWN = frozenset().union(*(known for _, _, _, known in _READERS)) | frozenset(
    word for cores in CORES.values() for core in cores for word in core.split()
)
_TELLING_WHEN = frozenset({"this", "heute"})
_REPEATED = re.compile(r"(.)\1{2,}")
_FACES = re.compile(r"[:;=8xX][-^o']?[)(DPp3*/]+|<3+|\^[_.]?\^")
_SMILING = re.compile(
    "[\U0001f600-\U0001f60f\U0001f617-\U0001f61d\U0001f638-\U0001f63b\U0001f642\U0001f643\U0001f64c-\U0001f64f\U0001f911-\U0001f914\U0001f917"
    "\U0001f920\U0001f923\U0001f929\U0001f970\U0001f973\U0001f493-\U0001f49f❤♥\U0001f44a-\U0001f44d\U0001f44f"
    "\U0001f389\U0001f38a\U0001f525✨\U0001f680\U0001f31e\U0001f4af☺\U0001f3fb-\U0001f3ff\ufe0f\u200d\\s]+"
)
"""Signs of pleasure; angry and sad ones get no cheerful word."""
_GREETINGS_OF_ONE_LANGUAGE = {
    "de": frozenset((
        "hallo", "hallo zusammen", "hallo du", "hallo bot", "hallöchen", "moin", "moin moin", "servus", "grüezi",
        "grüß gott", "gruess gott", "huhu", "tach", "guten tag", "guten morgen", "guten abend",
    )),
    "en": frozenset(("good morning", "good evening", "good afternoon", "good day", "howdy", "hello there", "hi there")),
}  # fmt: skip
"""“Hi”, “hello” and “hey” are said in both, so they tell no language."""


def language_of_greeting(typed: str) -> str:
    """Return the language that a normalised greeting is of; empty if it may be of several, or is none."""
    return next((language for language, greetings in _GREETINGS_OF_ONE_LANGUAGE.items() if typed in greetings), "")


@remember_short_texts
def read_small_talk(typed: str) -> str:
    """Return the kind of small talk that a normalised text is; empty if it is none."""
    kind = _KIND_BY_PHRASE.get(typed, "") or (_read_words(typed) if len(typed) <= MOST_CHARACTERS else "")
    return kind or (WAIT if is_called_away(typed) else "")


def drop_names(typed: str, names: Iterable[str]) -> str:
    """Return small talk without the name of who is spoken to (“hi Pip”); any other text as it is.

    ``names`` are those of the bot and the brand, normalised.
    """
    named = next((name for name in names if name in typed), "")
    if not named:
        return typed
    rest = f" {typed} ".replace(f" {named} ", " ").strip()
    return rest if read_small_talk(rest) in _SAID_TO_SOMEBODY else typed


def _read_words(typed: str) -> str:
    if not typed[:1].isalnum():
        return PLEASED if _FACES.fullmatch(typed) or _SMILING.fullmatch(typed) else ""
    words = typed.split()
    # Most texts hold a word that no small talk has.
    if len(words) > MOST_WORDS or not _KNOWN.issuperset(words):
        shortened = _REPEATED.sub(r"\1", typed)
        return read_small_talk(shortened) if shortened != typed else ""
    for kind, single, phrases, known in _READERS:
        # “This evening” tells when, and greets nobody.
        if kind == GREETING and not _TELLING_WHEN.isdisjoint(words):
            continue
        rest = words
        if single.isdisjoint(words):
            found = phrases.search(typed)
            if found is None:
                continue
            rest = f"{typed[: found.start()]} {typed[found.end() :]}".split()
        else:
            rest = phrases.sub(" ", typed).split()
        if known.issuperset(rest):
            return kind
    return ""
