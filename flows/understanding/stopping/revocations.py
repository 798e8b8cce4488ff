"""Formal ends of a permission to mail: “I withdraw my consent”, “ich entziehe Ihnen die Erlaubnis, mir zu schreiben”.

The permission is named, so a revocation needs no word of mails.  What follows may say which permission, and under which
law; a word that names something else (“my consent to the photo”) makes it one to be asked about.
"""

import re
from typing import Literal

Revocation = Literal["stop", "ask", ""]

_PERMISSION = (
    "(?:e ?mail |mail |marketing |newsletter )?(?:consents?|permissions?|authori[sz]ation|approval|agreement|opt ?in"
    "|einwilligung(?:en|serklärung)?|zustimmung(?:en|serklärung)?|erlaubnis|genehmigung|einverständnis(?:erklärung)?"
    "|berechtigung|freigabe|einverstaendnis|werbeeinwilligung)"
)
_OWN = r"(?:my|our|the|any|all|every|meine[rnms]?|unsere[rnm]?|die|der|das|mein|jede|jegliche|alle)"
_GIVEN = r"(?:previous |prior |former |earlier |given |gegebene[nr]? |erteilte[nr]? |frühere |bisherige )*"
_WHAT = rf"(?:{_OWN} )?{_GIVEN}{_PERMISSION}"
_FILL = (
    r"(?:(?:i|we|ich|wir|hereby|herewith|hiermit|formally|officially|also|now|am|are|would like to|want to|wish to"
    r"|like to|want|wish|with this|and|please|bitte|möchte|will|würde|gerne?|euch|ihnen|dir|you|im|id|id like to"
    r"|dear sir or madam|dear team|sehr geehrte damen und herren|guten tag|hallo|hello|hi|liebes team|hey|so|also"
    r"|have decided to|jetzt|damit|ausdrücklich|mit sofortiger wirkung|ab sofort|sofort) )*"
)
_REVOKE = (
    r"(?:revok(?:e|ing)|withdraw(?:ing)?|rescind(?:ing)?|retract(?:ing)?|cancel(?:l?ing)?|recall(?:ing)?|renounc(?:e"
    r"|ing)|pull(?:ing)?)"
)
_REVOKED = r"(?:revoked|withdrawn|rescinded|retracted|cancell?ed|void|over|gone|null and void)"
_END = "(?:widerrufe?n?|entziehe?n?|storniere?n?|k(?:ü|ue)ndige?n?|annulliere?n?|beende?n?)"
_ENDED = (
    "(?:widerrufen|entziehen|entzogen|stornieren|storniert|k(?:ü|ue)ndigen|gek(?:ü|ue)ndigt|annullieren|annulliert|beenden"
    "|beendet|zurückgezogen|erloschen)"
)
_BACK = r"(?:zurück|zurückziehen|zurueckziehen|zurücknehmen|zurücknehme|zurückziehe|zurueck)"
_REVOCATIONS = re.compile(
    rf"{_FILL}(?:"
    rf"{_REVOKE} (?:from you )?{_WHAT}"
    rf"|(?:take|taking) (?:back {_WHAT}|{_WHAT} back)"
    rf"|(?:consider|regard|treat|please consider|please treat) {_WHAT} (?:as )?(?:hereby )?{_REVOKED}"
    rf"|{_WHAT}(?: is| are| has been| to (?:email|mail|contact|write) me is)?(?: hereby| now)* {_REVOKED}"
    rf"|(?:you )?(?:no longer have|dont have|do not have|have no longer|lose|have lost) {_WHAT}"
    rf"|(?:no longer|dont|do not|not) (?:give you |grant you )?(?:consent|agree|permit|authori[sz]e|approve)"
    rf"(?: (?:any ?more|any longer))?(?= (?:to|of)\b.*\b(?:mails?|emails?|newsletters?|letters?|writing|contact\w*))"
    rf"|{_END}(?: ich| wir)?(?: hiermit| euch| ihnen| dir| ab sofort)* {_WHAT}"
    rf"|(?:ziehe?|nehme?)(?: ich)?(?: hiermit| sofort| jetzt)* {_WHAT}(?: .*)? {_BACK}"
    rf"|{_WHAT} (?:.* )?(?:{_ENDED}|{_BACK}|{_END} ich|(?:ziehe|nehme) ich (?:hiermit )?zurück"
    rf"|gilt (?:nicht mehr|als widerrufen))|(?:widerruf|rücknahme|entzug|revocation of|withdrawal of) {_WHAT}"
    rf"|(?:bin|sind) (?:ich |wir )?(?:nicht mehr|nicht länger) (?:damit )?einverstanden(?=.*\b(?:mails?|emails?|e mails"
    rf"|newsletter|post|schreibt|schreiben|schickt|senden|zusenden|kontaktier\w+))"
    r"|(?:erlaube|gestatte|genehmige)(?: ich)? (?:euch|ihnen|dir) (?:nicht mehr|nicht länger)(?=.*\b"
    r"(?:mails?|schreiben|schicken|senden|zu mailen|kontaktieren|newsletter|anzuschreiben))"
    rf")\b(?P<tail>.*)"
)
_MARKING = (
    "consent consents permission permissions authorisation authorization approval agreement einwilligung "
    "einwilligungen zustimmung erlaubnis genehmigung einverständnis einverständniserklärung einwilligungserklärung "
    "berechtigung agree einverstanden erlaube gestatte genehmige permit authorise authorize freigabe werbeeinwilligung "
    "optin"
)
_MARKS = frozenset(_MARKING.split())
"""Words without one of which a text is no revocation."""
_SAID_BEHIND = (
    "to for of the a your you from me my us be being by mail mails email emails e mailed emailed contact contacted "
    "contacting newsletter newsletters letter letters send sending sent write writing receive receiving get getting "
    "marketing messages message data processing process use using under gdpr art article 7 6 21 3 and any all further "
    "future more with immediate effect effective immediately now today thanks thank regards kind best please as per in "
    "accordance anymore longer that this these those at once store storing keep address on list lists personal mailing "
    "mailings subscription purposes purpose hereby it is not no so consent yours sincerely cheers soon asap mir mich "
    "uns zu zum zur der die das den dem des von vom schreiben schicken senden zusenden zuzusenden zuzuschicken erhalt "
    "empfang bezug zusendung nutzung verarbeitung speicherung meiner meine daten werbung nach gemäß gemäss laut dsgvo "
    "abs absatz satz artikel bgb ab sofort mit sofortiger wirkung bitte danke und für an post kontaktieren "
    "kontaktaufnahme anzuschreiben euch ihnen sie ihr dass weiter weitere weiterhin hiermit zurück mehr künftig sowie "
    "adresse mailadresse emailadresse widerrufen personenbezogener personenbezogenen nutzen verwenden zukünftig "
    "schickt schreibt mailt sendet heute herzliche viele grüße grüsse gruß gruss ich mailen anschreiben nachricht "
    "nachrichten jeglicher jegliche sonstige ihrer ihren eurer eure infos informationen information bekommen erhalten "
    "rundbrief rundbriefe brief briefe zwecke zwecken werbezwecke werbezwecken eines lasst"
)
_TAIL_WORDS = frozenset(_SAID_BEHIND.split())


_LAPSED = re.compile(
    r"\b(?:no longer|nicht mehr|nicht länger"
    r"|(?:dont|do not|not) (?:(?:give|grant) you )?(?:consent|agree|permit|authori[sz]e|approve|have))\b"
)
"""Denials that say themselves that a permission is over."""
_DENIALS = frozenset(("nicht", "nie", "niemals", "keinesfalls", "not", "never", "dont", "wont", "cannot"))


def read_revocation(typed: str) -> Revocation:
    """Tell whether a normalised text takes a permission back: “stop” surely, “ask” if it may be another permission."""
    if _MARKS.isdisjoint(typed.split()):
        return ""
    found = _REVOCATIONS.fullmatch(typed)
    if found is None:
        return ""
    # “Meine Einwilligung möchte ich nicht widerrufen.”
    is_denied = not _DENIALS.isdisjoint(_LAPSED.sub("", typed[: found.start("tail")]).split())
    strange = [word for word in found["tail"].split() if word not in _TAIL_WORDS and not word.isdecimal()]
    return "ask" if strange or is_denied else "stop"
