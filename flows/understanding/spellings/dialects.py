"""Words of German dialects and of hasty typing, by the written words that they stand for: “schickts”, “ausm”, “nimmer”.

Southern verbs carry the person they speak to: “schickts ma nix mehr” is “schickt mir nichts mehr”.
"""

from collections.abc import Mapping, Sequence

_WRITTEN = {
    "nicht mehr": "nimmer nimma nimme nimmi nimmamehr nümme nümmi",
    "aus dem": "ausm ausn ausem ausam usem",
    "keine": "koane koani koine kaane kane kei keini kane",
    "kein": "koa koan kaa",
    "nichts": "nüt nüüt nischt nüscht nixi",
    "will": "wui wü wüll wüi wöll",
    "möchte": "mecht mechte mechd mechad möchd möcht moecht",
    "mag": "mog mogs mags",
    "brauche": "brauchs",
    "kriegen": "kriagn kriang kriegn griagn",
    "mir": "ma",
    "euch": "eich enk eana",
    "schickt": "schickts schickds schicks schiggts",
    "schreibt": "schreibts schreibds schreims",
    "sendet": "sendets",
    "meldet": "meldts meldets meldds",
    "tragt": "tragts tragds trogts",
    "nehmt": "nehmts nemmts nemts nehmds nemmt tuts duads duats tuads",
    "streicht": "streichts",
    "löscht": "löschts leschts",
    "nehmen": "neh näh nämä",
    "raus": "ausse aussi",
    "hör": "hörs hoers",
    "hört": "hörts hörds heats hörets",
    "lasst": "lassts lossts lasset",
    "bestellt": "bestellts bstellts bstellt",
    "stoppt": "stoppts",
    "stellt": "stellts",
    "macht": "machts",
    "kündigt": "kündigts",
    "abmelden": "obmelden obmöidn abmöidn abmälde abmeldn ohmelde abmelda",
    "abbestellen": "obstelln abstelln obbstelln abbstelle abbestelle",
    "austragen": "austrogn austragn",
    "danke": "dangge dankä donkschee dankschee dankschea dankscheen dankscheh dankeschee danggschön merssi mersi "
    "vergoids",
    "bist": "bisch",
    "ist": "isch",
    "habe": "hob hobn han",
    "nicht": "nüd nöd nid",
    "schon": "scho",
    "schön": "schee schea",
    "gut": "guad juut jut guat",
    "wäre": "wör waar wär",
    "passt": "basst",
    "das": "dös dat",
    "gern": "jern geern gean",
    "ganz": "janz",
    "hat": "hod",
    "geholfen": "ghoifn gholfa gholfn gholfe",
    "taugt": "daugt",
    "freilich": "freili",
    "nein": "naa nää näh",
}  # fmt: skip
_PLEASE = [
    f"{stem}{vowel}{ending}"
    for stem in ("bitt", "bidd", "bit", "bid", "büdd", "bütt", "biit", "bütt")
    for vowel in ("", "e", "ä", "a", "i")
    for ending in ("", "schön", "schoen", "schee", "scheen", "schea", "scheh", "sche", "schö", "sehr", "ssehr")
    # “bit” and “bid” are English.
    if f"{vowel}{ending}"
]
STANDARD_WORDS: Mapping[str, str] = {
    **{word: written for written, words in _WRITTEN.items() for word in words.split()},
    **dict.fromkeys(_PLEASE, "bitte"),
}
"""By word of a dialect, the written word or words."""
_DIALECT_WORDS = frozenset((*STANDARD_WORDS, "us"))


def write_standard(words: Sequence[str]) -> list[str]:
    """Return the words of a text with those of dialects in their written form."""
    if _DIALECT_WORDS.isdisjoint(words):
        return list(words)
    text = " ".join([STANDARD_WORDS.get(word, word) for word in words])
    # Alone, “us” is English.
    return text.replace("us em ", "aus dem ").replace("us de ", "aus der ").split()
