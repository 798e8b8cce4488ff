"""Words around addresses, and the providers whose names people mistype."""

LABELS = frozenset({
    "email", "e-mail", "emails", "mail", "mailto", "adresse", "address", "emailadresse", "e-mail-adresse",
    "mailadresse", "mail-adresse", "emailaddress", "to", "an", "cc", "from", "von", "correo", "courriel", "kontakt",
    "contact", "privat", "private", "work", "arbeit", "büro", "office", "home", "id", "gmail", "gmx", "web",
})  # fmt: skip
"""What stands directly before an address, with a colon or nothing behind it."""
FILLERS = LABELS | frozenset({
    "meant", "mean", "meinte", "gemeint", "typo", "instead", "rather", "actually", "eigentlich", "ach", "wait", "warte",
    "ähm", "äh", "um", "uh", "hm", "hmm", "oh", "ah", "tja", "na", "erm",
    "my", "mine", "is", "it", "its", "it's", "s", "the", "a", "this", "that", "here", "heres", "at", "on", "under",
    "please", "pls", "plz", "thanks", "thx", "thank", "you", "hi", "hello", "hey", "ok", "okay", "yes", "yeah", "yep",
    "no", "sure", "sorry", "oops", "use", "send", "try", "take", "and", "or", "not", "but", "then", "me", "i", "im",
    "i'm", "am", "have", "write", "reach", "via", "by", "with", "for", "address:", "new", "old", "other", "another",
    "right", "correct", "correction", "now", "well", "go", "be", "should", "would", "was", "maybe", "also", "so",
    "there", "course", "of", "can", "get", "in", "into", "out", "your", "email's", "name", "called", "just", "one",
    "meine", "mein", "meiner", "lautet", "ist", "sie", "die", "der", "das", "den", "dem", "hier", "bitte", "danke",
    "hallo", "moin", "servus", "ja", "nein", "klar", "gern", "gerne", "und", "oder", "nicht", "sondern", "aber",
    "dann", "mir", "mich", "ich", "bin", "unter", "zu", "auf", "bei", "für", "neue", "neuer", "alte", "andere",
    "stimmt", "richtig", "falsch", "jetzt", "schick", "schicke", "schickt", "sende", "nimm", "nehmt", "nutze",
    "wäre", "es", "wohl", "doch", "mal", "noch", "einmal", "nochmal", "gut", "korrektur", "habe", "hab",
    "die:", "lieber", "besser", "heißt", "heisst", "erreichbar", "per", "vielleicht", "an", "sein", "geht",
    "gruß", "dank", "vielen", "liebe", "lg", "aus", "immer", "einfach", "wie", "what", "how", "about", "does",
    "work", "works", "best", "personal", "main", "business", "firma", "job", "schule", "school", "uni", "meins",
    "yup", "yess", "jup", "jap", "jo", "joa", "jawohl", "jawoll", "freilich", "logo", "logisch", "sicher", "sichi",
    "passt",
    "natürlich", "selbstverständlich", "absolutely", "definitely", "certainly", "totally", "kay", "oki", "k", "alright",
    "fine", "great", "perfect", "super", "cool", "toll", "prima", "voll", "unbedingt", "eh", "früher", "damals",
    "formerly", "previously", "current", "currently", "aktuell", "aktuelle", "vorher", "statt", "stattdessen",
    "expired", "dead", "gone", "anymore", "more", "mehr", "nimmer", "gelöscht", "tot", "weg", "abgelaufen",
    "working", "closed", "left", "alt", "neu", "switched", "changed", "verlassen",
})  # fmt: skip
"""Words of sentences that tell an address; none of them is a piece of a name that a space has torn off."""

PROVIDERS = {
    "gmail": "com", "googlemail": "com", "hotmail": "com", "outlook": "com", "icloud": "com", "yahoo": "com",
    "protonmail": "com", "proton": "me", "web": "de", "gmx": "de", "t-online": "de", "freenet": "de", "arcor": "de",
    "posteo": "de", "mailbox": "org", "aol": "com", "live": "com", "msn": "com", "bluewin": "ch", "vodafone": "de",
    "vodafonemail": "de", "fastmail": "com", "tutanota": "com", "comcast": "net", "verizon": "net", "btinternet": "com",
}  # fmt: skip
"""Name of each big provider, and the ending that most of its addresses have."""
_OTHER_ENDINGS = {
    "gmx": "net at ch com eu us org info biz li", "hotmail": "de co.uk fr it es at ch nl be", "outlook": "de at fr es",
    "yahoo": "de co.uk fr it es at ca in", "live": "de at co.uk fr nl ca", "aol": "de co.uk", "posteo": "net eu org",
    "mailbox": "com", "proton": "ch", "protonmail": "ch", "tutanota": "de", "bluewin": "com", "freenet": "net",
    "fastmail": "fm", "vodafone": "it",
}  # fmt: skip
"""Further endings that these providers have."""

PROVIDER_DOMAINS = frozenset({
    *(f"{name}.{ending}" for name, ending in PROVIDERS.items()),
    *(f"{name}.{ending}" for name, endings in _OTHER_ENDINGS.items() for ending in endings.split()),
})  # fmt: skip
"""Domains of the big providers, which are never questioned."""
CLOSED_PROVIDERS = frozenset({"gmail", "googlemail", "icloud", "t-online", "gmx"})
"""Providers that have no endings but those above."""
OTHER_NAMES = frozenset({
    "mail", "email", "e-mail", "ymail", "tmail", "zmail", "hmail", "kmail", "qmail", "umail", "vmail", "xmail", "rmail",
    "bmail", "dmail", "wmail", "smail", "amail", "imail", "jmail", "cloud", "lookout", "online", "inbox", "photon",
    "poste", "gail", "fastnet", "freenets", "protons",
})  # fmt: skip
"""Names near one of a provider that are domains of their own."""
SHORT_SLIPS = {
    "wed": "web", "wbe": "web", "ewb": "web", "webb": "web", "wep": "web", "wweb": "web", "gxm": "gmx", "mgx": "gmx",
    "gmxx": "gmx", "gnx": "gmx", "ggmx": "gmx", "alo": "aol", "aoll": "aol", "mns": "msn", "lvie": "live",
    "liev": "live", "ilve": "live", "icould": "icloud", "iclod": "icloud",
}  # fmt: skip
"""Slips in names too short for a comparison: “wob.de” is as near to “web.de” and a company."""
WRONG_ENDINGS = {
    "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com", "vom": "com", "xom": "com", "cpm": "com",
    "cim": "com", "c0m": "com", "ccom": "com", "cpom": "com", "come": "com", "cok": "com", "dom": "com", "kom": "com",
    "ed": "de", "d": "de", "dee": "de", "dde": "de", "der": "de", "dr": "de", "ded": "de", "dew": "de", "des": "de",
    "ner": "net", "nett": "net", "ent": "net", "met": "net", "rog": "org", "ogr": "org", "orgg": "org", "att": "at",
    "chh": "ch",
}  # fmt: skip
"""Endings that do not exist, and the one that was meant."""
PROVIDER_ENDINGS = frozenset({"co", "cm", "om", "cam", "dev"})
"""Endings that exist, but at a big provider are a slip."""
