"""Words and phrases that say yes or no, by language and kind; read by :mod:`flows.understanding.agreement`.

All languages count at once: a person answers in the one they like.
"""

import re
from collections.abc import Mapping

YES_WORDS = frozenset({
    "yes", "yes please", "yep", "yeah", "sure", "ok", "okay", "i agree", "agree", "agreed", "ja", "ja bitte", "jap",
    "jo", "klar", "gern", "gerne", "ja gern", "ja gerne", "einverstanden", "ich stimme zu",
})  # fmt: skip
"""The plainest ways to say yes; the history keeps them as they were typed."""
NO_WORDS = frozenset({
    "no", "no thanks", "no thank you", "nope", "not now", "nah", "never", "nein", "nein danke", "nö", "lieber nicht",
    "jetzt nicht", "nicht jetzt", "niemals", "später",
})  # fmt: skip
"""The plainest ways to say no."""
DENIALS = frozenset({
    "no", "not", "dont", "never", "nope", "without", "stop", "nein", "nicht", "kein", "keine", "keinen", "nie",
    "niemals", "nö", "ohne", "stopp", "don", "doesnt", "na", "wont", "cant", "cannot", "wouldnt", "nichts", "nix",
    "nah", "didnt", "isnt", "arent", "wasnt", "nee", "keiner", "keins", "keines", "keinem", "neither", "none", "nor",
    "except", "außer", "ausser", "sondern", "weder",
})  # fmt: skip
"""Words that turn a text into its opposite."""

ANSWER_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "Y": "affirmative si yes yep yeah yea ya ye yup y yse jes yas yessir aye",
        "y": "sure ok okay okey okidoki okie agree agreed alright absolutely definitely certainly gladly accept "
        "accepted confirmed oki indeed totally surely fine k kk",
        "g": "good great perfect super right correct exactly true cool awesome nice lovely wonderful brilliant "
        "excellent deal helped sounds",
        "N": "no nope nah n nay noo disagree decline declined negative skip pass refuse",
        "d": "not dont never doesnt didnt wont cant cannot wouldnt isnt wasnt without none nothing neither hardly "
        "na stop arent nor",
        "u": "or maybe perhaps depends possibly unsure dunno idk hmm hm whatever both either partly somewhat probably "
        "sometimes think thinking understand understood",
        "c": "if only unless except but",
        "q": "how why what when where which who whose whom whats hows wheres whos",
        "f": "please pls plz thanks thx thank you ty my i id ill im ive it to this that these the a an your for at "
        "of on now right just already really do did does be been would could can will is are am was me we us so and "
        "with in then too very much well oh hi hello hey uh um ah dear sorry bot again today like love want wanted "
        "get have has had let lets all one there here as by go send give oho haha lol sir still them they from "
        "forward reading read pleased happy glad curious excited looking "
        "keen interested actually since also such rather better thats asking over always",
    },
    "de": {
        "Y": "ja jo jap jup jepp jau j jawohl joa jaja",
        "y": "yo klar klaro bestätigt sicher gern gerne natürlich selbstverständlich freilich freili logo logisch "
        "unbedingt "
        "einverstanden zustimmen passt okidoki sicherlich okee gebongt genau abgemacht stimme natuerlich",
        "g": "doch stimmt richtig geht gut prima toll schön perfekt nett klasse spitze korrekt geholfen hilfreich "
        "sogar absolut wahr",
        "N": "nein verzichten abgelehnt nö nee ne nene näh nä nöö noe ablehnen lehne ablehnung verzichte negativ",
        "d": "nicht kein keine keinen keiner keinerlei nie niemals nichts nix ned net nich ohne keins keinesfalls "
        "stopp weder sondern keines keinem",
        "u": "oder vielleicht eventuell jein egal beides teilweise evtl weiß weiss ahnung überlege überlegen hmm naja "
        "unsicher wahrscheinlich bisschen manchmal halb verstehe versteh kapiere verstanden kapiert",
        "c": "wenn nur falls sofern außer ausser aber solange",
        "q": "wie warum wieso weshalb was wann wo wer welche welcher welches wozu woher ob muss kann soll darf",
        "f": "bitte danke dankeschön ich i es das die der den dem ein eine einen euch ihr du dich mich mir mi sie "
        "ihn ihm uns wir hat ist war habe hab haben will möchte möcht mag wäre würde würd schon sehr mal noch so zu "
        "zum auf an am im in für da dann jetzt heute und auch na mei ach hallo hi moin servus oh gar mehr immer "
        "wieder vielen lieben dank liebe bin sein wird werden dazu damit schick schicken her machen mach macht los "
        "leider sagen sag doch eigentlich wirklich ganz total freuen freue haha ausdrücklich hiermit bitteschön "
        "bitteschoen nehme brauche brauchen braucht brauch brauchts hats tut lieber besser eher äh ähm hätte "
        "nachfrage meinetwegen freu rüber rueber nehm lese lesen gespannt neugierig interessiert drauf darauf bekommen "
        "kriegen empfangen riesig derzeit",
    },
}
"""Each letter is a kind; what the kinds mean stands in :mod:`flows.understanding.agreement`."""

PHRASES: dict[str, tuple[str, ...]] = {
    "U": (
        # unsure
        "i dont know", "dont know", "i do not know", "do not know", "not sure", "not so sure", "not too sure",
        "not quite sure", "weiß nich", "weiss nich", "no idea", "no clue", "dont care",
        "you decide", "up to you", "kind of", "sort of", "so so", "let me think", "think about it", "not certain",
        "dont understand", "do not understand", "didnt understand", "didnt get", "do not get", "dont get", "no matter",
        "weiß nicht", "weiß ich nicht", "weiß ich noch nicht", "weiß es nicht", "weiß noch nicht", "weiss nicht",
        "weiss ich nicht", "weiss ich noch nicht", "keine ahnung", "kein plan", "nicht sicher", "mal sehen",
        "mal schauen", "ein bisschen", "halb halb", "na ja", "du entscheidest", "verstehe nicht", "verstehe ich nicht",
        "n a", "k a", "cant say", "hard to say", "schwer zu sagen", "not too bad", "nicht übel", "yeah right",
        "geht so", "so lala",
        "kommt drauf an", "kommt darauf an", "kommt ganz drauf an", "hängt davon ab", "it depends", "je nachdem",
        "ist egal", "mir egal", "is mir egal", "not bad", "nicht schlecht", "no comment",
        # “I'm ok” mostly refuses, but not surely.
        "im ok", "i am ok", "im okay", "i am okay",
    ),
    "Z": (
        # a no, whatever stands beside it
        "please do not", "please dont", "stimme nicht zu", "kein bisschen", "passt nicht", "passt mir nicht",
        "null interesse", "ich bin raus", "bin ich raus", "zur zeit nicht", "leave it", "leave me out", "without it",
        "geht nicht", "lass gut sein", "lass es gut sein", "lass es", "muss nicht sein", "muss nicht", "nicht nötig",
        "not necessary", "dont bother", "braucht ihr nicht", "brauchst du nicht", "spar dir", "spart euch",
        "no thanks", "no thank you", "no thx", "nein danke", "nö danke", "ne danke", "nee danke", "of course not",
        "certainly not", "definitely not", "absolutely not", "surely not", "sure not", "rather not", "better not",
        "lieber nicht", "besser nicht", "eher nicht", "natürlich nicht", "klar nicht", "sicher nicht", "bestimmt nicht",
        "auf keinen fall", "auf gar keinen fall", "not really", "not at all", "im good", "i am good", "im fine",
        "no way", "no chance", "hell no", "never mind", "nevermind", "count me out", "im out", "lass mal", "lasst mal",
        "not today", "not now", "nicht jetzt", "jetzt nicht", "gerade nicht", "not this time", "not for me",
        "maybe later", "later maybe", "maybe another time", "vielleicht später", "später vielleicht",
        "vielleicht ein andermal", "another time", "some other time", "ein andermal", "ein anderes mal",
        "maybe some other time", "i dont think so", "dont think so", "i do not think so", "do not think so",
        "i think not", "i guess not", "guess not", "changed my mind", "anders überlegt", "not interested",
        "ich denke nicht", "denke nicht", "glaub nicht", "glaube nicht", "glaub eher nicht",
        "ich passe", "von wegen", "skip it", "as if",
        "als ob", "in your dreams", "dream on", "träum weiter", "fat chance",
    ),
    "W": (
        # a yes
        "trag mich ein", "trag mich bitte ein", "tragt mich ein", "meld mich an", "melde mich an", "meldet mich an",
        "bin gern dabei", "bin gerne dabei", "freue mich drauf", "freu mich drauf", "freue mich darauf",
        "freu mich darauf", "würde mich freuen", "wär toll", "wär super", "wär schön", "wär nett", "wär gut",
        "nehm ich", "nehme ich", "in ordnung", "machen wir so", "so machen wirs", "gib her", "klingt super",
        "klingt toll", "up for it", "be happy to", "be delighted", "happy to", "happy to receive it", "keep me posted",
        "put me on the list", "put me on your list", "add me", "add me to the list", "subscribe me", "i consent",
        "give my consent", "hell yes", "hell yeah", "all right", "sounds lovely", "consider me in",
        "of course", "sounds good", "sounds great", "sounds fine", "please do", "go ahead", "go for it",
        "do it", "sure thing", "with pleasure", "by all means", "count me in", "im in", "i am in", "you bet",
        "for sure",
        "that would be great", "that would be nice", "that would be good", "that would be lovely", "would be great",
        "would be nice", "that would be super", "thatd be great", "thatd be nice", "i would like that", "id like that",
        "i would love that", "id love that", "id love to", "i would love to", "id like to", "i would like to",
        "works for me", "fine by me", "fine with me", "ok with me", "good idea", "sign me up",
        "auf jeden fall", "auf alle fälle", "na klar", "na gut", "na gerne", "aber klar", "aber gern",
        "aber gerne", "aber sicher", "aber natürlich", "bin dabei", "ich bin dabei", "wäre super", "wäre toll",
        "wäre nett", "wäre schön", "wäre gut", "wäre prima", "wäre klasse", "wäre lieb",
        "von mir aus", "ich stimme zu", "stimme zu", "hört sich gut an", "klingt gut",
        "gute idee", "mit vergnügen", "immer her damit", "her damit", "ja ja", "aber hallo", "los gehts", "nur zu",
    ),
    "g": ("its ok", "its okay", "its fine", "it is ok", "it is fine", "passt schon", "schon gut", "all good", "ist ok"),
    "f": (
        # “das ist ja toll”: here “ja” says no yes
        "ist ja", "sind ja", "war ja", "wäre ja", "bin ja", "hab ja", "habe ja", "kann ja", "weiß ja", "weiss ja",
        # no denials: an article, and “na” before something
        "na dann", "na also", "na und", "ne frage", "ne kurze frage", "ne idee", "ne andere", "ne minute", "ne sekunde",
        "ne mail", "ne email", "hab ne", "hätte ne", "good morning", "good evening", "guten morgen", "guten tag",
        "guten abend", "good day",
    ),
    "q": (
        "are you sure", "you sure", "do you agree", "was noch", "was denn", "und was", "und dann", "und nun",
        "und jetzt", "and then", "and now", "now what", "bist du sicher", "seid ihr sicher", "sind sie sicher",
    ),
    "w": ("why not", "warum nicht", "wieso nicht"),
    "V": (
        # a yes to a question of fact, never to a consent
        # what a question offers to do, asked for
        "call me", "ring me", "phone me", "please call", "give me a call", "you may call", "you can call",
        "remind me", "let me know", "ruf mich an", "ruft mich an", "ruf an", "ruft an", "bitte anrufen",
        "gerne anrufen", "gern anrufen", "könnt mich anrufen", "kannst mich anrufen", "erinnere mich", "erinnert mich",
        "sag bescheid", "sagt bescheid", "gib bescheid", "gebt bescheid", "mach das", "macht das", "do that",
        "very helpful", "sehr hilfreich", "war hilfreich",
        "i think so", "i guess so", "i suppose so", "i believe so", "i hope so", "very much", "a lot", "it did",
        "it does", "it is", "it was", "i do", "i did", "i have", "that helped", "it helped", "no problem",
        "not a problem", "no doubt", "no objection", "no objections", "no worries", "sure did", "sure does",
        "glaub schon", "glaube schon", "denke schon", "ich denke schon", "denke ja", "glaube ja", "glaub ja",
        "kein problem", "kein thema", "kein ding", "hat geholfen", "hat es", "sehr sogar", "alles klar", "ja schon",
        "kein einwand", "cant complain", "couldnt be better", "never better", "wouldnt mind", "dont mind",
        "cant wait", "dont see why not", "no question", "keine frage", "ohne frage", "kein zweifel", "ohne zweifel",
        "without a doubt", "schadet nicht", "kann nicht schaden",
        "wouldnt hurt", "cant hurt", "couldnt hurt", "nicht nein", "not say no", "wouldnt say no",
        "wont say no", "cant say no", "spricht nichts dagegen", "nothing against it",
        "nichts dagegen", "ich denke ja", "ich glaube ja", "ich glaube schon",
    ),
}  # fmt: skip
"""Phrases that mean something else than their words, by the kind that stands for them."""
POLITE_WORDS = frozenset({"please", "thanks", "thank", "you", "bitte", "danke", "thx", "pls"})
YES_SIGNS, NO_SIGNS = frozenset("👍✅👌🙌✔☑🆗"), frozenset("👎❌🙅✖✘🚫")
DOUBT_SIGNS = NO_SIGNS | frozenset("🙄😒🤔🤨😑🙈🤷🤮💩🖕😡😠🤬🙃😤❓❔⛔🛑")
"""Signs beside a yes with which it is no clear one: “yes 🙄”."""
SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")
"""Signs that only change the look of the one before."""


def _collect_kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for words_by_kind in ANSWER_WORDS.values():
        for kind, words in words_by_kind.items():
            for word in words.split():
                kinds.setdefault(word, kind)
    return kinds


KINDS: Mapping[str, str] = _collect_kinds()
KIND_BY_PHRASE: Mapping[str, str] = {phrase: kind for kind, phrases in PHRASES.items() for phrase in phrases}
# The longest first: “of course not” before “of course”.
PHRASE = re.compile(rf"\b(?:{'|'.join(sorted(KIND_BY_PHRASE, key=len, reverse=True))})\b")
"""Any of the phrases."""
