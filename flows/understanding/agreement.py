"""Reads a yes or a no out of a typed text: for a consent, and for ``ask: yes_no``.

Each word has a kind (:mod:`flows.understanding.answer_words`), and some phrases have one of their own.  A yes needs a
word that says so by itself: “please” and “thank you” are none.

======  ============================================  ======  ===================================================
``Y``   yes: says so whatever follows                 ``U``   “dont know”, ``u`` maybe: neither
``y``   sure, gern: says so among words without news  ``c``   but, if: a condition
``W``   “of course”                                   ``q``   how, or: a question
``V``   “i think so”: yes to a question of fact       ``f``   thanks, it, the: fillers
``P``   “i do”: the same, and no doubt beside a yes
``g``   perfect, stimmt: the same                     ``l``   a word of the label, for a consent
``N``   no: says so whatever follows                  ``x``   any other word
``Z``   “not really”: the same beside a yes
``d``   not, nicht: turns the rest round
``w``   “why not”: a yes beside another
======  ============================================  ======  ===================================================

A consent is evidence (GDPR, Art. 7).  A yes to it holds no denial, no condition and no word whose meaning is unknown; a
doubtful yes is asked again, a doubtful no counts as no.
"""

import re
from collections.abc import Collection

from flows.language.matching import (
    MOST_CHARACTERS,
    SHORT_TEXT,
    find_near_match,
    normalize_text,
)
from flows.language.remember import remember_short_texts
from flows.understanding.answer_words import (
    ALONE_YES,
    ASKS_BACK,
    BUTTON_NUMBERS,
    DENIALS,
    DOUBT_SIGNS,
    KIND_BY_PHRASE,
    KINDS,
    MOCKING_WORDS,
    NO_SIGNS,
    PHRASE,
    POLITE_IF,
    PUT_OFF,
    SKIN_TONES,
    YES_SIGNS,
    YES_WORDS,
)
from flows.understanding.consent_labels import find_near_label, holds_a_label, list_telling_words, repeats_decline
from flows.understanding.contact_ways import wants_another_way
from flows.understanding.fact_answers import FACT_NO, FACT_YES, WHOLE_YES
from flows.understanding.signatures import strip_signature
from flows.understanding.spellings.answer_spellings import read_slang, spell_answer
from flows.understanding.spellings.said_beside import (
    asks_for_result,
    split_hours,
    strip_remark,
    tells_gladness,
    tells_solution,
)
from flows.understanding.spellings.shrugs import is_shrug, is_weary_consent

_ASKS = re.compile(r"[?？؟]|^\s*[-–−]\s*\d")
"""“yes?” asks, and “-1” votes against."""
_REPEATED = re.compile(r"(.)\1+")
_PLAIN_NO = re.compile(r"[fl]*[NZ]|[^d]*[NZ]$")
_ASKING = frozenset(("is", "was", "are", "were", "do", "does", "did", "war", "ist", "sind", "wird", "would", "will"))
_ASKED_ON = re.compile(r"(?<=Y)f*q.*")
_OFFERED = frozenset(("call", "calls", "ring", "anruf", "anrufen", "telefon", "telefonisch", "phone"))
"""What questions for a yes offer to do; a yes may repeat it."""
_WANTS = re.compile(
    r"^(?:(?:yes|oh|well|hi|hello|ja|hallo|also|ok) )*(?:i (?:(?:do|really) )?want|(?:id|i would) (?:really )?"
    r"(?:like|love)|ich (?:möchte|will|hätte|nehme?)) .*\b(?:it|one|the|ihn|sie|es|das|den|die)\b"
)
"""“I want it” and “ich hätte ihn gern”, where nothing else is said."""
_WEARY_YES = re.compile(r"^(?:na )?(?:ja ja|yeah yeah)(?! ja| yeah)(?= (?!bitte|gern|please|sure|klar))")
"""“Ja ja, ist gut”: said to be left in peace; “ja ja!” and “ja ja ja” are glad."""
_ANEW = re.compile(
    r"\b(?:start|begin|starte|starten|beginne|beginnen|fang\w*) (?:\w+ )?(?:over|again|anew|neu|nochmal|wieder)\b"
)
"""“Start over” is not “Start”."""
_DENIED_YES = re.compile(r"d[fl]{0,3}[yW]")
"""“do not agree”, “nicht einverstanden”."""
_MOST_OTHERS = 3
"""Words without a known meaning beside a denial (“that did not help me”) with which a text still is a no."""


def read_answer(text: str, asked: str) -> bool | None:
    """Tell as :func:`read_yes_no` what a text, as it was typed, answers to a question that a flow asks for a yes or no.

    There another way of contact than the offered one is a no (“rather text me” to “Shall we call you?”); hours beside
    a yes (“yes, but not before 10”) leave no doubt, nor does a solved problem where ``asked`` asks whether something
    helped.
    """
    typed = normalize_text(text)
    verdict = read_yes_no(typed)
    if verdict is not False and wants_another_way(typed, normalize_text(asked)):
        # “Yes, text me” is asked again.
        return False if YES_WORDS.isdisjoint(typed.split()) else None
    if verdict is not None or "?" in text:
        return verdict
    typed = spell_answer(typed)
    if tells_gladness(typed):
        return True
    if tells_solution(typed) and not ASKS_BACK.match(typed):
        return True if asks_for_result(asked) else None
    is_yes = any(
        read_yes_no(before) and set("YyWV") & set(_find_kinds(before, _OFFERED)) for before in split_hours(typed)
    )
    return True if is_yes else None


@remember_short_texts
def read_yes_no(typed: str) -> bool | None:
    """Return True for a yes, False for a no; None if a normalised text says neither, both, or more than that."""
    sign = _read_signs(typed)
    # “na” is a no in English and a mere sound in German.
    if sign is not None or typed == "na":
        return sign
    if is_shrug(typed):
        return None
    typed = strip_remark(spell_answer(strip_signature(typed)))
    if not ASKS_BACK.match(typed):
        core = " ".join(word for word in typed.split() if KINDS.get(word) != "f")
        if core in FACT_NO:
            return False
        if core in FACT_YES or typed in WHOLE_YES:
            return True
    row = _find_kinds(POLITE_IF.sub("", typed), _OFFERED)
    # “yes, and how long does it take?” is a yes, and a question that is asked anew.
    verdict = _read_row(_ASKED_ON.sub("", row), most_others=_MOST_OTHERS)
    if verdict is not None or not row or any(kind in row for kind in "NZdUuq"):
        return verdict
    # “yes, on my mobile” says more than yes; “it did, thanks” and “perfect” say it of a fact.
    bare = row.lstrip("f")
    if bare[:1] == "Y":
        return None if "c" in row else True
    # “was it helpful” asks.
    if typed.partition(" ")[0] in _ASKING:
        return None
    return True if set(row) <= set("YyWwVPgfl") and not set(row) <= {"f", "l"} else None


def read_typed_consent(
    text: str, agree_labels: Collection[str], decline_labels: Collection[str], names: Collection[str] = ()
) -> bool | None:
    """Tell as :func:`read_agreement` whether a text, as it was typed, agrees.

    A text that asks, or of which only the beginning is read, never agrees.
    """
    typed = normalize_text(text)
    verdict = read_agreement(typed, agree_labels, decline_labels, names)
    has_doubt = bool(_ASKS.search(text)) or not DOUBT_SIGNS.isdisjoint(text)
    doubtful = len(text.strip()) > MOST_CHARACTERS or (typed not in agree_labels and has_doubt)
    return None if verdict and doubtful else verdict


def read_agreement(
    typed: str, agree_labels: Collection[str], decline_labels: Collection[str], names: Collection[str] = ()
) -> bool | None:
    """Tell whether a normalised text agrees to a consent; None if that is not certain.

    The labels are those of all languages, normalised, and so are the names of the topic, which a yes may repeat.  If
    labels contradict their side, only a no is certain.
    """
    contradictory = any(contradicts_side(label, agrees=True) for label in agree_labels) or any(
        contradicts_side(label, agrees=False) for label in decline_labels
    )
    if typed in decline_labels and not (contradictory and read_yes_no(typed)):
        return False
    if typed in agree_labels and not contradictory:
        return True
    if typed in PUT_OFF:
        return False
    if typed in ALONE_YES and not contradictory:
        return True
    # The two buttons by their number: agree comes first.
    if typed in BUTTON_NUMBERS:
        return None if contradictory else BUTTON_NUMBERS[typed]
    if _read_signs(typed) is False:
        return False
    verdict = _read_consent(strip_remark(spell_answer(strip_signature(typed))), agree_labels, decline_labels, names)
    return None if verdict and (contradictory or _is_mocking(typed)) else verdict


def _is_mocking(typed: str) -> bool:
    """Tell whether a yes may be said in jest, or to be left in peace: “lol yes”, “jaja”, “yeah yeah”."""
    is_weary = _WEARY_YES.search(typed) is not None or is_weary_consent(typed)
    return is_weary or not MOCKING_WORDS.isdisjoint(typed.split())


@remember_short_texts
def contradicts_side(label: str, *, agrees: bool) -> bool:
    """Tell whether a normalised label says the opposite of what its button does."""
    if agrees:
        return not DENIALS.isdisjoint(label.split()) or read_yes_no(label) is False
    return label in YES_WORDS or read_yes_no(label) is True


def is_unsure(typed: str) -> bool:
    """Tell whether a normalised text says “I don't know”, and nothing else."""
    row = _find_kinds(typed, frozenset())
    return set(row) <= {"U", "f"} and "U" in row


@remember_short_texts
def says_only_no(typed: str) -> bool:
    """Tell whether a normalised text is a no among fillers: “nope, never mind”, “no thanks, bye”."""
    row = _find_kinds(spell_answer(typed), frozenset())
    return set(row) <= set("NZf") and not set(row) <= {"f"}


def _read_consent(
    typed: str, agree_labels: Collection[str], decline_labels: Collection[str], names: Collection[str]
) -> bool | None:
    agreeing = {word for label in agree_labels for word in label.split()}
    declining = {word for label in decline_labels for word in label.split()}
    telling = list_telling_words(agreeing - declining)
    # “send me the newsletter” names what is offered, too.
    naming = {word for name in names for word in name.split() if word not in KINDS} | {"newsletter"}
    named = {word for label in agree_labels for word in label.split() if word not in KINDS}
    row = _find_kinds(typed, telling | named | naming)
    verdict = _read_row(row, most_others=1)
    if verdict is False:
        return False
    said = set(typed.split())
    if repeats_decline(said, declining, agreeing):
        return False
    if _ANEW.search(typed):
        return None
    # One verb of the label is no yes (“send”), two words of it are (“send it”).
    tells = not telling.isdisjoint(said) and (
        len(agreeing & said) > 1 or holds_a_label(said, agree_labels) or not naming.isdisjoint(said)
    )
    # “sign her up” and “send them” say it of others.
    if verdict or (tells and set(row) <= set("lfgw") and said.isdisjoint(("her", "them"))):
        return True
    if set(row) <= set("flgP") and _WANTS.match(typed):
        return True
    meant = "" if len(typed) <= SHORT_TEXT else find_near_label(typed, agree_labels)
    if meant and not set(row) & set("NZdUuqc"):
        return True
    # A no may be guessed freely: the worst that happens is no mail.
    return False if find_near_match(typed, decline_labels, most_slips=2) and not set(row) & set("YyWq") else None


def _read_signs(typed: str) -> bool | None:
    """Read a text of signs alone: “👍🏽”, “👎👎”."""
    if typed.isascii():
        return None
    signs = set(SKIN_TONES.sub("", typed).replace(" ", ""))
    if signs and (signs <= YES_SIGNS or signs <= NO_SIGNS):
        return signs <= YES_SIGNS
    return None


@remember_short_texts
def _find_kinds(typed: str, label_words: frozenset[str]) -> str:
    """Return the row of kinds of a text."""
    # “Na logo” and “na sicher” begin with a mere sound; alone, “na” is an English no.
    if (
        typed.startswith("na ")
        and not typed.startswith("na ja")
        and KINDS.get(typed[3:].partition(" ")[0], "x") in "YyW"
    ):
        typed = typed[3:]
    row: list[str] = []
    end = 0
    for found in PHRASE.finditer(typed):
        row += (_find_kind(word, label_words) for word in typed[end : found.start()].split())
        row.append(KIND_BY_PHRASE[found[0]])
        end = found.end()
    row += (_find_kind(word, label_words) for word in typed[end:].split())
    return "".join(row)


def _find_kind(word: str, label_words: frozenset[str]) -> str:
    kind = KINDS.get(word)
    if kind is None and word not in label_words:
        # “yesss”, “neeein”, “jaaa”: letters held down.
        kind = KINDS.get(_REPEATED.sub(r"\1", word), "x")
        # Of fillers only a vowel: “mee” is “me”, “off” is not “of”.
        if kind == "x":
            return read_slang(word)
        return kind if kind in "YyNx" or (kind == "f" and word[-1] in "aeiou") else "x"
    return "l" if word in label_words else kind or "x"


def _read_row(row: str, *, most_others: int) -> bool | None:
    """Read what holds for consents and questions alike."""
    kinds = set(row)
    says_yes, says_no = bool(kinds & set("YyW")), bool(kinds & set("NZd"))
    if says_no:
        if _PLAIN_NO.match(row) and not says_yes:
            return False
        if "Y" not in kinds and _DENIED_YES.search(row):
            return False
        if "q" in kinds or kinds & {"U", "u"}:
            return None
        if says_yes:
            return False if "Z" in kinds else None
        return False if row.count("x") <= most_others or "N" in kinds or "Z" in kinds else None
    # A yes to a consent may hold fillers and words of its label; nothing else.  “why not” alone is half a yes.
    return True if says_yes and kinds <= set("YyWwPgfl") else None
