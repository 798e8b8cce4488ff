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
        "Y": "affirmative si oui yh ys yed yes yeas yep yeah yea ya ye yup y yse jes yas yessir aye",
        "y": "sure ok okay okey okidoki okie agree agreed alright absolutely definitely certainly gladly accept "
        "accepted confirm confirmed oki indeed totally surely fine k kk "
        "totes deffo defo def obvs",
        "g": "good great perfect super right correct exactly true cool awesome nice lovely wonderful brilliant "
        "excellent deal helped sounds grand ace fab mint smashing champion top spot",
        "N": "no nope negatory nae nah naw non n nay noo disagree decline declined negative skip pass refuse",
        "d": "not dont never doesnt didnt wont cant cannot wouldnt isnt wasnt without none nothing neither hardly "
        "na stop arent nor",
        "u": "or maybe perhaps depends possibly unsure dunno idk hmm hm whatever both either partly somewhat probably "
        "sometimes think thinking understand understood",
        "c": "if only unless except but",
        "q": "how why what when where which who whose whom whats hows wheres whos",
        "f": "please pls plz thanks thx thank you ty my i id ill im ive it to this that these the a an your for at of "
        "on now right just already really do did does be been would could can will is are am was me we us so and with "
        "in then too very much well oh hi hello hey uh um ah ooh oooh yay hooray dear sorry bot again today like love "
        "want wanted get have has had let lets all one there here as by go send give oho haha lol sir still them they "
        "from forward receive receiving subscribe subscribing reading read pleased happy glad curious excited looking "
        "keen interested actually since also such rather better thats asking over always cheers ta most yall",
    },
    "de": {
        "Y": "ja jo jap jop jep jou jawoll jup jepp jau j jawohl joa jaja",
        "y": "yo definitiv aufjedenfall akzeptiere akzeptiert erlaube erlaubt genehmigt zugestimmt bestätige anmelden "
        "abonniere abonnieren klar klaro bestätigt sicher gern gerne natürlich selbstverständlich freilich freili logo "
        "logisch unbedingt einverstanden zustimmen passt okidoki sicherlich okee gebongt genau abgemacht stimme "
        "natuerlich",
        "g": "doch stimmt richtig geht gut prima toll schön perfekt nett klasse spitze korrekt geholfen hilfreich "
        "sogar absolut wahr",
        "N": "nein uninteressant unnötig passe verzichten abgelehnt nö nee ne nene näh nä nöö noe ablehnen lehne "
        "ablehnung verzichte negativ",
        "d": "nicht kein keine keinen keiner keinerlei nie niemals nichts nix ned net nich ohne keins keinesfalls "
        "stopp weder sondern keines keinem",
        "u": "oder vielleicht eventuell jein egal beides teilweise evtl weiß weiss ahnung überlege überlegen hmm naja "
        "unsicher wahrscheinlich bisschen manchmal halb verstehe versteh kapiere verstanden kapiert",
        "c": "wenn nur falls sofern außer ausser aber solange",
        "q": "wie warum wieso weshalb was wann wo wer welche welcher welches wozu woher ob muss kann soll darf",
        "f": "bitte biite danke dankeschön ich i es das die der den dem ein eine einen euch ihr du dich mich mir mi "
        "sie ihn ihm uns wir hat ist war habe hab haben will möchte möcht mag wäre würde würd schon sehr mal noch so "
        "zu zum auf an am im in für da dann jetzt heute und auch na mei ach hallo hi moin servus oh gar mehr immer "
        "wieder vielen lieben dank liebe bin sein wird werden dazu damit schick schicken her machen mach macht los "
        "leider sagen sag doch eigentlich wirklich ganz total freuen freue haha ausdrücklich hiermit bitteschön "
        "bitteschoen nehme schicke schickt sende sendet gib gebt zuschicken zusenden bidde mega liebend herzlich au ui "
        "freude probier probiere probiers probieren versuch versuche versuchen dürft dürfen brauche brauchen braucht "
        "brauch brauchts hats tut lieber besser eher äh ähm hätte nachfrage meinetwegen freu rüber rueber nehm lese "
        "lesen gespannt neugierig interessiert drauf darauf bekommen kriegen empfangen riesig derzeit momentan aktuell "
        "gerade vorerst zurzeit grad derweil vorläufig merci vielmals vergelts gott eh von euch fei du heut des taugt "
        "dahoam sowieso",
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
        "no thats fine", "no thats ok", "no its fine", "no its ok", "auf garkeinen fall", "muss echt nicht",
        "muss wirklich nicht", "interessiert mich nicht", "interessiert mich gar nicht",
        "interessiert mich leider nicht", "bin raus",
        "habe kein interesse", "hab kein interesse", "bin nicht interessiert", "muss ich nicht haben", "lass stecken",
        "will ich nicht haben", "möchte ich nicht haben", "den will ich nicht", "den möchte ich nicht",
        "lassen wir", "lassen wir das", "lass das", "lass mich in ruhe", "nur gucken", "nur mal gucken", "nur schauen",
        "nur mal schauen", "zu viel post", "schon zu viel", "schon zu viele", "schon genug", "weg damit", "keine zeit",
        "mach das nicht", "macht das nicht", "machen wir nicht", "freu mich nicht",
        "please do not", "please dont", "stimme nicht zu", "kein bisschen", "passt nicht", "passt mir nicht",
        "null interesse", "kein interesse", "keinerlei interesse", "no interest", "zero interest", "kein bedarf",
        "im grand", "i am grand", "lass ma", "lass mir",
        "ich bin raus", "bin ich raus", "zur zeit nicht", "leave it", "leave me out", "without it",
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
        "als ob", "passt schon so", "passt so", "geht schon so", "geht auch so", "geht auch ohne",
        "not my cup of tea", "forget about it", "drop it", "just looking",
        "just browsing", "too many emails", "too many mails", "enough emails", "enough mails",
        "enough mail", "enough email", "zu viele mails",
        "zu viele emails", "genug mails", "genug emails", "genug post", "already get too many", "in your dreams",
        "dream on", "träum weiter", "fat chance",
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
        "wird gemacht", "mach das", "tu das", "mach ruhig", "macht ruhig", "mach mal", "machen wir", "bitte schicken",
        "bitte zuschicken",
        "bitte zusenden", "bitte senden", "möchte ich haben", "will ich haben", "den will ich", "den möchte ich",
        "willige ein", "einwilligung erteilt", "ihr dürft", "kann man machen", "kannst du machen", "könnt ihr machen",
        "kannst du gern machen", "kannst du gerne machen", "könnt ihr gern machen", "könnt ihr gerne machen",
        "interessiert mich", "bin interessiert", "habe interesse", "hab interesse", "interesse hätte ich",
        "freu mich", "freue mich", "freu ich mich", "freue ich mich", "da bin ich dabei", "also gut", "na schön",
        "aber ja", "mit freude", "probier ich", "probiere ich", "ich probiers", "ich probiere es", "versuch ich",
        "versuchen wir es", "probieren wir es", "probieren wir",
        "of course", "sounds good", "sounds great", "sounds fine", "sounds like a plan", "thatd help",
        "that would help", "thumbs up", "bin dafür", "ich bin dafür", "please do", "go ahead", "go for it",
        "do it", "sure thing", "with pleasure", "by all means", "count me in", "im in", "i am in", "you bet",
        "you betcha", "heck yes", "heck yeah", "you have my consent", "very much so", "lets go", "lets do this",
        "bring it on", "hit me", "im interested", "i am interested", "im very interested", "subscribe please",
        "please subscribe", "opt in", "opt me in", "put me down", "ill take it", "ill have it", "ill take one",
        "ill try it", "lets try it", "give it a try", "id try it", "im good with that", "im good with it",
        "im fine with that", "im fine with it", "im ok with that", "im ok with it", "love to get it",
        "love to have it", "love to read it", "love to receive it", "thatd be lovely", "thatd be good", "thatd be cool",
        "thatd be perfect", "that would be cool", "that would be perfect", "that would be awesome",
        "that would be wonderful", "that would be amazing", "would be lovely", "would be good", "would be cool",
        "for sure",
        "that would be great", "that would be nice", "that would be good", "that would be lovely", "would be great",
        "would be nice", "that would be super", "thatd be great", "thatd be nice", "i would like that", "id like that",
        "i would love that", "id love that", "id love to", "i would love to", "id like to", "i would like to",
        "works for me", "fine by me", "fine with me", "ok with me", "good idea", "sign me up",
        "auf jeden fall", "auf jedenfall", "auf jeden", "auf alle fälle", "hundert pro", "hundert prozent",
        "100 prozent", "hundred percent", "100 percent", "na klar", "na gut", "na gerne", "aber klar", "aber gern",
        "aber gerne", "aber sicher", "aber natürlich", "bin dabei", "ich bin dabei", "wäre super", "wäre toll",
        "wäre nett", "wäre schön", "wäre gut", "wäre prima", "wäre klasse", "wäre lieb",
        "von mir aus", "ich stimme zu", "stimme zu", "hört sich gut an", "klingt gut",
        "gute idee", "mit vergnügen", "immer her damit", "her damit", "ja ja", "aber hallo", "los gehts", "nur zu",
    ),
    "g": ("great idea", "nice idea", "lovely idea", "tolle idee", "super idee", "schöne idee", "its ok", "its okay",
    "its fine", "it is ok", "it is fine", "passt schon", "schon gut", "all good", "ist ok", "na doch"),
    "f": (
        # “das ist ja toll”: here “ja” says no yes
        "ist ja", "sind ja", "war ja", "wäre ja", "bin ja", "hab ja", "habe ja", "kann ja", "weiß ja", "weiss ja",
        # no denials: an article, and “na” before something
        "na dann", "na also", "na und", "ne frage", "ne kurze frage", "ne idee", "ne andere", "ne minute", "ne sekunde",
        "ne mail", "ne email", "hab ne", "hätte ne", "good morning", "good evening", "guten morgen", "guten tag",
        "guten abend", "good day", "im moment", "zur zeit", "im augenblick", "at the moment", "at present",
        "for the moment",
    ),
    "q": (
        "are you sure", "you sure", "do you agree", "was noch", "was denn", "und was", "und dann", "und nun",
        "und jetzt", "and then", "and now", "now what", "bist du sicher", "seid ihr sicher", "sind sie sicher",
    ),
    "w": ("why not", "warum nicht", "wieso nicht"),
    "V": (
        # a yes to a question of fact, never to a consent
        # what a question offers to do, asked for
        "sagt mir bescheid", "sag mir bescheid", "gebt mir bescheid", "gib mir bescheid", "bescheid geben",
        "meldet euch",
        "melde dich", "jederzeit", "any time", "anytime", "do so", "i want that", "id like a call",
        "id like to be called",
        "i want you to call", "ich möchte angerufen werden", "ich will angerufen werden", "würde ich begrüssen",
        "call me", "ring me", "phone me", "pls call", "plz call",
        "please call", "give me a call", "you may call", "you can call",
        "remind me", "let me know", "ruf mich an", "ruft mich an", "ruf an", "ruft an", "bitte anrufen",
        "gerne anrufen", "gern anrufen", "könnt mich anrufen", "kannst mich anrufen", "erinnere mich", "erinnert mich",
        "sag bescheid", "sagt bescheid", "gib bescheid", "gebt bescheid", "macht das", "do that",
        "i think so", "i guess so", "i suppose so", "i believe so", "i hope so",
        "glaub schon", "glaube schon", "denke schon", "ich denke schon", "denke ja", "glaube ja", "glaub ja",
        "cant complain", "couldnt be better", "never better", "wouldnt mind",
        "dont see why not",
        "schadet nicht", "kann nicht schaden",
        "wouldnt hurt", "cant hurt", "couldnt hurt", "nicht nein", "not say no", "wouldnt say no",
        "wont say no", "cant say no",
        "ich denke ja", "ich glaube ja", "ich glaube schon",
    ),
    "P": (
        # a yes to a question of fact, and beside a yes to a consent no doubt
        "very helpful", "sehr hilfreich", "war hilfreich", "very much", "a lot", "it did", "it does", "it is",
        "it was", "i do", "i did", "i have", "that helped", "it helped", "no problem", "not a problem", "no doubt",
        "no objection", "no objections", "no worries", "sure did", "sure does", "kein problem", "kein thema",
        "kein ding", "hat geholfen", "hat es", "sehr sogar", "alles klar", "ja schon", "kein einwand", "cant wait",
        "no question", "keine frage", "ohne frage", "kein zweifel", "ohne zweifel", "without a doubt",
        "nichts dagegen", "nix dagegen", "nichts einzuwenden", "nix einzuwenden",
        "spricht nichts dagegen", "nothing against it", "dont mind", "i would", "would i ever",
        "i dont mind", "couldnt wait", "hab nichts dagegen", "habe nichts dagegen",
    ),
}  # fmt: skip
"""Phrases that mean something else than their words, by the kind that stands for them."""
HOW_OFTEN = frozenset({
    "once", "twice", "month", "monthly", "week", "weekly", "every", "day", "daily", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "einmal", "zweimal", "monat", "monatlich", "woche", "wöchentlich",
    "jede",
    "jeden", "täglich", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
})  # fmt: skip
"""Words of a consent text that a yes to it may repeat: “once a month is fine”."""
_FIRST = (
    "1",
    "first",
    "option 1",
    "number 1",
    "nummer 1",
    "erstens",
    "erste",
    "the first",
    "the first one",
    "das erste",
)
_SECOND = (
    "2", "second", "option 2", "number 2", "nummer 2", "zweitens", "zweite", "the second", "the second one",
    "das zweite",
)  # fmt: skip
BUTTON_NUMBERS = dict.fromkeys(_FIRST, True) | dict.fromkeys(_SECOND, False)
"""The two buttons of a consent by their number: agree comes first."""
PUT_OFF = frozenset(("later", "später", "spaeter", "not yet", "noch nicht", "ein andermal", "a different time"))
"""A no to a consent; elsewhere “later” may be a time."""
ALONE_YES = frozenset((
    "subscribe", "interested", "very interested", "deal", "safe", "bet", "100", "hundertpro", "yas",
    "möchte ich", "will ich", "ich will", "dabei", "interesse",
))  # fmt: skip
"""A yes to a consent where nothing else is said; among other words they say none."""
POLITE_IF = re.compile(
    r" ?\b(?:if|when|once|as soon as|wenn|sobald|falls) (?:you (?:like|want|wish|can|could|would|dont mind)"
    r"|(?:(?:thats|that is|its|it is) )?(?:ok|okay|possible|ready|done|finished|fixed|convenient)"
    r"|(?:es |das )?(?:geht|möglich|fertig|passt|keine umstände macht|ok|okay)(?: ist)?"
    r"|(?:ihr|du|sie) (?:wollt|möchtet|mögt|könnt|willst|magst|kannst|fertig seid))\b"
)
"""“Yes, if you like”, “ruft an, wenn es fertig ist”: a condition that takes nothing back."""
ASKS_BACK = re.compile(
    r"(?:is|was|are|were|do|does|did|war|ist|sind|wird|would|will|can|could|kann) (?:it|that|this|there|you|i|we"
    r"|they|es|das|dies|ich|ihr|du|sie|er)\b"
)
"""“was it helpful” asks; “was helpful” tells."""
POLITE_WORDS = frozenset({"please", "thanks", "thank", "you", "bitte", "danke", "thx", "pls"})
YES_SIGNS, NO_SIGNS = frozenset("👍✅👌🙌✔☑🆗"), frozenset("👎❌🙅✖✘🚫")
MOCKING_WORDS = frozenset({
    "lol", "haha", "hahaha", "hahahaha", "hehe", "hihi", "rofl", "lmao", "lmfao", "xd", "jaja", "jajaja", "jaha",
    "yadda", "blah", "bla",
})  # fmt: skip
"""Words beside a yes with which it is no earnest one."""
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
