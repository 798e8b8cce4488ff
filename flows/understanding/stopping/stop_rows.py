"""Tells whether a typed text asks to stop all mails.

Withdrawing is as easy as giving (GDPR, Art. 7(3)), so a request counts however it is said, and a doubtful one is asked
about with one tap.  It is read in three steps:

1. Each word has a kind, a letter (:data:`flows.understanding.stop_words.STOP_WORDS`), ``x`` if it is on no list.  A
   text becomes a row of letters: “please stop sending me emails” is ``fsvim``.
2. What has another meaning is taken out: “don't stop”, “bus stop”, “stop by”.
3. The rows of letters that are requests stand in :data:`_REQUESTS`; ``f`` (fillers) is taken out before.  A text that
   is none of them and still holds a word of stopping is asked about.

=====  ==================================================  =====  =============================================
``S``  unsubscribe, abmelden                               ``m``  mail, newsletter, subscription, names of topics
``s``  stop: may mean something else                       ``l``  list, Verteiler
``w``  end, cancel, Schluss: often something else          ``i``  me, mich
``p``  unsubscribed, abgemeldet: told, not asked           ``r``  more, again, all, mehr
``y``  stopped: mostly something else                      ``v``  send, write, schicken
``R``  remove, austragen                                   ``g``  receive, bekommen
``D``  delete, löschen                                     ``W``  want, möchte
``T``  take, nehmt, with ``o`` (off, out, raus)            ``n``  no: an exclamation or a denial
``O``  opt, with ``o`` (out)                               ``d``  dont, nicht
``A``  melde, with ``b`` (ab)                              ``k``  keine
``H``  hör, with ``u`` (auf); ``U`` trag, with ``o``       ``q``  how, when, if, wie: a question or a condition
=====  ==================================================  =====  =============================================
"""

import re
from typing import Literal

from flows.understanding.signatures import strip_signature
from flows.understanding.spellings.dialects import write_standard
from flows.understanding.stop_words import StopWords
from flows.understanding.stopping.polite_frames import strip_frames
from flows.understanding.stopping.revocations import read_revocation
from flows.understanding.stopping.stop_phrases import name_person, read_saying

StopRequest = Literal["stop", "ask", "weary", ""]
"""``stop``: all mails end now.  ``ask``: the person is asked whether they shall.  ``weary``: the same, unless an open
question may be meant (“es reicht”).  Empty: the text asks for no end."""

MOST_WORDS = 40
"""Words of a text that are read at once."""
_NOUN = re.compile(
    # “bus stop”, “the next stop”, “stop at the station”, “the end of the week”: a place or a moment.
    r"\b(?:bus|tram|train|next|which|pit|full|last|first|a|every|non|one|each|metro|petrol|coffee|lunch) "
    r"(?:stop|stopp|end)\b(?! (?:all|it|now|please|sending|the|my|me)\b)"
    r"|\bstopp?(?:ing)?(?: off)? (?:by|at|over|sign|watch|light|lights|near|beim|am|in der nähe)\b"
    r"(?! (?:once|e?mails?)\b)|\b(?:the|an|weekends?|in the|dead) end\b(?! (?:my|the) "
    r"(?:e?mails?|newsletter|subscription))|\bend of\b|\bab und zu\b|\bhör\w* (?:mal )?auf (?:mich|uns)$"
    r"|\bzum schluss\b|\bende gut\b|\bdrop (?:me|us) an?\b|\bam ende\b|\bende der\b|\bende des\b|\bzu ende\b"
    r"|\bgenug (?:von|für)\b"
)
_HELD_DOWN = re.compile(r"(.)\1{2,}")
_NO_NEED = re.compile(r"\bno (?:need|reason|wish|intention) (?:to|for)\b|\bkein(?:en)? grund\b")
_FROM_NOW_ON = re.compile(r"^(?:bitte )?ab (?:sofort|jetzt|heute|nun) (?=\w)")
"""“Ab sofort keine Mails mehr”: this “ab” belongs to no verb."""
_LOSE = re.compile(
    r"\blose my (?:e ?mail )?(?:address|number|email|contact)\b|\bunsubscribed (?=please)|\bunsubscribed(?= pls)"
    # “Stop means stop”.
    r"|\b(?:stopp?|no|nein) (?:means|is|heisst|ist|bedeutet) (?=stopp?$)"
)
_ASKS_WHETHER = re.compile(
    # “did you unsubscribe me”, “wird der Newsletter beendet”: whether it is so.
    r"^(?:(?:hi|hello|hey|hallo|sorry) )?(?:did|does|is|are|has|was|were|am|do (?:you|the|i)|have (?:you|the|i)"
    r"|(?:didnt|havent|hadnt|wasnt|arent|shouldnt|couldnt) (?:i|we|you)|(?:isnt|arent|wasnt) (?:there|it|this)"
    r"|(?:didnt|havent|hadnt|wasnt|arent) (?:i|we|you)|(?:habe?|hatten?) (?:ich|wir) (?:mich|uns) (?:doch )?nicht"
    r"|will (?:the|it|this|that|they|stop)|ist|hat|habt|wird|wurde|endet|werden die|haben sie)\b"
)
_LEAVE_ALONE = re.compile(
    r"\bleave me (?:alone|be)\b|\blass(?:t|en sie)? mich (?:bitte |endlich )?in (?:ruhe|frieden)\b"
)
_NO_MAILS = re.compile(
    r"(?:(?:please|bitte) )?(?:no|keine) (?:e ?mails|mails|newsletters?)(?: (?:please|bitte|thanks|danke))*"
)
"""“no emails, please”: a wish for the future; “no mail” rather tells that none came."""
_NO_SPAM = re.compile(
    r"(?:(?:please|pls|plz|bitte|but|aber|and|und|just|so|hey|ok|nur|also|then|ihr|you) )*(?:(?:dont|do not|never)"
    r" (?:ever )?spam(?:ming)?(?: (?:me|us|my (?:inbox|mailbox)))?|(?:no|kein|keinen) spam(?:ming|mails?)?"
    r"|(?:spamm?t?|müllt?) (?:mich|uns|mir das postfach|mein postfach) (?:bitte )?(?:nicht|ned|net)(?: zu| voll)?"
    r"|nicht (?:zu|voll)?spammen)(?: (?:please|pls|plz|bitte|ok|okay|thanks|thx|danke|guys|leute|though|gell))*"
)
"""“Please don't spam me”: as often a condition as a request."""
_MAY_I = re.compile(
    r"\b(?:can|could|may|should|shall|must|do|will|did|am|have) i\b"
    r"|\b(?:kann|darf|soll|muss|könnte|bin|habe|werde) ich\b|\b(?:kann|muss) man\b"
)
_DENIED = re.compile(
    # “don't stop”, “nicht den newsletter abbestellen”; but “don't send me mails, stop” denies the sending.
    r"[dk][^vr]{0,4}[SspywH]|[Ssw]m*[^v]{0,2}d$|A[^b]*d[^b]*b|H[^u]*d[^u]*u|^n?[fi]*d[^v]*[RDTUO]"
)
_SEPARABLE = (
    (re.compile(r"A([^bn]*)b"), r"S\1"),
    (re.compile(r"H([^u]{0,2})u"), r"s\1"),
    (re.compile(r"Oi?o|bA"), "S"),
)
_REQUESTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"n*[mirvWg]*[Ss][SswmlirvWgo]*",  # stop, unsubscribe me, stop sending me emails, mich abmelden
        r"n*w+r?",  # quit, end, cancel all
        r"n*wvi[mr]*",  # quit sending me this crap
        r"n*W?[wRT]+[irvo]*[ml]+[ilmrog]*w?",  # cancel my subscription, remove me from the list
        r"n*W?[ir]*[ml]+[irlm]*[wR]+",  # Abo beenden, mich aus der Liste streichen
        r"n*[imlo]*l[imlo]*[DRT]|D[irvom]*l+",  # aus der Liste löschen
        r"n*[RD]im*|n*W?iR",  # remove me, mich rausnehmen
        r"n*Rio?[mlo]*|n*[TU]i[mlo]*[ol][mlo]*",  # take me off, tragt mich aus; not “trag mich ein”
        r"W?n*[Tg]io[ml]*",
        r"o+l|l+o",  # off the list, aus dem Verteiler
        r"n*Wo+[ml]+",  # I want out of the newsletter
        r"W[irmlo]*p",  # ich möchte abgemeldet werden, ich hätte den Newsletter gern abbestellt
        r"W*v?i?[ndk]+(?=.*m)(?=.*[rv])[Wdkvimr]*[Ss]?",  # no more emails, don't send me emails
        r"v?d+v?mi",  # do not email me
        r"(?=.*[dnk])(?=.*W)(?=.*m)(?=.*[gvr])[dnkWimvgr]+",  # I don't want to get emails
        r"[imv]*[dnk]+[imv]*r[imvr]*",  # send me no more
        r"W+(?=.*[mvg])[imv]*[dnk]+[imvg]*r[imvrg]*",  # ich wünsche keine weiteren Zusendungen
    )
)
_TOLD = re.compile(r"^f*mf*H|[Ss]f*t$|t.*[dnk]|[dnk].*t|^f*n[Ssp]")
"""“I have got no mails”, “you did not email me”: told, not asked; “no unsubscribe”: one or the other."""
_MAYBE = re.compile(r"[wyRD]i?[ml]|^w+$|To|Uo|(?=.*[dnk])(?=.*W)(?=.*m)")
_TRAILING_DIGITS = re.compile(r"(?<=[^\W\d_]{3})\d+\b")
_SIGN_OFFS = frozenset((
    "thanks", "regards", "cheers", "best", "sincerely", "danke", "grüße", "grüßen", "grüsse", "grüssen", "gruß",
    "gruss", "lg", "mfg", "vg",
))  # fmt: skip
_LONGEST_NAME = 3
_IT = frozenset(("it", "that", "this", "das", "es"))
_ENOUGH = frozenset(("enough", "genug"))
_SURE_TO_ASK = re.compile(r"[Sp]|s")
_ASKS_HOW = re.compile(r"(?=.*[ml])(?=.*[wOy])|(?=.*l)(?=.*[RDo])")
"""“How do I get off the list?”, “where can I cancel my subscription?”: mails and their end in one question."""
_FAILS = re.compile(
    r"\b(?:(?:cant|cannot|couldnt|dont) (?:find|see)|(?:doesnt|dont|isnt|not|didnt) work(?:ing)?|broken"
    r"|(?:finde|sehe)\b.*\bnicht|(?:geht|gehen|ging|funktioniert|klappt)(?: \w+)? nicht)\b"
)


def read_stop_request(typed: str, words: StopWords) -> StopRequest:
    """Tell whether a normalised text asks to stop all mails, or may ask for it."""
    if _HELD_DOWN.search(typed):
        typed = _HELD_DOWN.sub(_release_letter, typed)
    # “STOP1” is “STOP!” with a slip of the finger.
    typed_words = write_standard(_TRAILING_DIGITS.sub("", typed).split())
    if _LEAVE_ALONE.search(typed) or _NO_MAILS.fullmatch(typed) or ("spam" in typed and _NO_SPAM.fullmatch(typed)):
        return "ask"
    revocation = read_revocation(" ".join(typed_words))
    if revocation:
        return revocation
    typed_words = strip_frames(" ".join(typed_words)).split()
    saying = read_saying(typed_words, words.kinds, words.names)
    if saying == "stop":
        return "stop"
    if words.lack_trigger(typed_words):
        return "stop" if typed == "🛑" or _is_spelled(typed, words) else saying
    return _read_words(typed_words[:MOST_WORDS], words) or saying


def _release_letter(found: re.Match[str]) -> str:
    """Return what a letter that was held down stands for: “stoppp” and “pleeease” have it twice, or once."""
    return found[1]


def is_refusal(typed: str, words: StopWords) -> bool:
    """Tell whether a request refuses mails without a word of stopping: “no more mails, please”, “I have enough”."""
    told = (word for word in write_standard(typed.split()) if word not in _ENOUGH)
    return not any(words.kinds.get(word, "x") in "SswARDTHUO" for word in told)


def _is_spelled(typed: str, words: StopWords) -> bool:
    """Tell whether a text is a word of stopping, letter by letter: “s t o p”."""
    return typed[1:2] == " " == typed[3:4] and words.kinds.get(typed.replace(" ", "")) in ("s", "S")


def _read_words(typed_words: list[str], words: StopWords) -> StopRequest:
    text = _rewrite(typed_words, words)
    row = "".join(words.kinds.get(word, "x") for word in text.split())
    bare = _join_separable(row.replace("f", "").replace("t", ""))
    if _MAY_I.search(text) or _ASKS_WHETHER.search(text) or "q" in row:
        return "ask" if _SURE_TO_ASK.search(bare) or _ASKS_HOW.search(bare) else ""
    # “I can't find the unsubscribe button” denies the finding.
    if _FAILS.search(text) and _SURE_TO_ASK.search(bare):
        return "ask"
    if _DENIED.search(row):
        return ""
    is_request = any(pattern.fullmatch(bare) for pattern in _REQUESTS) or _is_own_request(typed_words, words)
    # “cancel it” may be a booking; “no unsubscribe” is one or the other; “you have not sent me mails” complains.
    if (
        is_request
        and not _TOLD.search(row)
        and not ("w" in bare and set(bare) <= set("nwr") and (not _IT.isdisjoint(typed_words) or "t" in row))
    ):
        return "stop"
    # What holds words besides: a sure word is asked about, “cancel” only before what can be cancelled here.
    return "ask" if _SURE_TO_ASK.search(bare) or _MAYBE.search(bare) else ""


def _rewrite(typed_words: list[str], words: StopWords) -> str:
    """Return a text without what only decorates it, and with other meanings of its words taken out."""
    for length in range(1, _LONGEST_NAME + 1):
        signed, below = typed_words[:-length], typed_words[-length:]
        if signed and signed[-1] in _SIGN_OFFS and words.kinds.knows_none(below):
            typed_words = signed
            break
    text = name_person(strip_signature(" ".join(typed_words)))
    if text.startswith(("ab ", "bitte ab ")):
        text = _FROM_NOW_ON.sub("jetzt ", text)
    text = _NO_NEED.sub("never", _LOSE.sub("unsubscribe me ", text))
    for name in words.names:
        text = text.replace(name, "newsletter")
    return _NOUN.sub("somewhere", text)


def _join_separable(row: str) -> str:
    """Join verbs with the part that German and English put behind: “melde mich ab”, “opt me out”."""
    for pattern, joined in _SEPARABLE:
        row = pattern.sub(joined, row)
    return row


def _is_own_request(typed_words: list[str], words: StopWords) -> bool:
    return " ".join(word for word in typed_words if words.kinds.get(word) != "f") in words.own_requests
