"""Words of English and German that stand beside a day or time and add nothing: “um, I could do”, “wäre mir lieber”.

Any word besides makes an answer unclear, so no word is listed that moves, bounds or denies what is said: “after”,
“from”, “by”, “not”, “every”, “ab”, “bis”.
"""


def _split_words(text: str) -> frozenset[str]:
    """Return the words of a text, in the form that answers are compared in."""
    return frozenset(text.casefold().split())


FILLERS_EN = _split_words(
    "at on the for of in please pls plz thanks thank thx you hi hello i we id wed would like to want come book reserve "
    "a table ok okay yes yeah yep sure lets make it say how about then that works work fine good great my our be there "
    "me us and maybe perhaps think time date is its will can could do does best sharp pip this "
    "um umm uh uhm er erm hmm hm hey free guess evening morning afternoon regards suit suits fits fit "
    "well so oh ah actually probably possibly preferably prefer ideally rather ill well im am able bring bringing drop "
    "it off by-the-way with go going sound sounds if possible thatd itd case perfect perfectly lovely nice ideal cool "
    "better have got any anytime all right exactly convenient available see take mine bike over along might just "
    "really love suppose reckon go-to hopefully up pick choose pop here theres does ride test still alright definitely "
    "also too lol haha happy more everyone guys team dear afternoon visit visiting appointment slot need needs "
    "coming should work's ready super awesome amazing brilliant fab may cheers mate exact top mega"
)
FILLERS_DE = _split_words(
    "am an um den der dem die das für in bitte danke hallo ich wir möchte möchten würde würden will wollen gern gerne "
    "kommen reservieren buchen einen eine ein tisch ok okay ja klar dann vielleicht wäre ist passt geht gut super uns "
    "mir also so zu es sein da mit wärs ähm äh hm moin könnte könnten nehm nehme punkt guten liebe grüße glaub euch "
    "machen sagen wie schön uhr gegen termin öhm ehm hmm mh tja na naja ach oh hey hi huhu servus wär wäre lieber "
    "liebsten eher besten jo jup jap jep komm komme kommt kommen vorbei vorbeikommen vorbeibringen bring bringe "
    "bringen brings bringt es rad fahrrad hätte hab habe haben zeit klappt klappen ginge ginges gehts wenns wenn "
    "möglich gleich schon auch doch mal noch irgendwann wahrscheinlich vermutlich wohl denke denk dachte glaube "
    "schätze würd sage sag passen passte passend perfekt prima toll ideal optimal bestens sehr ganz einfach gerade "
    "eben halt genau dir ihr du bei recht wünschte bevorzuge dankeschön dank vielen besser frei könnt kann können "
    "möglichst natürlich sicher bestimmt nämlich irgendwie laden probefahrt abend soll lass lasst wähle mein meine "
    "gebe abgeben gib treffen sehen rum jawohl alles gutes allerdings jedenfalls passat passert passad gangat gangert "
    "ging gings tät tat dat dad tets wärat würds guad guat top spitze mega klasse klass fein bitt schee scheen ma mia "
    "passn pass taugt taugen taugat liab liaba liabsten bittschön bittscheen oiso hoit i des is werd hammer geil cool "
    "genial wunderbar mog mi gfallt gfallen daad mechad megad ned schlecht spitzenmäßig traumhaft saugut hervorragend "
    "tats gehn meins stimmig"
)
