"""Answers that only shrug, or agree to be left in peace: “jo mei”, “von mir aus”, “ja toll, noch ein Newsletter”.

They hold a word of a yes and are none for a consent, which takes a clear one (GDPR, Art. 4(11)).
"""

import re

_SIGHS = (
    r"(?:(?:na|oh|ach|also|ja|jo|joa|no|well|hm+|eh|geh|uff|puh|tja|ok|okay|gut|and|und|dann|then|schon|halt|eben|doch"
    r"|denn|komm|naja|mei|oida|alter) )*"
)
_BEHIND = r"(?: (?:halt|dann|eben|schon|eh|mei|denn|doch|auch|then|ok|okay|oida|also|na))*"
_SHRUGS = re.compile(
    rf"{_SIGHS}(?:mei(?: mei)*|najo|nojo|wurscht|egal|wayne|whatever|meh|wenns sein muss"
    rf"|if (?:you|i) (?:must|have to|insist)){_BEHIND}"
)
"""Shrugs, whatever is asked."""
_WEARY_CONSENTS = re.compile(
    rf"(?:(?:na|oh|ach|also|ok|okay|dann|eh|halt) )*(?:von mir aus|meinetwegen){_BEHIND}"
    rf"|{_SIGHS}(?:joah*|(?:jo|ja|passt) eh|ach(?: so)? ja|ja ja|jo jo|ja (?:toll|super|klasse|prima|spitze|mega)"
    rf"|(?:yes|yeah|sure) (?:dear|mum|mom|mother|boss|darling|honey)){_BEHIND}"
    # “Super, another newsletter”: said of what there is too much of.
    r"|.*\b(?:noch (?:ein|eine|einen|mehr|so ein|so einen)|another|yet another|more)(?: \w+)?"
    r" (?:newsletters?|e?mails?|letters?|briefe?|spam|werbung|rundbriefe?|e mails?)\b.*"
)
"""What may decide elsewhere, and agrees to no consent."""
_GLAD = re.compile(r"\b(?:gerne?|bitte|please|yay|freu\w*|love|immer her|her damit)\b")
_MARKS = frozenset(
    (
        "mei", "joa", "joah", "joahh", "najo", "nojo", "wurscht", "egal", "wayne", "whatever", "meh", "eh", "muss",
        "must", "insist", "have", "mir", "meinetwegen", "ach", "ja", "jo", "dear", "mum", "mom", "mother", "boss",
        "darling", "honey", "noch", "another", "more",
    )
)  # fmt: skip
"""Words without one of which a text is neither."""


def is_shrug(typed: str) -> bool:
    """Tell whether a normalised text only shrugs: it answers nothing."""
    return not _MARKS.isdisjoint(typed.split()) and _SHRUGS.fullmatch(typed) is not None


def is_weary_consent(typed: str) -> bool:
    """Tell whether a normalised text with a yes in it may be said without wanting it."""
    if _MARKS.isdisjoint(typed.split()) or _GLAD.search(typed):
        return False
    return _SHRUGS.fullmatch(typed) is not None or _WEARY_CONSENTS.fullmatch(typed) is not None
