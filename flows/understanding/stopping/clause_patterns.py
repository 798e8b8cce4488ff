"""Clauses that people put beside a request to stop: how often it was said, that it is meant, kind words, a name below.

They are compared with whole clauses, read by :mod:`flows.understanding.stopping.stop_clauses`.
"""

import re

_OPENERS = (
    "and now jetzt nun und so hey hello hi hallo leute guys please bitte sorry ok ihr es it this that you euch dir "
    "hier here for zum the my mein meine die der das schon bereits already auch asking"
)
_COUNTED = (
    r"(?:\d+|\d+(?:st|nd|rd|th|x)|x|n|nth|first|second|third|last|final|umpteenth|\w+th|\w+ten|\w+te|\w+ter"
    r"|letzte[nrs]?|two|three|four|five|ten|hundred|zwei|drei|vier|fünf|zehn|hundert|tausend|several|many|mehrere"
    r"|viele) ?(?:th |ten |te )?(?:times?|mal|male|requests?|attempt|try|warning|notice|reminder|chance|message|mails?"
    r"|bitte|versuch|aufforderung|anfrage|warnung|erinnerung|nachricht|email)"
)
_ASKED_BEFORE = (
    r"(?:i|we)(?:ve| have)? (?:already )?(?:asked|told|said|written|typed|wrote|requested|emailed|mailed)"
    r"(?: you| it| this| so| that)*(?: before| \w+ times?| twice| several times| many times)+(?: now| already)*"
    r"|(?:ich )?(?:habe?|habs|hatte)(?: es| das| euch| ihnen)*(?: schon| bereits| jetzt| nun| doch)*"
    r" ?(?:\w+ ?mal |\d+x |oft )+(?:gesagt|geschrieben|gebeten|mitgeteilt|verlangt)"
    r"|how (?:often|many(?: more)? times)(?: (?:do|must|should) i(?: have to| need to)?(?: say| tell| ask| repeat)?"
    r"(?: it| this| you| so)*)?|wie oft(?: denn| noch| soll ich| muss ich| es| das| euch| ihnen| sagen| schreiben"
    r"| bitten)*"
)
SAID_OFTEN = re.compile(
    rf"(?:(?:{'|'.join(_OPENERS.split())}|this is|thats|its|das ist|das war|ich sags?|ich sage|ich schreibe?s?"
    rf"|ich bitte|i say|i said|im saying|i am saying|im asking) )*(?:{_COUNTED}|{_ASKED_BEFORE}"
    r"|twice|thrice|\w+mal|\d+x|often enough|oft genug|again and again|immer wieder|over and over|nochmals?|noch mal"
    r"|noch einmal|once more|once again|again|one more time|one last time|ein letztes mal|erneut|wiederholt)"
    r"(?: (?:now|already|asking|i ask|i asked|im asking|i say|i ask you|ive asked|i have asked|of asking|that i ask"
    r"|jetzt|schon|nun|dass ich|das sage|das schreibe|ich|frage|sage|schreibe|bitte|please|today|heute|this week"
    r"|in a row|denn|i write|im writing|i tell you|that im asking|this|it|es|das|euch|darum|gesagt|geschrieben|gebeten"
    r"|noch))*"
)
"""“Third time”, “zum letzten Mal”, “I've asked twice already”."""
MEANT = re.compile(
    r"(?:and )?(?:i|we|ich|wir) (?:really |do |am |m )*(?:mean(?: it| that| this)?|meins(?: wirklich| echt)? ernst"
    r"|meine (?:es|das) (?:wirklich |echt )?ernst)|(?:im|i am)(?: very| dead| really)? serious"
    r"|no (?:joke|kidding|jokes)|kein (?:witz|scherz|spass)|ernsthaft|seriously|im ernst|das ist mein ernst"
    r"|ohne (?:witz|scheiss|spass)|(?:this is )?(?:urgent|very urgent|dringend|not a joke)|right away|period|punkt"
    r"|basta|fertig|end of story|thats it|that is all|das wars|das war es|nothing else|sonst nichts|or else|sonst"
    r"|have mercy|capisce|understood"
)
"""“I mean it”, “kein Witz”."""
FRIENDLY_DENIAL = re.compile(
    r"(?:(?:please|bitte|it is|its|this is|and|und|but|aber|es ist|ist|das ist|really|wirklich|nehmts?|nehmt) )*"
    r"(?:dont (?:get me wrong|take (?:it|this) (?:personally|the wrong way|badly)|be (?:sad|mad|angry|offended|upset)"
    r"|hate me|worry)|nothing (?:personal|against (?:you|your \w+|anyone)|to do with you|wrong with (?:it|them|you))"
    r"|no (?:offen[cs]e|hard feelings|worries|rush|harm|bad feelings|drama)(?: meant| intended| taken)?|not your fault"
    r"|its not you|not you its me|nichts (?:gegen (?:euch|dich|sie|eure? \w+|die \w+)|persönliches|für ungut)"
    r"|nicht (?:böse sein|persönlich (?:nehmen|gemeint)|persönlich|übel(?: nehmen)?|bös gemeint|böse gemeint|schlimm"
    r"|eure schuld|traurig sein)|(?:sei|seid|seien sie) (?:mir )?(?:bitte )?nicht (?:böse|sauer|traurig)"
    r"|mir (?:das |es )?nicht übel|es (?:mir )?nicht (?:persönlich|krumm|übel))(?: (?:but|aber|please|bitte|though))*"
)
"""Denials that open a request kindly: “nothing against you”, “don't get me wrong”."""
_AFTER_ALL = r"(?: (?:after all|any ?more|now|doch|either|really|thanks|sorry|danke|mehr|haben|no more))*"
RECONSIDERED = re.compile(
    r"(?:(?:actually|i|ich|we|wir|and|und|sorry|so|but|aber|because|weil|no|nein|ive|have|just|really|ach|oh) )*(?:"
    r"changed my mind|(?:thought again|reconsidered|second thoughts|anders überlegt|umentschieden)"
    rf"|(?:dont|do not|no longer) (?:want|need|like) (?:it|this|that|these|them){_AFTER_ALL}"
    r"|(?:not interested|not for me|no interest|kein interesse|nichts für mich|nix für mich) "
    r"(?:after all|doch|mehr|any ?more)|(?:habs?|habe?)(?: es| das)?(?: mir)?(?: doch| nochmal| jetzt)? "
    r"(?:anders überlegt|überlegt)|(?:will|möchte|mag|brauche?)(?: ich| i)?(?: das| es| ihn| den)? doch "
    rf"(?:nicht|nix|ned|net)(?: mehr| haben)*){_AFTER_ALL}"
)
"""“I changed my mind”, “I don't want it after all”: a reason to stop, wherever it stands."""
TAKEN_BACK = re.compile(
    r"(?:(?:no|nope|nah|nay|nein|nö|nee|ne|na|ach|oh|ah|hm+|uh|um|ugh|eh|puh|uff|wait|warte|halt|moment|sorry|actually"
    r"|ähm|äh|hmm|well|and|und|but|aber|then|dann|naja|tja|oje|quatsch|mist|oops|ups|ok|okay|so|gosh|doch|lieber|eher"
    r"|besser|bitte|please|id|i would|rather|better|it|that|this|das|es|du|you know what|weisst (?:du )?was"
    r"|wisst ihr was|on second thoughts?|never ?mind(?: that| it)?|forget it|forget about it|skip it|vergiss es"
    r"|vergesst es|egal|wurscht|(?:doch|lieber|eher|besser) (?:doch )?(?:nicht|ned|net)|lass mal|lasst mal|rather not"
    r"|doch nicht|none|keiner|keins|weder noch)(?: |$))+"
)
"""“Never mind”, “ach nee, doch nicht”: before a request a reason; behind one it may take that back."""
FAILING_LINK = re.compile(
    r".*\b(?:unsubscribe|abmelde|abmeldung|abmelden|austragen|unsub|opt out|abbestell)\w*"
    r" ?(?:link|button|page|knopf|funktion|seite|url|form)?\b.* ?\b(?:(?:does|did|do)nt work|(?:is|are)nt working"
    r"|not work(?:ing)?|broken|fails|failed|dead|(?:geht|funktioniert|klappt|ging|tut)(?: \w+)? nicht|kaputt|defekt"
    r"|nicht (?:gefunden|finden)|error|fehler)|.*\b(?:cant|cannot|couldnt|dont) (?:find|see|open|use) "
    r"(?:the|your|an|any) (?:unsubscribe|opt out)(?: link| button| page)?|.*\b(?:finde|sehe) (?:den|keinen|die|euren) "
    r"(?:abmelde|abmelden|unsubscribe)\w*(?: link| button| knopf)?(?: nicht)?"
)
"""Why a request is typed: the link does not work."""
FROM_WHERE = re.compile(
    r"(?:(?:and|hi|hello|hey|sorry|und|hallo|aber|but|excuse me|entschuldigung) )*(?:who "
    r"(?:are|is|gave|sold|put|signed) (?:you|me|this|these|my)|how (?:did|do|have) you (?:get|got|have|know|find)"
    r"|where (?:did|do) you (?:get|have)|why (?:am|do|did|are|is|would)|what (?:is|are) (?:this|these|that|you)"
    r"|whats this|wer (?:seid|bist|sind|ist)|woher (?:habt|hast|haben|kennt)|warum|wieso|weshalb"
    r"|was (?:ist|soll|sind) (?:das|die)|wie (?:kommt|komme|seid|habt) (?:ihr|ich|sie)|how come|since when"
    r"|seit wann)\b.*"
)
"""What people ask who never wanted mails: “who are you? how did you get my address?”."""
SIGNED = re.compile(
    r"(?:(?:with |mit |und |and |many |viele[nr]? |liebe[nr]? |beste[nr]? |schöne[nr]? |herzliche[nr]? "
    r"|freundliche[nr]? "
    r"|kind |kindest |best |warm |warmest |all the |yours |vielen )*(?:regards|wishes|best|sincerely|truly|faithfully"
    r"|cheers|grüssen?|gruss|mfg|lg|vg|bg|hochachtungsvoll|cordially|respectfully|yours|thanks|danke|dank|love|xx|xoxo"
    r"|thank you|ta|merci|ihr|eure|euer|ihre|your|servus|baba|pfiati|tschüss|bye|ciao) ?)+(?P<name>(?:\b\w+ ?){0,4})"
)
"""A greeting at the end, and the name behind it: “mit freundlichen Grüßen, Petra Kunze”."""
CANCELS_THAT = re.compile(
    r"(?:cancel|end|stop|remove|delete|quit|drop|kill)(?: (?:it|this|that|these|those|them|all|everything|me|one))+"
    r"(?: (?:please|pls|now|thanks|thx|all|asap|again))*"
)
"""“Cancel it”: a request where mails were spoken of."""
SOFT_START = re.compile(
    r"(?:can|could|would|will) (?:you|u|ya|y all|someone|somebody)\b|(?:kannst|könntest|würdest|magst) du\b"
    r"|(?:könnt|könntet|würdet|wollt|mögt) ihr\b|(?:können|könnten|würden) sie\b"
    r"|(?:könnt|könntet|kannst|würdet)s? (?:mich|mi)\b|(?:i|id|i would) (?:want|like|wish|love)\b"
    r"|ich (?:möchte|will|würde|hätte|bitte)\b|unsub(?:scribe)?\b|unsubscribing\b"
    r"|stop (?:mail|e ?mail|send|writ|text|messag|contact|the|all|these|this)\w*|remove me\b|take me (?:off|out)\b"
    r"|opt me out\b|(?:nehmt|nehmen sie|nimm|streicht|streich|löscht|lösch) (?:mich|mi)\b"
    r"|(?:meldet|melden sie|meld|melde|tragt|tragen sie) (?:mich|mi)\b"
    r"|cancel (?:my|the) (?:sub|newsletter|mails?|emails?)\w*|get me (?:off|out)\b|abmelden\b|abbestellen\b|austragen\b"
    r"|mich (?:bitte )?(?:abmelden|austragen)\b|leave me off\b"
)
"""How a request begins that needs no word to join it to its reason: “I moved away can you take me off”."""
ORDERED_DENIAL = re.compile(
    r"(?:(?:please|pls|bitte|und|and|but|aber|you|ihr|du|hey|nein|no|also|so) )*(?:dont|do not|never|nicht|nie|niemals"
    r"|bloss|auf keinen fall|don t|under no circumstances|not|ja nicht)\b"
)
"""“Don't …”, “bloß nicht …”: an order not to do what may follow."""
OWN_DENIAL = re.compile(
    r"(?:not|dont|do not|never|nicht|nie) (?:(?:even|really|always|ever|mehr|so|my|mein|wirklich|much|a|have|had|got"
    r"|own|use|using|need|read|reading|open|remember|recall|know|like|want|wanna|care|enjoy|live) |\w+ing\b|interested"
    r"|signed|subscribed|asked|relevant|useful|for me|für mich|meins|interessant)"
)
"""“Not riding these days”, “don't remember signing up”: a reason whose “I” is left out."""
ASKS = re.compile(
    r"(?:(?:hi|hello|hey|hallo|sorry|and|und|but|aber|so) )*(?:did|does|do|is|are|has|have|was|were|am|will|shall"
    r"|should|may|can|could|would|ist|hat|habt|wird|wurde|soll|sollte|darf|kann|könnt|werden|muss|müsst)\b"
    r"(?= (?:i|you|we|they|it|the|this|that|there|my|ich|ihr|wir|er|es|das|der|die|sie|man|mein)\b)"
    r"|(?:how|why|what|when|where|which|who|wie|warum|wieso|was|wann|wo|wer|welche\w?)\b"
)
"""How a question begins that was typed without its sign."""
