"""Whole sayings that end mails, or seem to, without a word of stopping: “verzichte auf weitere Mails”, “es reicht”.

:data:`ENDING` leaves no doubt, :data:`WEARY` is asked about.  A saying counts only as a whole, with polite words around
it, so that “4 reicht” and “I'm out of milk” are none.  ``mails`` stands for every word of what is mailed.
"""

import re
from typing import Literal

from flows.understanding.stop_words import WordKinds

Saying = Literal["stop", "weary", ""]

_AROUND = (
    "please pls bitte danke dankeschön thanks thank you ok okay so now jetzt nun sorry hey hi hallo moin leute guys "
    "also gut na dann mal endlich echt really just ich i all oh and und aber but well künftig zukünftig in zukunft "
    "ab sofort hiermit lieber einfach leider langsam wirklich hereby any further longer from on ganz gerne gern "
    "im tbh honestly frankly imo lol sigh ehrlich gesagt no nope nein nee mir bloss nur"
)
_POLITE = rf"(?:(?:{'|'.join(_AROUND.split())}) )*"
_POLITE_BEHIND = rf"(?: (?:for me|für mich|for my taste|{'|'.join(_AROUND.split())}))*"
_THESE = (
    r"(?:(?:an|am|von|vom|auf|mit|in|of|with|to|from|your|the|these|those|this|that|any|all|more|further|future|other"
    r"|de|ne|dene|mit|der|eure|euren|eurem|euer|eurer|deine|deinen|ihre|ihren|ihrer|die|den|der|das|dem|diese|diesen"
    r"|dieser|dieses|weitere|weiteren|sämtliche|alle|allen|zukünftige|ständigen|ganzen|vielen|so|viele|many|much|too|zu"
    r"|jegliche|solche) )*"
)
_MAILS = rf"{_THESE}mails(?: mails)*"
_FROM_YOU = r"(?:from you(?: guys)?|of you|von (?:euch|dir|ihnen))"

_HAVING = "(?: haben| bekommen| lesen| kriegen| erhalten| empfangen| sehen)?"

_ENDING = (
    rf"(?:verzichte|verzichten)(?: ich)?(?: \w+)? auf {_MAILS}",
    rf"auf {_MAILS} (?:kann|will|möchte|würde)? ?(?:ich )?(?:gut |gern |gerne |lieber )*(?:verzichten?)(?: ich)?",
    r"(?:keine?|no) (?:werbung|ads?|advertising|advertisements?|adverts|promos?|promotions?|marketing)",
    rf"(?:no longer|not) (?:interested|keen) {_MAILS}(?: any ?more)?",
    rf"(?:im |i am )?(?:no longer|not) interested in (?:getting|receiving|reading|hearing) {_MAILS}(?: any ?more)?",
    rf"(?:habe? |hätte )?kein(?:e|en)? (?:interesse|bock|lust|bedarf) (?:mehr |länger )*{_MAILS}(?: mehr)?",
    (
        rf"(?:no longer|dont|do not|not|never) (?:wish |want |like |care )*(?:to )?(?:hear|read|receive|get)"
        rf"(?: anything| more| stuff)* {_FROM_YOU}(?: again| anymore| any more| ever)*"
    ),
    (
        rf"(?:will|möchte|mag|wünsche) (?:ich )?(?:nichts|nix|nie)(?: mehr| wieder| was| etwas)* {_FROM_YOU}"
        rf" (?:mehr )?(?:hören|lesen|bekommen|erhalten|kriegen)"
    ),
    rf"(?:spart?|spar dir|spart euch|spar euch|sparen sie sich)(?: euch| dir)? {_MAILS}",
    rf"{_MAILS} (?:könnt|kannst|können) (?:ihr|du|sie) (?:euch|dir|sich) (?:sparen|schenken)",
    rf"verschon(?:t|e|en sie)? (?:mich|uns) (?:bitte )?(?:künftig )?(?:mit|vor|von) {_MAILS}",
    (
        r"(?:widerspreche?|widerspruch)(?: ich)?(?: gegen| zu| zur| dem| der| die| eurer| ihrer| jeder| jeglicher"
        rf"| hiermit)* (?:{_MAILS}|zusendung|datennutzung|verarbeitung|nutzung|kontaktaufnahme)"
        r"(?: meiner daten| von mails)?"
    ),
    rf"(?:i )?(?:object|objecting) to (?:receiving |getting |further )*(?:{_MAILS}|marketing|direct marketing)",
    rf"(?:waive|decline|refuse) (?:to (?:get|receive) )?{_MAILS}",
    (
        r"(?:do not|dont|never) (?:contact|bother|write to|write|email|message|text|spam) (?:me|us)"
        r"(?: again| anymore| ever)*"
    ),
    rf"(?:im |i am )?(?:done|through|finished) with {_MAILS}",
    rf"(?:take|get|keep) (?:me|us) (?:off|out of) {_MAILS}",
    rf"lass(?:t|en sie)? (?:mich|uns) (?:mit )?{_MAILS} in (?:ruhe|frieden)",
    rf"bestell(?:e|t)? {_MAILS} ab",
    (
        r"(?:will|möchte|mag|wünsche|wollen)(?: ich| i| wir)? (?:nichts|nix|nie) mehr (?:geschickt |zugeschickt )?"
        rf"(?:bekommen|erhalten|kriegen)(?: {_FROM_YOU})?"
    ),
    rf"lass(?:t|en sie)? (?:das|des|es|dat) (?:bitte |endlich )?(?:sein |bleiben )?{_MAILS}(?: sein| bleiben)?",
    rf"(?:sehen|sehe|seht)(?: sie| bitte)* {_MAILS} ab|{_MAILS} (?:bitte ich |ist |bitten wir )?(?:abzusehen|absehen)",
    rf"{_MAILS} weg(?: damit)?",
    (
        rf"(?:mach|mache|macht|schalte?t?|stelle?t?|drehe?t?|stellen sie|schalten sie) {_MAILS}(?: bitte"
        rf"| endlich)* (?:aus|ab|ein)"
    ),
    r"(?:tut?|tun sie) (?:mich|mi|uns)(?: da| hier| bitte)* (?:raus|runter|weg)",
    rf"(?:turn|switch|shut) (?:off )?{_MAILS}(?: off)?",
)
_MY_ADDRESS = r"(?:my|meine) (?:e ?mail ?|mail ?|mails )?(?:address|adresse)|my mails?"
_WEARY = (
    r"(?:es |mir |mirs |das )?(?:reichts|reicht es|reicht)(?: mir| es)?",
    r"(?:bin|ich bin|im|i am|i m|and im|then im)(?: dann| mal| ich)* (?:raus|draussen|out|outta here|out of here)",
    r"(?:count me|im) out|ohne mich|nicht mit mir",
    r"thats (?:it|quite|really|more than)? ?enough|enough is enough|enough (?:already|of (?:this|that|it))",
    r"(?:ive|i have|have) (?:had|seen|read) (?:quite )?enough|(?:im|i am) (?:fed up|sick of (?:this|it|you))|fed up",
    r"knock it off|cut it out|give it a rest|get lost|go away|quit it|leave my (?:inbox|mailbox) alone|piss off",
    r"(?:im |i am |were )?(?:no longer interested|not interested (?:any ?more|in this|in that|any longer))",
    (
        r"(?:no longer|dont|do not) (?:want|need|like|wish|care)(?: to)?(?: (?:get|receive|see|read|have))?"
        rf" (?:it|this|that|these|those|them|any of (?:it|this|that|these)|{_MAILS})(?: any ?more| any longer| ever)?"
    ),
    r"want (?:none|no more|nothing more) of (?:it|this|that|these)(?: any ?more| any longer)?",
    r"away with (?:it|this|that)",
    r"(?:habe? |hätte )?kein(?:e|en)? (?:interesse|bock|lust|bedarf)(?: da| daran| darauf| drauf)? mehr",
    r"stell(?:t|e|en sie)? (?:das|es|die|(?:den|die) (?:versand|zusendung|zusendungen))(?: bitte| endlich)* ein",
    r"(?:(?:den|die|das|es|bitte) )*(?:versand |zusendung )?(?:bitte )?einstellen",
    rf"{_MAILS} (?:kann|können|darf)(?: bitte| jetzt| dann)* (?:weg|raus)",
    rf"(?:cut|kill|ditch|dump|scrap|axe) {_MAILS}(?: out)?",
    r"lass(?:t|en sie)? (?:das|es|den scheiss|den quatsch)(?: \w+)?(?: sein| bleiben)?",
    r"verschon(?:t|e|en sie)? (?:mich|uns)(?: damit)?|geht? weg|hau(?:t)? ab|nerv(?:t)? nicht(?: mehr)?",
    (
        r"(?:will|möchte|brauche?|mag|wollen|brauchen)(?: ich| wir)? (?:das|des|die|es|sie|ihn|den|das alles|sowas)"
        rf" (?:alles )?nicht(?: mehr| länger){_HAVING}"
        rf"|das (?:brauche?|will|möchte|mag)(?: ich| wir)? nicht mehr{_HAVING}"
    ),
    r"(?:das |die )?(?:brauche?|will|möchte|mag)(?: ich| wir)? (?:das |die )?nicht mehr",
    r"weg damit|nicht mehr|genug (?:davon|damit|jetzt)|(?:habe? )genug(?: davon)?",
    rf"(?:that is|thats|das sind|ihr schickt|ihr schreibt|viel|way|far)? ?(?:too many|too much|zu viele?) {_MAILS}",
    (
        rf"{_MAILS} (?:nerven?|nervt|stören|stört|annoys?|bothers?|are (?:too much|annoying)"
        r"|are annoying me)(?: mich| nur)?"
    ),
    (
        rf"(?:ihr|you) (?:schreibt|schickt|mailt|write|send|email|mail) (?:mir |me )?(?:viel |way |far )*"
        rf"(?:zu viele?|zu oft|too much|too often|too many)(?: {_MAILS})?"
    ),
    (rf"(?:im |i am |ive been )?(?:sick|tired|fed up|bored)(?: and tired)? (?:of|with) {_MAILS}"),
    r"(?:im|i am) (?:done|through|finished)(?: with (?:you|this|it|that))?",
    r"(?:oh )?(?:not|nicht)(?: schon)? (?:again|wieder)",
    rf"(?:schon wieder|yet another|another|not another|noch) (?:eine? |one )?{_MAILS}|vergesst mich|forget me",
    r"widerspr(?:uch|eche)|(?:let me|lemme|lass(?:t)? mich|will|want|möchte|steige?) (?:out|off|raus|aus)",
    r"no more|not any ?more|(?:jetzt|nun) (?:ist|is) (?:es |aber |auch |dann )*mal gut",
    rf"lass(?:t|en sie)? (?:es )?(?:mal )?gut sein mit {_MAILS}|muss das mit {_MAILS} sein",
    rf"(?:brauche?|will|möchte|mag)(?: ich| wir)? {_MAILS} nicht (?:mehr|länger)(?: haben| bekommen| lesen)?",
    rf"(?:forget|delete|erase|lose|vergiss|vergesst|lösche?t?) (?:bitte )?(?:{_MY_ADDRESS})",
    rf"(?:good ?bye|bye|farewell|tschüss|tschüs|adieu|ade|ciao) {_MAILS}",
    rf"weniger {_MAILS}|(?:fewer|less) {_MAILS}",
    rf"(?:weg|raus|schluss) (?:mit|aus) (?:{_MAILS}|dem verteiler|der liste|eurem verteiler|eurer liste)",
    rf"(?:{_MAILS} )?(?:interessiert|interessieren) (?:mich|uns) (?:nicht|nicht mehr|nicht länger)",
    rf"(?:bin |wir sind )?(?:nicht mehr|nicht länger) interessiert(?: an {_MAILS})?",
    r"(?:im |i am |were )?(?:no longer|not) interested(?: in (?:it|this|that|these))? (?:any ?more|any longer)",
    # Somebody else's mails.
    rf"{_MAILS}(?: is| are| ist| sind|s)? ?(?:not|nicht) (?:for me|für mich)",
    rf"(?:this|that|these|those|das|die)?(?: is| are| ist| sind|s)? ?(?:not|nicht) (?:my|mein|meine) {_MAILS}",
    r"(?:someone|somebody)(?: else)? signed me up(?: for (?:this|these|mails))?|jemand(?: anders)? hat mich angemeldet",
    (
        r"(?:im |i am |bin |ich bin )?(?:by mistake |aus versehen |versehentlich )?(?:on|auf)"
        r" (?:your|this|the|der|eurer|dieser) (?:mails )?(?:list|liste)(?: by mistake| aus versehen)?"
    ),
)

_MAILED = rf"(?:it|this|that|these|those|them|anything|any of (?:it|this|these|them)|stuff|{_MAILS})"
_COMPLAINTS = (
    # They count beside a word of stopping only; alone they may be said of anything.
    (rf"(?:never|didnt|did not) (?:asked|asks?|sign(?:ed)?|subscribed?|request(?:ed)?|order(?:ed)?|want(?:ed)?)"
    rf"(?: up| in)?(?: (?:for|to)(?= ))?(?: {_MAILED})?(?: ever)?"),
    (r"(?:not|dont|do not|never|no longer)(?: even| ever)? (?:read(?:ing)?|open(?:ing)?|want|need|like|use|care for"
    rf"|care about|get)(?: {_MAILED})*(?: any ?more| at all| ever| again| now| things)*"),
    (rf"(?:{_MAILED}|you|you guys|youre|its|thats|theyre)?(?: is| are)?(?: just| only| so| really| getting| all)* ?"
    r"(?:spam|spamming|annoying|ridiculous|harassment|boring|useless|irritating|nonsense|too much|unwanted|bullshit)"
    r"(?: me)?"),
    rf"(?:getting |get |have |its |thats )?(?:way |far )?(?:too|so) (?:many|much)(?: of)?(?: {_MAILED})?",
    rf"(?:im |am )?(?:no longer|not)(?: really)? interested(?: in {_MAILED})?(?: any ?more| at all| now)*",
    rf"(?:im |am )?(?:so )?(?:tired|sick|fed up|done|bored)(?: and tired)?(?: (?:of|with) {_MAILED})?",
    (rf"(?:do not|dont|never)(?: ever)? (?:send|write|mail|email|contact|text|message|bother|spam)(?: to)?(?: me| us)?"
    rf"(?: {_MAILED})*(?: any ?more| again| ever)*"),
    r"(?:leave|let) (?:me|us) (?:alone|be|in peace)|enough|(?:for (?:good|ever|always)|forever)",
    rf"make {_MAILED}",
    rf"(?:{_MAILS}|ihr|das|es|du)? ?(?:nerv(?:t|en|st)?|stören|stört)(?: nur| nur noch| mich| langsam| total)*",
    (r"(?:das |ist |das ist |alles |reiner |nur |mir |total |voll |echt |so )*"
    r"(?:spam|belästigung|nervig|lästig|unerwünscht|zu viel|unsinn|quatsch)(?: für mich)?"),
    (rf"(?:das |die |{_MAILS} |sowas )?(?:habe? )?(?:ich |das |die |mich |sowas |dafür |dazu )*(?:nie|niemals|nicht)"
    r"(?: hier| dafür| dazu| für sowas)* (?:bestellt|angemeldet|abonniert|gewollt|angefordert|eingetragen)"),
    (rf"(?:das |die |es |sowas |{_MAILS} )?(?:lese?|öffne|brauche?|will|möchte|mag|nutze|lesen|wollen|brauchen)"
    rf"(?: (?:ich|i|das|die|es|sie|den|sowas|eh|sowieso|doch|wir|{_MAILS}))*"
    r"(?: (?:nie|niemals|nicht|gar nicht))+(?: mehr| haben| lesen| bekommen)*"),
    r"kein(?:e|en)? (?:interesse|bock|lust|bedarf)(?: mehr| daran| darauf| drauf| da)*",
    rf"(?:viel )?zu viele?(?: {_MAILS})?",
    (rf"(?:schreibt|schreib|schickt|schick|sendet|sende|mailt)(?: mir| uns)?(?: das| die| sowas| {_MAILS})*"
    r"(?: (?:nicht|nichts|nie))(?: mehr| wieder| weiter)*"),
    r"(?:will|möchte)(?: ich)? (?:nichts|nix) (?:mehr )?(?:von|mit) (?:euch|dir|ihnen)(?: mehr)?(?: zu tun haben)?",
    r"nichts mehr (?:schicken|senden|schreiben)|lass(?:t|en sie)? (?:mich|uns) in (?:ruhe|frieden)",
    rf"(?:(?:das|die|es|sie|sowas|{_MAILS}) )+(?:nicht|nie)(?: mehr| länger)* (?:will|möchte|brauche?|lese|mag)",
)  # fmt: skip

_REASON = r"(?:(?:because|cause|cuz|bc|since|as|weil|da|denn) )?"
_SEEMING = re.compile(
    # How to be rid of mails, and why they still come, in any sentence.
    rf"\b(?:how|where|way)\b.* (?:leave|get off|get out of|get rid of|turn off|switch off)"
    rf" (?:{_MAILS}|(?:the|this) list\b)"
    rf"|\b(?:turn|switch|shut) {_MAILED} off\b"
    r"|\bwhy\b.* (?:still|keep|always|constantly) (?:get|receive|send|mails?|write|email|contact|spam)(?:ing|ming)?\b"
    r"|\byou (?:still |just )?(?:keep|keep on|are still) (?:sending|mails|writing|emailing|spamming|contacting)\b"
    rf"|\b(?:get|getting|receive|receiving) (?:way |far |much )?(?:too|so) (?:many|much) {_MAILS}"
    rf"|\b(?:get|send|want|receive|prefer)(?: me)? (?:fewer|less) {_MAILS}"
    rf"|\bweniger {_MAILS} (?:bekommen|schicken|erhalten)"
    # “Why do I get these mails?”, but not “why do I get no mails?”.
    r"|^(?!.*\b(?:no|not|never|dont|cant|didnt|havent|arent|keine?n?|nicht|nie)\b).*"
    rf"\b(?:why|how come|warum|wieso|weshalb)\b.*"
    rf" (?:get(?:ting)?|receiv(?:e|ing)|bekomme?|kriege?|erhalte)(?: ich)? {_MAILS}"
    r"|\b(?:changed my mind|anders überlegt)\b.*\bmails\b|\bmails\b.*\b(?:changed my mind|anders überlegt)\b"
    r"|\b(?:my|mein|meinem) (?:inbox|mailbox|postfach)\b.*\b(?:full of|break|peace|flood\w*|clog\w*|overflow\w*"
    r"|voll (?:mit|von)|quillt|platzt|ruhe)\b|\b(?:rather not|mind not) (?:be )?(?:get|getting|receive|receiving|have"
    r"|send|sending|write|writing|contact|contacting|mails?|emailing|mailing)\b|\b(?:keep|stop) getting "
    rf"(?:these|this|{_MAILS})\b"
    rf"|\bhow\b.* make (?:this|it|these|{_MAILS}) (?:end|go away)(?: please)?$"
    rf"|\b(?:say|saying) (?:good ?bye|farewell) to {_MAILS}"
    r"|\b(?:how|what)\b.* (?:get|come) out of (?:this|it)(?: again| please)*$"
    r"|\bwie komme? ich (?:da|davon|daraus)(?: bloss| denn| jetzt)*(?: wieder)? (?:raus|weg|los)\b"
    rf"|\bwie werde? ich {_MAILS} (?:bloss |denn |jetzt )*(?:wieder )?los\b"
    r"|\b(?:warum|wieso|weshalb) (?:schreibt|schickt|bekomme|kriege|mailt|erhalte) (?:ihr|ich)(?: mir)?(?: \w+){0,2} "
    r"(?:noch|dauernd|ständig|andauernd|so viele)\b|\b(?:bekomme|kriege|erhalte)(?: ich)? (?:viel )?(?:zu|so) viele"
    rf" {_MAILS}|\b(?:wie|kann)\b.* (?:das|die|{_MAILS}) (?:wieder |hier )?(?:abstellen|abschalten|ausschalten"
    r"|loswerden|beenden)\b"
)
_OF_MAILS = re.compile(
    r"\bmails\b|\bsign(?:ed)?(?: up)?\b|\bsubscribed?\b|\b(?:angemeldet|abonniert|eingetragen)\b"
    r"|\b(?:read|reading|open|lese)\b.*\b(?:these|those|nie|never)\b|\b(?:these|those)\b.*\b(?:read|lese)\b"
    r"|\b(?:die|sowas) lese\b"
)
COMPLAINT = re.compile(rf"{_POLITE}{_REASON}{_POLITE}(?:{'|'.join(_COMPLAINTS)}){_POLITE_BEHIND}")
ENDING, WEARY = (re.compile(rf"{_POLITE}(?:{'|'.join(sayings)}){_POLITE_BEHIND}") for sayings in (_ENDING, _WEARY))
_TELLING_WORDS = (
    "verzichte verzichten werbung ad ads advertising advertisement advertisements adverts promo promos promotion "
    "promotions marketing interested interesse bock lust bedarf hear read hören lesen spar spart sparen schenken "
    "verschon verschont verschone verschonen widerspreche widersprech widerspruch object objecting waive decline "
    "refuse contact bother write email message text spam done through finished reicht reichts raus draussen out outta "
    "mich ohne mir enough thats fed sick tired bored knock cut rest lost away quit piss inbox mailbox want need like "
    "lass lasst lassen weg hau haut nerv nervt nerven will möchte brauch brauche mag wollen brauchen nicht genug many "
    "much viele viel stören stört annoy annoys annoying bothers oft often off keen longer never wünsche bestell "
    "bestelle bestellt leave turn switch shut rid keep still always constantly why warum wieso weshalb fewer less "
    "weniger bekomme kriege erhalte getting receiving receive loswerden abstellen abschalten ausschalten again wieder "
    "another noch vergesst forget come vergiss delete erase lösch lösche löscht steig steige tschüss tschüs adieu ade "
    "ciao make beenden interessiert interessieren weg mistake versehen versehentlich someone somebody jemand not nicht "
    "raus bye goodbye farewell more lese reading open lemme rather mind postfach überlegt los gut muss subscribed "
    "stellen einstellen kann können darf kill ditch dump scrap axe tut tun "
    "mach macht mache schalte schaltet stell stellt stelle dreh dreht sehen seht absehen abzusehen turn switch shut "
    "nichts nix signed angemeldet abonniert eingetragen subscribe sign"
)
_TELLING = frozenset(_TELLING_WORDS.split())
"""Words without one of which a text is none of these sayings."""
MOST_WORDS = 16
"""Words of a saying with what is polite around it; longer texts are read in parts."""


_NAMED = re.compile(
    r"\b(my|meine) (?:e ?mail ?|mail ?)?(?:address|adresse|adress|addy|contact|number|details|data|daten"
    r"|kontaktdaten)\b"
)
_TAKING_OFF = re.compile(r"\b(?:off|out|list|lists|liste|verteiler|raus|aus|runter|database|datenbank)\b")


_E_MAIL = re.compile(r"\be (?=mails?\b)")


def name_person(typed: str) -> str:
    """Return a text with the person in place of their name, and of their address where it is taken off a list.

    “Delete my address” alone stays as it is, and is asked about.
    """
    typed = typed.replace("my name", "me")
    if _TAKING_OFF.search(typed) is None:
        return typed
    return _NAMED.sub(lambda found: "me" if found[1] == "my" else "mich", typed)


def is_complaint(typed: str, kinds: WordKinds, names: tuple[str, ...]) -> bool:
    """Tell whether a normalised text says why mails shall end: “I never signed up for this”, “das nervt”."""
    typed_words = typed.split()
    if len(typed_words) > MOST_WORDS:
        return False
    text = " ".join("mails" if kinds.get(word) == "m" else word for word in _name_mails(typed, names).split())
    return bool(COMPLAINT.fullmatch(text)) or read_saying(typed_words, kinds, names) != ""


def _name_mails(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, "mails")
    return text


def read_saying(typed_words: list[str], kinds: WordKinds, names: tuple[str, ...]) -> Saying:
    """Tell whether the words of a text are a saying: “stop” at once, “weary” if it is to be asked about, else empty.

    ``kinds`` are the kinds of the words of stopping, ``names`` those of what is mailed, of several words each.
    """
    if len(typed_words) > MOST_WORDS or _TELLING.isdisjoint(typed_words):
        return ""
    text = _name_mails(_E_MAIL.sub("", " ".join(typed_words)), names)
    if ENDING.fullmatch(text):
        return "stop"
    text = " ".join("mails" if kinds.get(word) == "m" else word for word in text.split())
    if ENDING.fullmatch(text):
        return "stop"
    if WEARY.fullmatch(text) or _SEEMING.search(text):
        return "weary"
    # A complaint of mails, or of having been put on a list, has no word of stopping and means one.
    return "weary" if _OF_MAILS.search(text) and COMPLAINT.fullmatch(text) else ""
