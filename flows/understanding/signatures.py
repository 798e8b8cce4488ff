"""What phones and people put below a message: “Sent from my iPhone”, “Mit freundlichen Grüßen, Mia Müller”."""

import re

_SIGNATURE = re.compile(
    r" (?:sent from my|gesendet von mein\w*|von mein\w* \w+ gesendet|get outlook for|mit freundlichen grüßen|"
    r"mit freundlichen grüssen|(?:kind|best|warm|many) regards|(?:viele|liebe|beste|schöne|freundliche) grü(?:ß|ss)e|"
    r"sincerely|yours|lg|vg|mfg|br)(?: .*)?$"
)


def strip_signature(typed: str) -> str:
    """Return a normalised text without what stands below it."""
    return _SIGNATURE.sub("", typed)
