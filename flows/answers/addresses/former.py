"""Tells an address that is in use from one that was, and from one that is somebody else's.

“My old one x@… doesn't work any more, use y@…” names two: the words between two addresses belong to the first up to
their border (a comma, “but”, “now”, “jetzt”), and to the second behind it.  What is said to be of the past is never
taken: the one that is left is the answer, and where none is left the person is asked for it.  Of “it was x@…” and “x@…
is my husband's” only the person knows, so they are asked.
"""

import re

from flows.answers.addresses.misspellings import is_slip_of
from flows.answers.addresses.result import AddressReading, NoAddress, OneAddress, SuggestedAddress

_ADDRESS_END = re.compile(r"^[\w.-]*")
_ADDRESS_START = re.compile(r"[^\s,;:<(\[\"]*$")
_BORDER = re.compile(
    r"[,;:!)\n–—→]|\.(?:\s|$)|-\s|->|=>"
    r"|\b(?:but|and|now|use|take|so|try|rather|instead|sondern|aber|und|jetzt|nun|bitte|please|nehmt|nimm|stattdessen"
    r"|(?:my |the |mine? )?(?:new|current)|(?:meine |die )?(?:neue?|aktuelle|jetzige))\b",
    re.IGNORECASE,
)
"""Where the words about one address end and those about the next begin."""
_CURRENT = re.compile(
    r"\b(?:new|current|now|instead|use|take|send|write|try|works|neue\w*|aktuell\w*|jetzig\w*|jetzt|nun|nehmt|nimm"
    r"|nehmen|stattdessen|dafür|schickt?|schreibt?|sondern|lieber|bitte|please|here|hier)\b",
    re.IGNORECASE,
)
_OLD = (
    r"(?:(?<!good )(?<!years )(?<!gute )(?<!guten )(?<!year )(?<!jahre )(?:old(?! but)|alte?[nrs]?)|former(?:ly)?"
    r"|previous(?:ly)?|ex|dead|outdated|ehemalige?[nrs]?|ehemals|frühere?[nrs]?|vorherige?[nrs]?|veraltete?[nrs]?)"
)
_OF_MAIL = (
    r"(?:[\w-]*(?:mail|address|addy|adresse|account|konto|postfach|mailbox)|one|ones|is|was|were|it|war|ist|hieß"
    r"|lautete?|my|meine?|work|uni|school|private?|von|from|at|for|the|der|die|das)"
)
_ANY_MORE = r"(?:no longer|any ?more|no more|(?:nicht|nich|nie|ned|net|keine?n?) mehr|nimmer)"
_BEFORE = re.compile(
    rf"\b(?:{_OLD}(?:[ -]{_OF_MAIL}){{0,4}}|früher|damals|{_ANY_MORE}(?: \S+){{0,2}}"
    r"|(?:used to|had|hatte\w*|(?:lost|no|without) access to|closed|deleted|cancelled|left|log ?in to|logged out of"
    r"|get (?:in|into|at)|forgot (?:the |my )?(?:password|login|pin) (?:of|for|to)|passwort (?:von|für|zu|vergessen)"
    r"|switched from|changed from|moved from|migrated from|(?:can['’]?t|cannot|can not|couldn['’]?t) "
    r"(?:receive|get|read|access|open|check)(?: (?:any|my))?(?: e?-?mails?)?(?: (?:at|on|from|to|in|into))?"
    r"|zugriff (?:mehr )?auf|verlassen|gekündigt|gelöscht)(?: (?:mal|ich|be|have|the|my|die|auf|mail|früher|damals|at"
    r"|an|einmal|mein\w*|account|konto|once|mehr))*)\s*[:(\"<]?\s*$",
    re.IGNORECASE,
)
_NAMES_OLD = re.compile(rf"\b{_OLD}\b|{_ANY_MORE}", re.IGNORECASE)
_GONE = (
    "dead|gone|expired|closed|deleted|deactivated|disabled|cancelled|canceled|terminated|suspended|bounc(?:es|ed|ing)"
    "|obsolete|inactive|defunct|history|hacked|gehackt|compromised|tot|weg|abgelaufen|gelöscht|gekündigt|abgeschaltet"
    "|deaktiviert|stillgelegt|gesperrt|abgemeldet|abgestellt|aufgelöst|passé|geschichte|kaputt|futsch|hinüber|raus"
)
_BEHIND = re.compile(
    rf"\b{_ANY_MORE}\b|\b(?:{_GONE})\b"
    rf"|^\W*(?:(?:is|was|are|were|ist|war|it|that|that's|thats|this|das|die|my|meine?|an|the|eine|so)\W+)*{_OLD}\b"
    r"(?!(?: one| mail| address| adresse| e-?mail)? (?:is|ist?|geht|hat|has|does\w*|war|was|will|expired|stopped)\b)"
    r"|\b(?:stopped|quit) working\b|\b(?:does ?n['’]?o?t|is ?n['’]?t|not) (?:work|working|exist|existing|function|valid"
    r"|active|in use|used)\b|\bused to\b|\bran out\b|\bbelonged\b|\byears ago\b|\bforgot\b"
    r"|\bpass?wor[td]\b.*\b(?:vergessen|verloren|forgotten|lost)\b|\b(?:nix|nichts|nie|niemand) mehr\b|\bgab'?s\b"
    r"|\bgab es\b|\b(?:war|was) (?:ein)?mal\b|\bno access\b|\blost (?:the )?(?:access|password|it)\b|\blocked out\b"
    r"|\b(?:can['’]?t|cannot|can not|couldn['’]?t) (?:get|log|access|reach|open|enter|use)\b"
    r"|\bi(?:['’]ve)? (?:have )?(?:left|moved|quit)\b|\b(?:until|till|bis) (?:last|letzte\w*|vor|a |the )\b"
    r"|\b(?:existiert|geht|funktioniert|gibt['’]?s|gibt es|tut|klappt|läuft) (?:leider )?(?:nicht|nich|ned|net)\b"
    r"|\b(?:kein\w*|ohne) (?:zugriff|zugang)\b|\bvor(?:herige?|mals)\b|\bausser betrieb\b|\baußer betrieb\b"
    r"|\b(?:was|were|war) (?:my|mine|our|meine?|unsere?|von|from|at|for|with|back|früher|damals|mal|bei)\b"
    r"|\bhatte ich (?:mal|früher|damals)\b|\b(?:früher|damals)\b",
    re.IGNORECASE,
)
"""What is said of an address that is no longer in use."""
_INSTEAD = re.compile(
    r"\b(?:instead of|in place of|statt|anstatt|anstelle von)(?: (?:my|the|meine\w?|der))?\s*$", re.IGNORECASE
)
_ABOUT_IT = re.compile(r"^(?:it|its|it's|that|this|which|but|die|der|das|da|dort|sie|aber)\b", re.IGNORECASE)
_DOUBTED_BEFORE = re.compile(
    r"\b(?:was|war|(?:husband|wife|boss|mother|mum|mom|father|dad|son|daughter|friend|sister|brother|colleague"
    r"|mann|frau|chef|sohn|tochter|freund|schwester|bruder|mutter|vater)['’]?e?s)\b(?: (?:mail|email|address))?"
    r"\s*[:(\"<]?\s*$",
    re.IGNORECASE,
)
_DOUBTED_BEHIND = re.compile(
    r"\b(?:full(?! of)|voll(?! mit)|(?:that|das) (?:was|war)|never (?:check|read|look|open)|don['’]?t "
    r"(?:check|read|use|have)|(?:lese|schau\w*|nutze|benutze|gucke?) (?:ich )?(?:da )?(?:nie|nicht|kaum|selten)"
    r"|hardly ever|not mine|isn['’]?t mine|nicht meine|somebody else|belongs to|gehört (?!mir)"
    r"|(?:husband|wife|boss|mother|mum|mom|father|dad|son|daughter|friend|sister|brother|colleague)['’]?s|von mein\w*"
    r"|mein\w* (?:mann|frau|chef|chefin|sohn|tochter|mutter|vater))\b",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(
    r"\b(?:not|never|no longer|isn'?t|don'?t|instead of|wrong|except|(?:any|every)\w+ but|außer|ausser|nicht|nie|statt"
    r"|kein\w*|falsch\w*)\b(?P<denied>[^.!?\n@]{0,25})$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"^[^.!?\n@]{0,25}\b(?:(?:not|nicht)(?! (?:share|sell|spam|pass|give|publish|to share|weiter\w*|verkaufen|teilen"
    r"|veröffentlichen|zuspammen|vergessen|forget|to forget|only|nur))|isn'?t|doesn'?t|wrong|falsch\w*)\b",
    re.IGNORECASE,
)
"""Words that say that an address is not the one: “not to mia@…”, “mia@… is wrong”."""
_DENIED_SLIP = re.compile(
    r"\b(?:not|never|instead of|wrong|wrote|typed|nicht|statt|kein|falsch\w*)\s+(?:at )?@?(?P<slip>[\w.-]*\w)",
    re.IGNORECASE,
)
"""“Not gmial, gmail: mia@gmail.com”: what is denied is a piece of an address."""
_WRONG = re.compile(r"\b(?:wrong|falsch\w*)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+")


def ask_about_use(judged: AddressReading, earlier: str, behind: str, domain: str) -> AddressReading:
    """Refuse an address that is said to be out of use; ask about one that may be, and about one that is denied.

    ``earlier`` and ``behind`` are the text before and behind it, with other addresses in them.
    """
    if isinstance(judged, NoAddress) or not any(map(str.isalpha, earlier + behind)):
        return judged
    before, after = _words_before(earlier), _words_behind(behind)
    has_other = "@" in earlier or "@" in behind
    if _is_former(before, after) or (has_other and _is_replaced(before, after)):
        return NoAddress(problem="former")
    if not isinstance(judged, OneAddress):
        return judged
    earlier, behind = (
        _drop_slips(_drop_other(earlier, before), domain),
        _drop_slips(after if "@" in behind else behind, domain),
    )
    is_denied = _DENIED_BEFORE.search(earlier) or _DENIED_BEHIND.match(behind)
    if is_denied or _DOUBTED_BEFORE.search(before) or _DOUBTED_BEHIND.search(after):
        return SuggestedAddress(email=judged.email, reason="denied")
    return judged


def _is_former(before: str, after: str) -> bool:
    told = _BEFORE.search(before)
    # “My old one is dead, here is the new: mia@…” speaks of another one.
    is_told = told is not None and not _CURRENT.search(told[0])
    return is_told or _BEHIND.search(after) is not None


def _is_replaced(before: str, after: str) -> bool:
    """Tell whether another address is named in place of this one: “instead of leo@…”, “von leo@… auf …”."""
    moved = re.search(r"\b(?:from|von)\s*$", before, re.IGNORECASE)
    return _INSTEAD.search(before) is not None or bool(
        moved and re.match(r"\s*(?:to|auf|zu|nach)\s*$", after, re.IGNORECASE)
    )


def _words_before(earlier: str) -> str:
    """Return what is said before an address about it: behind an earlier address, and in the same sentence."""
    _, at, tail = earlier.rpartition("@")
    if not at:
        return _SENTENCE.split(earlier)[-1]
    gap = _ADDRESS_END.sub("", tail, count=1)
    border = _BORDER.search(gap)
    if border is None:
        # “Leo@… is dead mia@…”: without a border the words belong to the first, unless they say nothing of it.
        return "" if _BEHIND.search(gap) and not re.match(rf"\W*(?:{_OLD})\W*$", gap, re.IGNORECASE) else gap
    return gap[border.start() :]


def _words_behind(behind: str) -> str:
    """Return what is said behind an address about it: before the next address, in this sentence or about “it”."""
    gap, at, _ = behind.partition("@")
    if at:
        gap = _ADDRESS_START.sub("", gap)
        border = _BORDER.search(gap)
        if border:
            return gap[: border.start()]
        # “new: mia@… old: leo@…”
        return "" if re.fullmatch(rf"\W*(?:my |meine |the |die )?{_OLD}\W*", gap, re.IGNORECASE) else gap
    sentences = _SENTENCE.split(gap)
    told = [sentences[0], *(sentence for sentence in sentences[1:2] if _ABOUT_IT.match(sentence))]
    return " ".join(told)


def _drop_other(earlier: str, before: str) -> str:
    """Return the text before an address without what it says of a former one: “the old one does not work, mia@…”."""
    if "@" in earlier:
        return before
    borders = [border for border in _BORDER.finditer(before) if border.end() < len(before.rstrip())]
    is_of_other = any(_BEHIND.search(before[: border.start()]) or _NAMES_OLD.search(before) for border in borders)
    return before[borders[-1].start() :] if is_of_other else earlier


def _drop_slips(text: str, domain: str) -> str:
    """Return a text without denials of what only resembles the name of this domain: “not gmial”."""
    plain = _DENIED_SLIP.sub(lambda found: "" if is_slip_of(found["slip"], domain) else found[0], text)
    return text if plain == text else _WRONG.sub("", plain)
