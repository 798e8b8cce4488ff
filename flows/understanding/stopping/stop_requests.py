"""Tells whether a typed text asks to stop all mails.

Withdrawing is as easy as giving (GDPR, Art. 7(3)), so a request counts however it is said, and a doubtful one is asked
about with one tap.  A text is read as a whole (:mod:`flows.understanding.stopping.stop_rows`), clause by clause
(:mod:`flows.understanding.stopping.stop_clauses`), and sentence by sentence.
"""

import re

from flows.language.matching import MOST_CHARACTERS, normalize_text
from flows.language.remember import remember_short_texts
from flows.understanding.spellings.dialects import write_standard
from flows.understanding.spellings.lookalikes import is_disguised, read_through
from flows.understanding.stop_words import StopWords
from flows.understanding.stopping.stop_clauses import read_clauses
from flows.understanding.stopping.stop_rows import StopRequest, is_refusal, read_stop_request

__all__ = ["StopRequest", "hear_stop", "is_refusal", "read_stop_request", "takes_back"]


MOST_PARTS = 60
"""Parts of a text that are read, the last ones: “unsubscribe” mostly stands at the end of a long one."""

_PARTS = re.compile(r"([.!?;:\n…。！？،,]+|\s[-–—]+\s)")
_SENTENCE_ENDS = frozenset(".!\n…。！")

_ADDRESS = re.compile(r"[A-Za-z]+[._+-]?\d*(?:[._+-][A-Za-z]+\d*)*@[A-Za-z.-]+")
_ANY_ADDRESS = re.compile(r"<?(?:mailto:)?\S+@\S+\.\w+>?")
"""Somebody's address in a request, theirs or another's: “unsubscribe mia@example.com” is asked about."""
_LETTERS = re.compile(r"[a-z]+")
_SOFT = re.compile(
    r"^(?:(?:please|pls|hi|hello|hey|bitte|hallo) )*(?:can|could|would|will|do (?:you|u) mind|is it possible|any chance"
    r"|kannst|könnt|könnten|könntest|könntet|würdet|würdest|würden|würde es|macht es|wär\w*|darf ich|dürfte ich"
    r"|mögt ihr)\b"
)
"""Openers of a request that is put as a question."""
_WHETHER = re.compile(
    r"\b(?:geht|gehts|ginge|klappt|möglich|moeglich|possible|später|spaeter|later|jederzeit|irgendwann|any ?time"
    r"|whenever|wann immer|auch wieder)\b(?!.*\b(?:bitte|please|pls|plz)\b)"
)
"""Words that ask whether one could stop some day; with a please it is a request."""


@remember_short_texts
def hear_stop(text: str, words: StopWords) -> StopRequest:
    """Read a text, as it was typed; what only looks like Latin letters (“st0p”) is read as those, too."""
    if _is_mere_address(text, words):
        return ""
    if " " in text and "@" in text:
        return _hear_plain(_ANY_ADDRESS.sub("me", text), words) and "ask"
    request = _hear_plain(text, words)
    # “Abmelden geht auch wieder?” asks whether one could, mostly before agreeing.
    if request == "stop" and text.rstrip().endswith("?") and _WHETHER.search(text.casefold()):
        return "ask"
    if request == "stop" or not is_disguised(text):
        return request
    plain = read_through(text)
    through = _hear_plain(plain, words) if plain != text.casefold() else ""
    return through if through == "stop" else request or through


def takes_back(text: str, words: StopWords) -> bool:
    """Tell whether somebody who has not confirmed yet ends that: “stopp, doch nicht”, “ach nee, stopp”.

    Of a subscriber it would be asked about, since “doch nicht” may take the stop back.
    """
    return read_clauses(text, words, is_new=True) == "stop"


def _is_mere_address(text: str, words: StopWords) -> bool:
    """Tell whether a text is an address without a word of stopping: “mia@example.com”, not “stop@example.com”."""
    if _ADDRESS.fullmatch(text) is None:
        return False
    return words.lack_trigger(_LETTERS.findall(text.casefold()))


def _hear_plain(text: str, words: StopWords) -> StopRequest:
    """Read a text as a whole and part by part.

    “I don't like it. Stop.” denies nothing of its last sentence, so that ends all mails.  “Not for me, stop” is asked
    about, as is a request in the midst of a long text.
    """
    typed = normalize_text(text)
    whole = read_stop_request(typed, words)
    pieces = _PARTS.split(text.strip())
    # “No more mails?” asks whether it is so.
    if whole == "stop" and text.rstrip().endswith("?") and is_refusal(typed, words) and not _SOFT.search(typed):
        return "ask"
    if whole != "stop" and not words.lack_trigger(write_standard(typed.split())):
        whole = read_clauses(text, words) or whole
    if whole == "stop" or (len(pieces) == 1 and len(text) <= MOST_CHARACTERS):
        return whole
    parts = [normalize_text(part[-MOST_CHARACTERS:]) for part in pieces[::2]][-MOST_PARTS:]
    ends = pieces[1::2][-MOST_PARTS:] if len(pieces) % 2 == 0 else [*pieces[1::2], ""][-MOST_PARTS:]
    told = [(part, end) for part, end in zip(parts, ends, strict=True) if part]
    requests = [_read_part(part, end, words) for part, end in told]
    if set(requests) <= {"", "weary"}:
        # “Es reicht! Every day another one” is weary; “is it enough? ok, enough of it” asks.
        return whole or ("weary" if "weary" in requests and "?" not in text else "")
    before = told[-2][1] if len(told) > 1 else ""
    # Only a sentence of its own, and only the last: “Stop! Just kidding” and “she said, stop” are asked about.
    is_last = requests[-1] == "stop" and not _SENTENCE_ENDS.isdisjoint(before) and not is_refusal(told[-1][0], words)
    return "stop" if is_last and "?" not in told[-1][1] and set(requests[:-1]) <= {"", "weary"} else "ask"


def _read_part(part: str, end: str, words: StopWords) -> StopRequest:
    """Read a part of a text.  “unsubscribe? never!” repeats a word only to deny it, and “cancel” may mean anything."""
    if "?" in end and " " not in part:
        return ""
    request = read_stop_request(part, words)
    if request == "weary":
        return request
    is_sure = any(words.kinds.get(word, "x") in "Ss" for word in part.split()) or request == "stop"
    return request if is_sure else ""
