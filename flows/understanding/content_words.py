"""Content words of a text: what is left without the words that stand in any sentence, in a form that can be compared.

Words are compared by their stem in English and in German (Snowball), and a long word also with one slip of the hand.
Short words and short stems count only as they are written: “lost” is not “post”, “alt” is not “älter”.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.understanding.stemmers import load_stemmers

LONG_WORD, VERY_LONG_WORD = 5, 9
"""Letters from which one slip, and two, still leave a word clear."""
LEAST_STEM = 4
"""Letters of a stem that is compared."""

FUNCTION_WORDS: dict[str, str] = {
    "en": "a an the this that these those there here it its i id im ive ill me my mine you your yours u ur we our us "
    "he she they them their his her who whom which what when where why how be is am are was were been being do does "
    "did done have has had having will would can could shall should may might must to of in on at by for from with "
    "about into over under than then as if so and or but not no nor too also very just only really please pls plz "
    "thanks thank thx ty yes yeah yep ok okay sure well oh hi hello hey um uh e get got go take want wanna need like "
    "love think guess say choose pick prefer looking look rather maybe probably one ones some any all both either each "
    "every few something anything nothing everything somewhere anyone someone whatever whichever option number nr "
    "choice answer thing lot bit kind s t d ll m r re ve sorry guys folks dear now today actually near best closest "
    "anywhere nearest theres thats whats lets lol still already yet again since because course i'd time let make give "
    "show out up down off other another new nice old good great mean means case",
    "de": "der die das den dem des ein eine einen einem einer eines ne nen dies diese dieser dieses dort da hier es "
    "ich mich mir mein meine meinen meiner meinem du dich dir dein deine deinen wir uns unser unsere ihr euch euer "
    "eure euren eurer sie ihnen er ihn ihm wer wen wem was wann wo warum wie welche welchen welchem welcher welches "
    "sein ist bin bist sind seid war waren wäre wär würde würd werden wird haben habe hab hat hast hatte hätte hätt "
    "kann können könnt könnte soll sollte muss müssen darf will möchte möcht mag brauche zu zum zur von vom in im ins "
    "an am auf aus bei beim mit nach für über unter vor um bis als wenn ob so und oder aber nicht kein keine keinen "
    "nur auch sehr schon noch mal doch eben halt bitte danke ja jo jep okay klar gern gerne lieber vielleicht wohl "
    "eher na ach oh hallo hi moin servus nehm nehme nimm nehmen wähle suche suchen glaub glaube denke sage alle alles "
    "beide beides irgendein irgendeine irgendwas etwas jede jeder egal option nummer antwort auswahl natürlich super "
    "gut toll prima dann jetzt heute gerade eigentlich einfach ick i ned net hätten gibt gibts man sich liegt liegen "
    "nächsten nahe ganz gar davon dazu bräuchte geht worum ab wofür wozu womit wieso weshalb",
}
_FUNCTION_WORDS = frozenset(word for words in FUNCTION_WORDS.values() for word in words.split())

_NEUTRAL: dict[str, str] = {
    "en": "wait moment depends til quick quickly lately soon exactly usually normally currently come comes coming "
    "came go goes going leave accept happen happens know list lists tell ask day days week weeks weekend month hour "
    "hours minute minutes tomorrow tonight morning afternoon evening monday mondays tuesday tuesdays wednesday "
    "wednesdays thursday thursdays friday fridays saturday saturdays sunday sundays till until while home house "
    "somebody someone people person use using possible able allowed offer offers available question info "
    "information details bring brings keep works work went option options method methods way ways spot spots space "
    "spaces lot lots nearby policy protection accept kinds type types arrive fast apple google safe "
    "last lasts door right christmas easter holiday holidays lunch noon explain describe visit drop around "
    "gonna roughly approximately approx rough place places things stuff used rn atm year years between "
    "per during before after afterwards within outside inside somewhere usual waiting while whenever wondering",
    "de": "habt hast drauf denn eins bekomme kriege sonst überhaupt immer bald genau normalerweise lange kommen "
    "kommt komme kam kamen gehen geht ging gebt geben gib nehmt macht machen mache tage tag tagen woche wochen "
    "wochenende monat stunde stunden uhr minute minuten morgen abend abends vormittag nachmittag montag montags "
    "dienstag dienstags mittwoch mittwochs donnerstag donnerstags freitag freitags samstag samstags sonntag "
    "sonntags fürs hause haus weiter liste jemand leute benutzen möglich erlaubt bietet anbieten verfügbar wissen "
    "weiss frage passiert vorbeikommen vorbei bringen bringe seid hier übers erzähl war wurde hoch schnell "
    "steht tür weihnachten ostern feiertag feiertage mittags mittag arbeit arbeitet erklär erkläre lassen "
    "braucht brauchst akzeptiert akzeptieren sicher möglichkeit möglichkeiten arten grad zusammen durchgehend "
    "mittagspause zwischen jahr jahre jahren siehts sieht schauts stehts aussehen stelle stellen hin solange solang "
    "erzählt erzählen vorbeischauen reinkommen reinschauen vorbeigehen gilt gelten unterwegs gehts spass pro guten "
    "wartezeit wartezeiten wollen wollt habts ungefähr circa ca etwa schätzungsweise lg vg mfg gruss grüsse "
    "heut heute danach hinterher anschliessend",
}
NEUTRAL_WORDS = frozenset(word for words in _NEUTRAL.values() for word in words.split())
"""Words of time and of doing that tell no matter; a choice may be one of them, an answer is not found by them."""
_COMPARATIVES = frozenset({
    "älter", "grösser", "kürzer", "länger", "jünger", "stärker", "wärmer", "kälter", "näher", "höher", "später",
})  # fmt: skip

SAME_WORDS = {"email": "mail", "emails": "mail", "mails": "mail", "emailadresse": "adresse", "mailadresse": "adresse",
              "adress": "address", "adresses": "address", "adres": "adresse"}  # fmt: skip
"""Words that are written in several ways, by the one that is compared."""

_UMLAUTS = str.maketrans("äöü", "aou")
_STEMMERS = load_stemmers()


def is_function_word(word: str) -> bool:
    """Tell whether a normalised word stands in any sentence."""
    return word in _FUNCTION_WORDS


@lru_cache(maxsize=32_768)
def stem_word(word: str) -> frozenset[str]:
    """Return a normalised word and its stems; they begin with a mark, so that a stem is never taken for a word."""
    word = SAME_WORDS.get(word, word)
    if not word.isalpha() or len(word) < LEAST_STEM:
        return frozenset((word, f"~{word}"))
    stems = (stemmer.stemWord(word) for stemmer in _STEMMERS)
    # “älter” has the German stem “alt”: what loses more than an ending of three letters is another word.
    kept = {f"~{stem}" for stem in stems if len(stem) >= max(LEAST_STEM, len(word) - 3)}
    # “bugs” for “bug”, though the stem is short.
    plural = {f"~{word[:-1]}"} if word.endswith("s") and not word.endswith("ss") else set()
    # “räder” for “rad”, and not “älter” for “alt”.
    if word.endswith("er") and not set(word).isdisjoint("äöü") and word not in _COMPARATIVES:
        plural.add(f"~{word[:-2].translate(_UMLAUTS)}")
    return frozenset({word} | kept | plural)


def find_slip(word: str, known_words: Collection[str]) -> str:
    """Return the long word that a word was meant to be; empty if none or several are equally near."""
    if len(word) < LONG_WORD:
        return ""
    limit = 1 if len(word) < VERY_LONG_WORD else 2
    found = process.extract(word, list(known_words), scorer=OSA.distance, score_cutoff=limit, limit=2)
    if not found or (len(found) > 1 and found[0][1] == found[1][1]) or len(found[0][0]) < LONG_WORD:
        return ""
    # A slip seldom hits the first letter; another word often differs just there (“house”, “mouse”).
    return str(found[0][0]) if found[0][0][0] == word[0] or len(word) >= VERY_LONG_WORD else ""


def list_content_words(words: Iterable[str]) -> list[str]:
    """Return the words that do not stand in any sentence, in their order."""
    return [word for word in words if word not in _FUNCTION_WORDS]
