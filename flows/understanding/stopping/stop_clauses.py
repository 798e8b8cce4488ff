"""Reads a request to stop among other clauses: “lovely letters, but I moved, so please take me off the list”.

A text is divided at its signs, and a clause once more before a word that may begin or end a request (“so”, “please”,
“because”).  All mails end if

1. at least one clause is a request by itself (:func:`flows.understanding.stopping.stop_rows.read_stop_request`), and
2. every other clause is harmless: it is polite, gives a reason, counts how often it was said, or tells something that
   can take nothing back.

A clause that denies without saying what, asks, jests, repeats what somebody said, or sets a condition is not harmless:
then nothing is decided here.  A bare “stop” or “cancel” means something else more easily than “take me off the list”,
so it needs a reason that speaks of mails, or “so” before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.language.matching import normalize_text
from flows.understanding.spellings.dialects import write_standard
from flows.understanding.stop_words import StopWords
from flows.understanding.stopping.clause_patterns import (
    ASKS,
    CANCELS_THAT,
    FAILING_LINK,
    FRIENDLY_DENIAL,
    FROM_WHERE,
    MEANT,
    ORDERED_DENIAL,
    OWN_DENIAL,
    RECONSIDERED,
    SAID_OFTEN,
    SIGNED,
    SOFT_START,
    TAKEN_BACK,
)
from flows.understanding.stopping.stop_phrases import is_complaint
from flows.understanding.stopping.stop_rows import read_stop_request

_Request = Literal["strong", "bare", "doubtful"]
_Telling = Literal["reason", "telling", "doubtful"]
_ClauseKind = Literal["strong", "bare", "reason", "telling", "polite", "question", "doubtful"]

MOST_CLAUSES, MOST_WORDS = 16, 40
"""Clauses of a text, and words of a clause, that are read."""
MOST_NAME_WORDS = 5
"""Words of a name below a text."""
_SIGNS = re.compile(r"([.!?;:\n…。！？،,()]+|\s[-–—]+\s|\s[-–—]+$)")
_ASKING = frozenset("?？؟")
_DENYING = frozenset("dkn")
_ASKING_OR_ENDING = frozenset("SspywRDAHUOq")
"""Kinds of words that a clause beside a request must not hold: it may repeat, ask or tell of a request."""

_DOUBTED_WORDS = (
    # A joke, what somebody said, a condition, a restriction, a later moment, another thing that ends.
    "kidding joke joking jk haha hahaha lol spaß spass scherz scherzkeks ironie irony sarcasm said says say saying "
    "told tells tell wrote writes asked asks ask sagt sagte sagten meint meinte schrieb schreibt fragt fragte heisst "
    "if unless until till whether wenn falls sofern sobald bis ob except only nur ausser besides sondern instead "
    "stattdessen later später tomorrow morgen song lied film movie quote zitat undo wieder eintragen anmelden "
    "resubscribe booking appointment repair order buchung termin reparatur bestellung auftrag"
)
_STARTER_WORDS = (
    "so therefore thus hence and but also deshalb deswegen daher darum drum und aber then dann please pls plz bitte "
    "kindly just now jetzt"
)
_REASON_START_WORDS = (
    "because since cause cuz bc due weil denn i im ive id we were ich wir bin habe hab it its they got getting"
)
_SUBJECT_WORDS = (
    "i im ive id we our my it its they these those this the there because since as cause cuz bc due weil da denn ich "
    "wir mein meine es das die der den dem bin habe hab unser unsere man hob am ill mir mich uns"
)
_INCOMPLETE_WORDS = (
    "to that dass zu not never nicht nie ever a an my mein ein und and und or oder if wenn will would should must soll "
    "sollt sollte can could kann can you ihr to u i we they he she wer who wants want wanted möchte möchtest dont no "
    "kein keine the your their his her under any of for with from than when as like is was are be being been auf may "
    "might shall darf"
)
_DOUBTED, _STARTERS, _REASON_STARTS, _SUBJECTS, _INCOMPLETE = (
    frozenset(words.split())
    for words in (_DOUBTED_WORDS, _STARTER_WORDS, _REASON_START_WORDS, _SUBJECT_WORDS, _INCOMPLETE_WORDS)
)
# Starters stand before a request, subjects tell why behind it (“not the letter” takes back), and with none of the
# incomplete words a clause ends: what follows belongs to it (“I want you to, please, …”).
_OBJECTS = frozenset(("me", "mich", "mi", "us"))
_CONCLUDING = frozenset(("so", "therefore", "thus", "hence", "deshalb", "deswegen", "daher", "darum", "drum", "also"))
_POLITE_STARTS = frozenset(("please", "pls", "plz", "bitte", "kindly"))
_FIRST_PERSON = frozenset((
    "i", "im", "ive", "id", "we", "were", "my", "our", "ich", "wir", "bin", "mein", "meine", "hab", "habe", "mir", "me",
    "us", "uns", "am",
))  # fmt: skip
_COMMON = frozenset((
    "what", "who", "end", "enough", "ende", "genug", "was", "wer", "wo", "where", "how", "when", "hör", "hört", "hören",
    "drop", "lose", "strike",
))  # fmt: skip
"""Words of those kinds that mostly mean something else in a reason: “what you do”, “enough”."""
_INFINITIVES = frozenset(("abmelden", "abbestellen", "kündigen"))
_IMPERATIVES = frozenset(("stop", "stopp", "stopall", "unsubscribe", "unsub", *_INFINITIVES))
_WISHING = frozenset(("will", "möchte", "mag", "brauch", "brauche", "wollen"))
_BEFORE_IMPERATIVE = frozenset((
    "please", "pls", "bitte", "so", "now", "just", "ok", "okay", "and", "then", "also", "und",
))  # fmt: skip
_DOUBTFUL_BEFORE = frozenset(("it", "this", "that", "these", "those", "them", "the", "nicht", "nie"))


def read_clauses(text: str, words: StopWords, *, is_new: bool = False) -> Literal["stop", ""]:
    """Return “stop” if a clause of a text asks to stop and no other speaks against it; empty if that is not certain.

    ``is_new``: the person has not confirmed what they agreed to, so that “stop, never mind” takes back only that.
    """
    pieces = _SIGNS.split(text.strip())
    if len(pieces) > 2 * MOST_CLAUSES:
        return ""
    clauses = [
        (typed, sign)
        for part, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=False)
        if (typed := " ".join(write_standard(normalize_text(part).split())))
    ]
    reader, kinds = _ClauseReader(words, is_new), list[_ClauseKind]()
    for at, (typed, sign) in enumerate(clauses):
        has_request = "strong" in kinds or "bare" in kinds
        if has_request and reader.is_signature(clauses[at:]):
            break
        kinds.append(reader.judge_clause(typed, sign, has_request=has_request))
        if kinds[-1] == "doubtful":
            return ""
    return "stop" if _is_certain(kinds) else ""


def _is_certain(kinds: Sequence[_ClauseKind]) -> bool:
    if "strong" in kinds:
        # “Take me off. Who are you?” asks something else at its end, and hears an answer.
        return "question" not in kinds or kinds.index("question") < kinds.index("strong")
    return "bare" in kinds and set(kinds) <= {"bare", "reason", "polite"}


def _is_reason(typed: str) -> bool:
    return any(pattern.fullmatch(typed) for pattern in (SAID_OFTEN, MEANT, FRIENDLY_DENIAL, RECONSIDERED))


def _is_imperative(typed: str) -> bool:
    """Tell whether a clause begins with a word of stopping, but for what is polite: “so please stop”."""
    return next((word for word in typed.split() if word not in _BEFORE_IMPERATIVE), "") in _IMPERATIVES


def _may_belong_together(reason: Sequence[str], request: str) -> bool:
    """Tell whether a reason and a request may be one: “I don't want this stop”, “das will ich nicht mehr kündigen”."""
    if request in _INFINITIVES:
        return not _WISHING.isdisjoint(reason)
    return request in _IMPERATIVES and reason[-1] in _DOUBTFUL_BEFORE and "make" not in reason


@dataclass(frozen=True, slots=True)
class _ClauseReader:
    """Judges clauses by the words of a workspace."""

    words: StopWords
    is_new: bool

    def judge_clause(self, typed: str, sign: str, *, has_request: bool) -> _ClauseKind:
        """Judge a clause, with the sign behind it; ``has_request``: one before it asks to stop."""
        is_question = not _ASKING.isdisjoint(sign)
        if _is_reason(typed) or (not is_question and self._takes_back(typed, is_before=not has_request)):
            return "reason"
        if self._is_polite(typed):
            return "polite"
        if FAILING_LINK.fullmatch(typed):
            return "doubtful" if is_question else "telling"
        request = self._judge_request(typed)
        if request == "doubtful":
            request = self._judge_parts(typed.split(), has_request=has_request)
        if request != "doubtful":
            is_order = not is_question or (SOFT_START.search(typed) is not None and not self._is_bare(typed))
            return request if is_order else "doubtful"
        if not is_question:
            return self._judge_telling(typed, has_request=has_request)
        asks_why = FROM_WHERE.fullmatch(typed) and self.words.lack_trigger(typed.split())
        return "question" if asks_why else "doubtful"

    def is_signature(self, clauses: Sequence[tuple[str, str]]) -> bool:
        """Tell whether what is left of a text is a greeting with a name: “Regards, T. Hale”."""
        found = SIGNED.fullmatch(clauses[0][0])
        if found is None:
            return False
        names = [*found["name"].split(), *(word for typed, _ in clauses[1:] for word in typed.split())]
        is_harmless = self.words.lack_trigger(names) and _DOUBTED.isdisjoint(names) and not self._denies(names)
        return is_harmless and len(names) <= MOST_NAME_WORDS

    def _takes_back(self, typed: str, *, is_before: bool = False) -> bool:
        """Tell whether a clause takes back what was before it, and with that only an agreement that is not complete."""
        return (self.is_new or is_before) and TAKEN_BACK.fullmatch(typed) is not None

    def _is_polite(self, typed: str) -> bool:
        return all(self.words.kinds.get(word) == "f" for word in typed.split())

    def _denies(self, typed_words: Sequence[str]) -> bool:
        return any(self.words.kinds.get(word, "x") in _DENYING for word in typed_words)

    def _judge_request(self, typed: str) -> _Request:
        if read_stop_request(typed, self.words) != "stop":
            return "doubtful"
        return "bare" if self._is_bare(typed) else "strong"

    def _is_bare(self, typed: str) -> bool:
        """Tell whether a request names neither the person nor mails, nor is polite: “stop”, “cancel all”."""
        typed_words = typed.split()
        kinds = {self.words.kinds.get(word, "x") for word in typed_words}
        if kinds & set("iml"):
            return False
        return "S" not in kinds or _POLITE_STARTS.isdisjoint(typed_words)

    def _judge_parts(self, typed: Sequence[str], *, has_request: bool) -> _Request:
        """Read a request with its reason, without a sign between: “I moved so please unsubscribe me”."""
        if len(typed) > MOST_WORDS or self.words.lack_trigger(typed):
            return "doubtful"
        found = (
            verdict
            for at in range(1, len(typed))
            for verdict in self._judge_halves(typed[:at], typed[at:], has_request=has_request)
            if verdict != "doubtful"
        )
        return next(found, "doubtful")

    def _judge_halves(self, head: Sequence[str], tail: Sequence[str], *, has_request: bool) -> Iterator[_Request]:
        before, behind = " ".join(head), " ".join(tail)
        if tail[0] in _STARTERS or SOFT_START.match(behind):
            yield self._judge_request_behind(head, tail, has_request=has_request)
        # “For the last time stop”, “stop I never signed up”: a bare word beside a reason that speaks of mails.
        if _is_imperative(behind) and not _may_belong_together(head, tail[0]):
            # “Lieber nicht stopp” may deny it.
            is_reason = self._is_sure_reason(before) or (self._takes_back(before) and not self._denies(head[-1:]))
            yield self._strengthen(self._judge_request(behind)) if is_reason else "doubtful"
        if _is_imperative(before) and (self._is_sure_reason(behind) or self._takes_back(behind)):
            yield self._strengthen(self._judge_request(before))
        if tail[0] in _REASON_STARTS and not has_request and head[-1] not in _INCOMPLETE - _OBJECTS:
            request = self._judge_request(before)
            if request == "strong" and self._judge_telling(behind, has_request=True) != "doubtful":
                yield request

    def _judge_request_behind(self, head: Sequence[str], tail: Sequence[str], *, has_request: bool) -> _Request:
        starters = {word for at, word in enumerate(tail) if set(tail[: at + 1]) <= _STARTERS}
        asked = " ".join(tail[next((at for at, word in enumerate(tail) if word not in _STARTERS), len(tail)) :])
        telling = self._judge_telling(" ".join(head), has_request=has_request)
        if not asked or telling == "doubtful":
            return "doubtful"
        if not starters and _may_belong_together(head, tail[0]):
            return "doubtful"
        speaks_of_mails = telling == "reason" or any(self.words.kinds.get(word) == "m" for word in head)
        if speaks_of_mails and CANCELS_THAT.fullmatch(asked):
            return "strong"
        concludes, is_polite = not starters.isdisjoint(_CONCLUDING), not starters.isdisjoint(_POLITE_STARTS)
        # A denial reaches over “and”, and over nothing at all: “I don't want you to unsubscribe me”.
        if telling == "telling" and self._denies(head) and not (concludes or is_polite):
            return "doubtful"
        request = self._judge_request(f"please {asked}" if is_polite else asked)
        if telling == "reason" or (concludes and not _FIRST_PERSON.isdisjoint(head)):
            return self._strengthen(request)
        return "strong" if request == "strong" else "doubtful"

    def _strengthen(self, request: _Request) -> _Request:
        return "doubtful" if request == "doubtful" else "strong"

    def _is_sure_reason(self, typed: str) -> bool:
        return _is_reason(typed) or is_complaint(typed, self.words.kinds, self.words.names)

    def _judge_telling(self, typed: str, *, has_request: bool) -> _Telling:
        """Judge by what a clause tells whether it can take a request beside it back."""
        if self._is_sure_reason(typed):
            return "reason"
        told = typed.split()
        if self._is_polite(typed):
            return "telling"
        if len(told) > MOST_WORDS or not _DOUBTED.isdisjoint(told) or told[-1] in _INCOMPLETE or ASKS.match(typed):
            return "doubtful"
        if any(self.words.kinds.get(word, "x") in _ASKING_OR_ENDING and word not in _COMMON for word in told):
            return "doubtful"
        if not self._denies(told):
            return "telling"
        is_order = ORDERED_DENIAL.match(typed) and not OWN_DENIAL.match(typed)
        return "doubtful" if is_order or (has_request and told[0] not in _SUBJECTS) else "telling"
