"""What people put around a request to be polite: “would you mind not …”, “seid so gut und …”, “I beg you to …”.

A frame says nothing of what is asked for.  Only “mind not mailing” has a form of its own, which becomes “dont mail”.
"""

import re

_VERBS = {
    "mailing": "mail", "emailing": "email", "writing": "write", "sending": "send", "contacting": "contact",
    "messaging": "message", "texting": "text", "bothering": "bother", "spamming": "spam", "mail": "mail",
}  # fmt: skip
_YOU = "(?:you|u|ya|y all|yall|one of you|someone|somebody)"
_IHR = "(?:ihr|du|sie|euch|dir|ihnen)"
_NOT_SENDING = re.compile(
    rf"\b(?:(?:would|do|wouldnt|id be glad if) {_YOU} (?:terribly |really |please |kindly |very much )*mind"
    rf"(?: please)?|could {_YOU}(?: please| kindly)*|can {_YOU}(?: please| kindly)*|refrain from|please refrain from"
    rf"|kindly refrain from|mind) (?P<not>not |to not |to stop )?(?:please )?(?P<verb>{'|'.join(_VERBS)})\b"
)
_FRAMES = re.compile(
    rf"\b(?:would|do|wouldnt|dont) {_YOU} (?:terribly |really |please |kindly |very much )*mind(?: please)? (?!not\b)"
    r"|\b(?:how about|why dont) (?:you|we) |\bat once\b|\bwith immediate effect\b|\bfor the love of god\b"
    rf"|\b(?:i |we )?(?:am |m |im |are |were )?(?:beg|begging|ask|asking|urge|implore|request)(?:ing)? {_YOU}(?: to)?\b"
    rf"|\bi beg\b|\bmay i (?:kindly |please )?ask {_YOU} to\b|\b(?:be so kind as to|be so kind and|be kind enough to"
    r"|be a dear and|be a darling and|be a love and|do me a favou?r and|be able to|go ahead and)\b"
    r"|\b(?:is it|would it be|is there any way|would there be a way|any chance) (?:at all |perhaps )?(?:possible )?"
    rf"(?:to|for {_YOU} to|(?:of )?(?:you )?(?:could|can))\b(?= (?:please |kindly )?(?:be )?"
    r"(?:unsub|remove|take|stop|get|opt|cancel|end))"
    r"|\b(?:id|i would|we would) (?:be (?:very |so |really )?(?:grateful|glad|happy|thankful)|appreciate it|love it) if"
    rf" {_YOU} (?:could|would|can)?|\b(?:wärt|wärst|wären|seid|sei|seien) {_IHR}? ?(?:bitte )?so "
    r"(?:lieb|gut|nett|freundlich|liab|guad)(?: und)?\b|\b(?:wäre?s?|wäre es|ginge es|gings|geht es|ist es|isses"
    r"|gäbe es eine möglichkeit) (?:bitte |vielleicht )?(?:möglich|machbar|drin|okay|ok)?(?= (?:dass |wenn )?"
    r"(?:ihr |sie |du )?(?:mich|mi|uns|den newsletter|das abo) .*(?:abzu|auszu|abmeld|austrag|heraus|raus|nehm|zu ))"
    r"(?: dass| wenn)?|\b(?:tut|tu|tun sie) mir (?:bitte )?den gefallen und\b"
    rf"|\b(?:dürfte|darf|möchte|wollte|würde)(?: ich)?(?: {_IHR})?(?: gern| gerne| herzlich| freundlich)? (?:darum )?"
    r"bitten(?: mich)?\b|\bich bitte (?:euch |sie |dich )?(?:hiermit |höflich |herzlich |darum )*"
    r"|\bich (?:wäre|wär) (?:euch |dir |ihnen )?(?:sehr )?dankbar wenn (?:ihr|du|sie)\b"
    r"|\bes wäre (?:sehr |echt )?(?:nett|lieb|schön|toll|super|gut) wenn (?:ihr|du|sie)\b"
    r"|\b(?:dürfte|könnte|dürft) ich (?=mich\b)|\bman (?:könnte|kann) (?=mich\b)"
)
_AGAINST_WRITING = re.compile(
    # “Würde es euch etwas ausmachen, mir nicht mehr zu schreiben?”
    rf"\b(?:würde|würds|macht|machts|täte) (?:es )?(?:{_IHR} )?(?:etwas|was|viel)? ?(?:ausmachen|aus) "
    r"(?P<what>(?:mir|mich|uns) (?:keine|nicht)\b.*)"
)
_GLADLY = re.compile(
    r"\b(?:würde?|täte?|tät|tat|dad)(?: ich| i)?(?P<who>(?: mich| mi| uns| aus \w+ \w+)*) (?:(?:sehr|wirklich|ganz"
    r"|echt) )*gern\w*"
)
"""“Ich würde mich gern …” is “ich möchte mich …”."""
_HASTY = (
    (re.compile(r"\b(can|could|would|will|do|did) u\b"), r"\1 you"),
    # In Vienna “ur viele Mails” are very many.
    (
        re.compile(
            r"\bur (?=(?:e?mails?|mailing|lists?|newsletters?|letters?|messages|texts|system|database|stupid)\b)"
        ),
        "your ",
    ),
)
"""“Can u take me off ur list”; elsewhere a “u” is the German “und”."""
_MAY_BE_FRAMED = frozenset((
    "u", "ur",
    "würde", "würd", "täte", "tät", "tat", "dad", "macht", "aus",
    "mind", "refrain", "kind", "beg", "begging", "ask", "asking", "urge", "request", "implore", "possible", "grateful",
    "glad", "appreciate", "way", "chance", "favor", "favour", "able", "how", "why", "once", "immediate", "love",
    "so", "möglich", "machbar", "gefallen", "bitten", "dankbar", "wäre", "wär", "wärs", "ausmachen", "aus", "dürfte",
    "könnte", "dear", "darling", "could", "can", "man", "drin", "möglichkeit", "ok", "okay", "darf", "bitte", "ahead",
    "grateful", "happy", "thankful",
))  # fmt: skip


def strip_frames(typed: str) -> str:
    """Return a normalised text without the frames of politeness in it."""
    if _MAY_BE_FRAMED.isdisjoint(typed.split()):
        return typed
    for pattern, written in _HASTY:
        typed = pattern.sub(written, typed)
    typed = _NOT_SENDING.sub(_deny_sending, typed)
    typed = _AGAINST_WRITING.sub(lambda found: found["what"], typed)
    typed = _GLADLY.sub(lambda found: f"möchte{found['who']}", typed)
    return " ".join(_FRAMES.sub(" ", typed).split())


def _deny_sending(found: re.Match[str]) -> str:
    verb = _VERBS[found["verb"]]
    refrains = "refrain" in found[0] or found["not"] is not None
    return f"dont {verb}" if refrains else found[0]
