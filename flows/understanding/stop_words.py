"""Words of requests to stop, by language and kind; read by :mod:`flows.understanding.stopping.stop_requests`.

All languages count at once: “stop” is understood in a German chat, and “abmelden” in an English one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

STOP_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "S": "unsubscribe unsub optmeout unsubscribeme unsubscribes unsubscribing unsubscription optout stopall stopp",
        "s": "stop stopping",
        "w": "cancelling canceling discontinuing ending end quit cancel revoke withdraw ending enough cancelation "
        "cancellation cease discontinue terminate rescind desist",
        "p": "unsubscribed unsubscribes",
        "y": "stops stopped",
        "m": "mail mails email emails newsletter newsletters letter letters mailing mailings message messages msg msgs "
        "subscription subscriptions communications communication correspondence mailouts bulletins updates mailshots "
        "newletter newsleter emailing emailings consent consents notifications notification spam reminders",
        "l": "list lists mailinglist maillist database distribution",
        "R": "remove removed removing",
        "D": "delete drop erase strike lose",
        "T": "take taking",
        "o": "off out",
        "O": "opt opting",
        "i": "me us myself",
        "r": "more again any anymore further ever longer other everything all anything stuff crap things",
        "v": "send sending write writing contact contacting bother bothering texting messaging sent spamming txting",
        "g": "receive receiving get getting",
        "W": "will want wanna wish like need wishes wanting",
        "n": "no nope nah",
        "d": "dont not never cant cannot wont without non neither nor wouldnt shouldnt",
        "t": "did is are was had got have has been arent",
        "td": "didnt doesnt havent hasnt isnt wasnt",
        "q": "how why what when where which who whose whom if whether does",
        "f": "please pls plz plss thanks thx thank you ty my i id ill im we to it this that these those the a an your "
        "ur our from for at by of on now right immediately instantly today just already really do done be hi hello hey "
        "dear sorry ok okay yes yeah yep well so and with in could can kindly would fucking damn gods god sake txt "
        "goodness heavens hell ive oh hm hmm thankyou cheers regards team sir madam guys bot too also then totally "
        "completely directly asap tysm sincerely immediate effect many much am hereby lets let love ah um uh bye "
        "goodbye e w very make effective stupid annoying bloody kind best yours truly bro omg yo dude mate man mates "
        "ffs pal buddy folks yall ta gday howdy alright pretty prithee greetings there one simply y longer hiya "
        "goodness omfg plse pleas plaese pleae begging hope fam everyone everybody actually tbh honestly frankly "
        "instead wait ugh dears x xx afternoon evening morning good",
    },
    "de": {
        "S": "austragung abmelde abbestelle abmeldet abmelds abgemelden abmelden abbestellen abzumelden "
        "abzubestellen abbestellung abmeldung kündigen kündige kündigung "
        "kuendigen kuendige austragen auszutragen",
        "s": "stopp stoppen stoppe stoppt aufhören aufhoeren aufzuhören",
        "w": "beenden beende beendet ende schluss abbrechen abbruch widerruf widerrufe widerrufen genug einstellen "
        "abstellen abschalten unterlassen unterlasst",
        "p": "abgemeldet ausgetragen genommen gestrichen abbestellt gekündigt abmeldelink abmeldeknopf abmeldebutton "
        "abmeldeseite stoppwort",
        "y": "gestoppt",
        "m": "nachricht nachrichten rundbrief rundbriefe abo abos abonnement abonnements einwilligung einwilligungen "
        "zusendung zusendungen korrespondenz kommunikation werbemails werbepost rundmail rundmails newsletterabo "
        "newsletterabonnement post werbung zustimmung erinnerungen newsletters mailings brief briefe",
        "l": "liste listen verteiler mailingliste mailverteiler emailverteiler verteilerliste adressliste datenbank "
        "adressverteiler listn",
        "R": "entfernen entfernt entferne streichen streicht stornieren storniert storniere streichung entfernung "
        "rausnehmen herausnehmen rausstreichen rauslöschen rauswerfen rausschmeißen rausschmeissen",
        "D": "lösch löschen lösch löscht lösche löschung",
        "T": "nehmt nimm nehmen wirf werft schmeiss schmeisst holt hol",
        "o": "raus heraus aus runter herunter rausn",
        "A": "melde meld melden meldet bestelle bestell bestellt",
        "b": "ab",
        "H": "hör höre hört hören hoer hoert",
        "u": "auf",
        "U": "trag trage tragt tragen",
        "i": "mich mir mi uns",
        "r": "mehr weitere weiteren weiterer nochmal wieder alles alle allen sämtliche",
        "v": "schick schicke schicken schickt send sende senden sendet schreib schreibe schreiben schreibt "
        "zuschicken zusenden mailen kontaktieren kontakt kontaktaufnahme anschreiben mailt",
        "g": "bekommen erhalten kriegen haben",
        "W": "will möchte möcht moechte wollte wollen wünschen hätte haette wäre wär wünsche mag mog brauche brauch "
        "möchten",
        "n": "nein nö nee",
        "t": "ist sind war hat habt habe hab hatte wurde",
        "k": "kein keine keinen keiner keinerlei nichts nix koane koa",
        "d": "nicht nie niemals bloß bloss ned net ohne",
        "q": "wie warum wieso weshalb was wann wo wer welche welcher welches wenn ob falls wozu woher",
        "f": "bitte danke dankeschön ich i hiermit den die das dem der des ein eine einen euch ihr eure euren euer "
        "eurem eurer deine deinen dein du dich sie ihren ihre von vom aus bei für zu zum zur jetzt sofort nun heute "
        "endlich doch mal einfach nur gern gerne wirklich bis könnt könntet kannst könnten können würde würdest würden "
        "wollt würdet werden es und hallo hi moin servus guten tag morgen abend liebes team ok ja na gut also schon "
        "auch hier damit sofortige wirkung mit zuzuschicken vielen lieben dank tschüss gruß grüße viele liebe ab im "
        "meine meinen mein meiner an per komplett ganz umgehend um viel wird bin gehen geht lasst leute leider man "
        "ihrem ihrer freundlichen griass griassdi gruezi grüezi grüss hallöle hallöchen moinsen sers habedere zusammen "
        "beinand miteinander wir allerseits ihrs lieber herzliche herzlichen lieb alter digga ey he heast merci vilmal "
        "vielmals schönen schöne tach lassen täte würd de s einmal sofort bitteschön bitteschoen daher sodann höflich "
        "freundlich höflichst umgehendst eigentlich ehrlich gesagt gleich lieber grad gerade halt eh fei oida freunde "
        "team brauchts wieda hoi hallochen mods leudde leutle daarf danke freundliche grüetzi baba pfiati jo jut nee "
        "nu ma freundlichen grüßen grüsse grüssen gruss lg mfg vg",
    },
    # Words that people type in their own language, and that mean nothing else in English or German.
    "others": {
        "S": "отписаться отпишите отписка désabonner désabonnez désinscrire désinscription désabonnement desuscribir "
        "desuscribirme darmedebaja cancellami disiscrivimi disiscrivi afmelden uitschrijven avsluta avregistrera "
        "wypisz wypisać odhlásit afmeld avmeld descadastrar",
        "s": "стоп стой arrêtez arrêter",
    },
}
"""Each letter is a kind; what the kinds mean stands in :mod:`flows.understanding.stopping.stop_requests`."""

SLIPS: dict[str, tuple[str, ...]] = {
    "stop": (
        "sotp",
        "stpo",
        "tsop",
        "stp",
        "sstop",
        "sttop",
        "stoop",
        "stopo",
        "stoppp",
        "stooop",
        "stopps",
        "stob",
        "ctop",
        "stahp",
        "stawp",
        "staph",
    ),
    "unsubscribe": ("unsubcribe", "unsuscribe", "unsubscibe", "unsubscrib", "unscribe", "unsubscripe", "unsubsribe"),
}
"""Slips of short words that are no other words.  One slip in a long word is understood without a list."""
OTHER_WORDS = frozenset({
    "anmelden", "anzumelden", "anmeldung", "subscribe", "anmeldet", "bestellen", "vorbestellen", "ankündigen",
})  # fmt: skip
"""Words that one slip makes of a word of stopping, and that mean something else."""
LONG_WORD = 7
"""Letters from which one wrong, missing, added or swapped letter still leaves a word of a request clear."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöü"


_TRIGGERING = "SswpymlRDTAHUOv"


def _collect_kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for words_by_kind in STOP_WORDS.values():
        for kind, words in words_by_kind.items():
            for word in words.split():
                kinds.setdefault(word, kind)
    for word, slips in SLIPS.items():
        kinds |= dict.fromkeys(slips, kinds[word])
    return kinds


_KINDS: Mapping[str, str] = _collect_kinds()
_LONG_WORDS = tuple(word for word, kind in _KINDS.items() if kind == "S" and len(word) >= LONG_WORD)


def _spell_with_one_slip(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for letter in _LETTERS:
            yield word[:at] + letter + word[at:]
            yield word[:at] + letter + word[at + 1 :]


# 30,000 spellings are one slip away: looked up as they are typed, they take no memory.
@lru_cache(maxsize=2_048)
def _is_slip(word: str) -> bool:
    """Tell whether a word that is not known is a long word of stopping with one slip in it."""
    if word in _KINDS or word in OTHER_WORDS:
        return False
    near = process.extract(word, _LONG_WORDS, scorer=OSA.distance, score_cutoff=1, limit=None)
    return any(word in _spell_with_one_slip(known) for known, _, _ in near)


class WordKinds:
    """The kind of each word, a letter; a slip in a long word of stopping has the kind of that word."""

    __slots__ = ("_kinds",)

    def __init__(self, own: Mapping[str, str]) -> None:
        """Take the kinds of the words of a workspace; they come before the built-in ones."""
        self._kinds = {**_KINDS, **own}

    def get(self, word: str, other: str = "") -> str:
        """Return the kind of a word; ``other`` if it has none."""
        kind = self._kinds.get(word)
        if kind is None and len(word) >= LONG_WORD - 1 and _is_slip(word):
            return "S"
        return kind or other

    def knows_none(self, words: Iterable[str]) -> bool:
        """Tell whether none of these words has a kind."""
        return not any(map(self.get, words))


BUILT_IN_KINDS = WordKinds({})
_TRIGGERS = frozenset(word for word, kind in _KINDS.items() if kind in _TRIGGERING)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StopWords:
    """The words of requests to stop, as they are compared."""

    kinds: WordKinds
    triggers: frozenset[str]
    """Words without one of which, or a slip in one, nothing is a request to stop."""
    names: tuple[str, ...] = ()
    """Names of what is mailed, of two words and more: “friday leaf”."""
    own_requests: frozenset[str] = frozenset()
    """Whole requests that the workspace declares, without their fillers."""

    def lack_trigger(self, words: Sequence[str]) -> bool:
        """Tell whether none of these words can be one of a request to stop."""
        # The set first: it settles the usual case, and is asked in one go.
        if not self.triggers.isdisjoint(words):
            return False
        for word in words:  # noqa: SIM110  any() with a generator takes twice as long, and each message comes here
            if len(word) >= LONG_WORD - 1 and _is_slip(word):
                return False
        return True


def collect_stop_words(own_words: Iterable[str] = (), names: Iterable[str] = ()) -> StopWords:
    """Return the built-in words with those of a workspace, all normalised.

    ``own_words`` are declared words that stop; ``names`` are names of what is mailed, such as “the friday leaf”.
    """
    own: dict[str, str] = {}
    kinds = BUILT_IN_KINDS
    mailed = {" ".join(word for word in name.split() if kinds.get(word) != "f") for name in names} - {""}
    for name in mailed:
        # “leaf” stands for “friday leaf”; “friday” is a day.
        last = name.rpartition(" ")[2]
        own.setdefault(last, kinds.get(last, "m"))
    own_requests = set()
    for request in own_words:
        if " " in request:
            own_requests.add(" ".join(word for word in request.split() if (own.get(word) or kinds.get(word)) != "f"))
        else:
            own[request] = "S"
    own_triggers = {word for request in own_requests for word in request.split()}
    return StopWords(
        kinds=WordKinds(own),
        triggers=_TRIGGERS.union((word for word, kind in own.items() if kind in _TRIGGERING), own_triggers),
        names=tuple(sorted(name for name in mailed if " " in name)),
        own_requests=frozenset(own_requests),
    )
