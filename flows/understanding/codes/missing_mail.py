"""Texts by which people say that the mail with the code has not come: “nothing yet”, “weder im Spam noch …”.

The rule: every word is one of waiting, of mails and their places, or says nothing; and together they deny that it came
(“hasn't arrived”), say that they wait, find a place empty, or ask where the mail is.
"""

from collections.abc import Mapping

from flows.language.remember import remember_short_texts
from flows.understanding.declines import is_decline

MOST_WORDS = 16
"""Words of such a text; longer ones say more."""
_NOT = frozenset((
    "no", "not", "nothing", "none", "never", "nope", "havent", "hasnt", "didnt", "dont", "doesnt", "isnt", "cant",
    "cannot", "couldnt", "wasnt", "neither", "nor", "without", "nada", "zilch", "aint", "nicht", "nich", "nichts",
    "nix",
    "nüscht", "nüschd", "ned", "net", "nett", "kein", "keine", "keinen", "koa", "koan", "koane", "keene", "weder",
    "nie",
    "niente", "nüt", "nada", "noch", "nothin", "fehlanzeige",
))  # fmt: skip
_NOT_ALONE = frozenset(("noch", "nor"))
"""They deny only beside another of these: “noch da” is there."""
_MAIL = frozenset((
    "mail", "mails", "email", "emails", "message", "messages", "confirmation", "nachricht", "bestätigungsmail",
    "bestätigung", "bestätigungscode", "bestätigungsemail", "post",
))  # fmt: skip
_CODE = frozenset(("code", "codes", "digits", "ziffern", "pin", "zahlen", "numbers"))
_PLACES = frozenset((
    "inbox", "spam", "junk", "promotions", "mailbox", "posteingang", "postfach", "spamordner", "spamfolder", "trash",
    "papierkorb", "werbung", "outlook", "gmail", "gmx", "web", "ordner", "folder", "eingang",
))  # fmt: skip
_COMING = frozenset((
    "arrived", "arrive", "arriving", "came", "come", "coming", "there", "here", "received", "receive", "got", "get",
    "gotten", "find", "found", "see", "seen", "through", "delivered", "sent", "send", "landed", "gelandet",
    "appeared", "showing", "shown", "showed",
    "up", "angekommen", "ankommen", "gekommen", "kommt", "kommen", "kam", "kimmt", "kemma", "da", "do", "bekommen",
    "gekriegt", "kriegt", "kriag", "kriagt", "kriege", "bekam", "erhalten", "finden", "finde", "find", "gefunden",
    "sehe",
    "seh", "sehen", "drin", "drinnen", "an", "eingetroffen", "eingegangen", "zugestellt", "reingekommen", "angekumma",
    "aufgetaucht", "vorhanden", "hier", "dabei",
))  # fmt: skip
_WAITING = frozenset(("waiting", "wait", "warte", "wart", "warten", "gewartet", "waited"))
_MISSING = frozenset(("missing", "fehlt", "fehlen", "vermisse", "lost"))
_EMPTY = frozenset(("empty", "leer", "gähnende", "leere"))
_STILL = frozenset((
    "yet", "still", "far", "now", "jetzt", "bisher", "bislang", "immer", "noch", "until", "till", "moment", "today",
    "heute", "minutes", "minuten", "minute", "min", "mins", "10", "5", "15", "20", "stunde", "hour", "ages", "ewig",
    "lange", "long", "eben", "grad", "gerade", "nun", "stunden", "hours",
))  # fmt: skip
_WHERE = frozenset(("where", "wheres", "wo"))
_AROUND = frozenset((
    "a", "an", "any", "the", "my", "your", "it", "its", "i", "ive", "im", "is", "was", "has", "have", "had", "did",
    "in", "into", "on", "to", "me", "from", "you", "of", "at", "for", "so", "or", "and", "also", "either", "even",
    "just",
    "that", "this", "theres", "there", "sorry", "hm", "hmm", "oh", "ok", "hi", "hey", "hello", "please", "help",
    "tbh", "um",
    "but", "checked", "check", "looked", "look", "everywhere", "all", "been", "anything", "something", "are", "be",
    "seems", "really", "sadly", "unfortunately", "over", "already", "twice", "though", "them", "folders", "well",
    "some",
    "ich", "i", "hab", "habe", "hob", "han", "mir", "mich", "bei", "im", "in", "ist", "is", "war", "der", "die", "das",
    "den", "dem", "des", "es", "er", "sie", "ein", "eine", "einen", "meine", "mein", "meinem", "meinen", "eure", "auch",
    "und", "oder", "aber", "bis", "seit", "auf", "von", "euch", "leider", "halt", "einfach", "gar", "überhaupt",
    "schon",
    "scho", "mal", "hallo", "bitte", "na", "ja", "nee", "nö", "nein", "doch", "nachgeschaut", "geschaut", "geguckt",
    "nachgesehen", "überall", "allem", "komisch", "weird", "strange", "tut", "sich", "zu", "so", "irgendwie", "etwas",
    "was", "raus", "rein", "reingeschaut", "wirklich", "schaut", "guck", "wurde", "worden", "denn", "bleibt", "ham",
    "gesucht", "searched", "vergeblich", "ois", "alles", "ka", "lol", "yes", "no",
))  # fmt: skip
_ALL = _NOT | _MAIL | _CODE | _PLACES | _COMING | _WAITING | _EMPTY | _STILL | _WHERE | _MISSING | _AROUND


@remember_short_texts
def says_no_mail(typed: str) -> bool:
    """Tell whether a normalised text says, and nothing else, that the mail with the code has not come."""
    words = typed.split()
    told = set(words)
    if not words or len(words) > MOST_WORDS or not told <= _ALL or is_decline(typed):
        return False
    if told & _MISSING:
        return bool(told & (_MAIL | _CODE))
    if told & _WAITING:
        return bool(told & (_MAIL | _CODE | _STILL))
    if told & _EMPTY:
        return bool(told & _PLACES)
    if told & _WHERE:
        return bool(told & (_MAIL | _CODE)) or "bleibt" in told
    # “I have no code” may mean that it is unreadable; “no code arrived” tells of the mail.
    is_told = told & (_MAIL | _PLACES | _COMING | _STILL)
    is_short = told & {"nothing", "nix", "nichts", "nüscht"}
    return bool(told & (_NOT - _NOT_ALONE)) and bool(is_told or is_short)


def find_missing_mail(labels: Mapping[str, int]) -> int | None:
    """Return the choice by which a question lets people say so: “No mail yet”; None if it has none, or several."""
    numbers = {number for label, number in labels.items() if number >= 0 and says_no_mail(label)}
    return numbers.pop() if len(numbers) == 1 else None
