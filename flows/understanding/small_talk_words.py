"""Words of small talk by kind; read by :mod:`flows.understanding.small_talk`.

A kind has cores, words or phrases that make a text small talk, and companions that may stand beside them.
"""

from collections.abc import Mapping

GREETING, THANKS, BYE, BOT, HOW_ARE_YOU, WAIT, PLEASED, SORRY, RUDE, ABILITIES = (
    "greeting", "thanks", "bye", "bot", "how_are_you", "wait", "pleased", "sorry", "rude", "abilities",
)  # fmt: skip
"""Kinds of small talk; each has a reply ``talk_KIND`` but ``abilities``, which is answered by the help."""

FILLERS = (
    "ok okay oki oh ah ach aha hey hi hello hallo so well yes yeah ja na und and also just really very much a an the i "
    "you u ya bot all it is its that thats this das ist es du dir dich ihr euch ich mal noch auch schon doch nur bitte "
    "please pls sehr echt total wirklich ganz too again nochmal guys team mate buddy friend everyone zusammen leute "
    "haha lol for für der die den now jetzt dann then here hier da there to me mir my mein eigentlich denn wow um uh "
    "äh ähm hm hmm bro man dear"
)
"""Words that may stand beside every core."""

CORES: Mapping[str, tuple[str, ...]] = {
    BOT: (
        "are you a bot", "a bot or", "are you a robot", "are you human", "are you a human", "are you a real human",
        "are you real", "are you a real person", "is this a bot", "is this a real person", "is this automated",
        "talking to a bot", "talking to a human", "talking to a robot", "chatting with a bot", "chatting with a human",
        "talking to a machine", "talking to a real person", "is there a human", "is there a real person",
        "are you a computer", "are you a machine", "are you an ai", "are you ai", "are you a chatbot",
        "are you a program", "are you chatgpt", "are you a person", "r u a bot", "r u a human", "r u human", "r u real",
        "youre a bot", "you are a bot", "youre not human", "youre a robot", "are you alive", "do you have a name",
        "do you have feelings", "what should i call you", "what are you called", "whats ur name", "your name",
        "who am i talking to", "who am i chatting with", "who is this", "whos this", "who is there", "whos there",
        "who made you", "who built you", "how old are you", "where are you from", "bist du ein bot",
        "bist du ein computer", "bist du ein roboter", "bist du ein mensch", "bist du ein echter mensch",
        "bist du ein richtiger mensch", "bist du eine ki", "bist du eine maschine", "bist du ein programm",
        "bist du echt", "bist du chatgpt", "bist du real", "bist du menschlich", "du bist ein bot",
        "du bist doch ein bot", "bist du ein chatbot", "bist du eine echte person", "mit einem bot",
        "mit einer maschine", "ich mit einem menschen", "hier mit einem menschen", "ich mit einer ki",
        "ich mit einem roboter", "ich mit einem echten menschen", "ich mit einem computer", "ist hier ein mensch",
        "ist da ein mensch", "sitzt da ein mensch", "ist das automatisch", "ist das ein bot", "ist das ein mensch",
        "hast du einen namen", "hast du gefühle", "dein name", "wie heisst du", "wie heissen sie", "wie nennst du dich",
        "wer ist da", "wer ist das", "wer schreibt da", "wer schreibt hier", "wer spricht", "wer antwortet hier",
        "wem schreibe ich", "wem rede ich", "wem schreib ich", "wem spreche ich", "wem chatte ich", "wie alt bist du",
        "woher kommst du", "wer hat dich gebaut", "wer hat dich programmiert", "wer bist du", "was bist du",
    ),
    HOW_ARE_YOU: (
        "how are you", "how r u", "how are u", "how r you", "hows it going", "how is it going", "how are things",
        "how do you do", "how do you feel", "how are you doing", "how have you been", "how was your day",
        "how is your day", "hows your day", "hows life", "hows everything", "how you doing", "whats up", "wassup",
        "whats new", "everything ok", "everything okay", "everything alright", "everything good", "what are you doing",
        "are you ok", "are you okay", "are you well", "wie gehts", "wie geht es", "wie geht s", "wie läufts",
        "wie läuft s", "wie läuft es", "wie stehts", "wie isses", "wie war dein tag", "wie ist dein tag", "alles gut",
        "alles ok", "alles okay", "alles fit", "alles paletti", "alles roger", "alles klar bei", "was geht",
        "was machst du gerade", "was machst du so", "was treibst du", "wie fühlst du dich", "was gibts neues",
    ),
    ABILITIES: (
        "what can you do", "what do you do", "what can i do here", "what can you help", "what can i ask",
        "what are you for", "what is this for", "how can you help", "how does this work", "how do you work",
        "was kannst du", "was machst du", "was kann ich hier", "was kann ich dich fragen", "wobei kannst du",
        "wie kannst du mir helfen", "wie funktioniert das", "wie funktionierst du", "wofür bist du", "wozu bist du",
        "womit kannst du", "was weisst du",
    ),
    WAIT: (
        "wait", "one moment", "a moment", "moment", "hang on", "hold on", "a second", "one second", "one sec", "a sec",
        "a minute", "one minute", "5 minutes", "brb", "right back", "back soon", "let me check", "let me think",
        "let me look", "let me see", "let me ask", "let me count", "let me search", "let me find", "ill check",
        "i will check", "ill look", "i will look", "ill ask", "i will ask", "ill think", "need to think",
        "have to think", "need to check", "have to check", "have to ask", "need to ask", "must ask", "i am looking",
        "im looking", "im thinking", "im checking", "looking it up", "warte", "wart", "wartet", "sekunde", "sekündchen",
        "momentchen", "augenblick", "eine minute", "minütchen", "gleich wieder da", "gleich zurück", "bin gleich da",
        "ich überlege", "ich überleg", "kurz überlegen", "mir überlegen", "erst überlegen", "erst fragen",
        "erst schauen", "kurz schauen", "kurz nachschauen", "kurz fragen", "mal überlegen", "mal fragen", "noch fragen",
        "mal schauen", "noch überlegen", "ich frag", "ich frage", "ich schau", "ich schaue", "ich guck", "ich gucke",
        "ich such", "ich suche", "ich zähl", "ich zähle", "ich denk nach", "ich denke nach", "muss nachdenken",
        "muss nachschauen", "muss nachsehen", "drüber schlafen", "nachdenken",
    ),
    THANKS: (
        "thanks", "thank you", "thank u", "thank ya", "thankyou", "thx", "thnx", "tnx", "ty", "tysm", "tyvm", "danke",
        "dankeschön", "dankschön", "dank", "merci", "cheers", "much appreciated", "appreciate", "appreciated",
        "grazie", "gracias", "bless you", "vergelts gott", "youre a lifesaver", "so helpful", "das war hilfreich",
        "that helped", "that was helpful",
    ),
    BYE: (
        "bye", "byebye", "goodbye", "good bye", "cya", "ciao", "tschüss", "tschüssi", "tschüssikowski", "tschüs",
        "tschau", "tschö", "tschüssle", "ade", "adieu", "adios", "farewell", "so long", "see you", "see ya", "see u",
        "talk to you later", "talk later", "speak soon", "catch you later", "ttyl", "later", "laters",
        "until next time", "till next time", "until then", "take care", "good night", "night night", "gute nacht",
        "gn8", "gn", "have a nice", "have a good", "have a great", "have a lovely", "have a wonderful",
        "have an awesome", "have fun", "enjoy your day", "enjoy your weekend", "enjoy your evening", "you too",
        "same to you", "gotta go", "got to go", "have to go", "im off", "bis dann", "bis denn", "bis bald",
        "bis später", "bis morgen", "bis demnächst", "bis nächstes mal", "bis zum nächsten mal", "bis nächste woche",
        "bis gleich", "bis nachher", "bis die tage", "wir sehen uns", "wir hören uns", "wir lesen uns",
        "man sieht sich", "wiedersehen", "wiederhören", "machs gut", "mach s gut", "machts gut", "pfiat", "pfiati",
        "schönen tag", "schönen abend", "schönes wochenende", "schönen feierabend", "schöne woche", "schönen sonntag",
        "schönen nachmittag", "schönen resttag", "dir auch", "euch auch", "gleichfalls", "ebenfalls", "ich muss los",
        "muss los", "bin weg", "schlaf gut", "hau rein",
    ),
    SORRY: (
        "sorry", "sry", "apologies", "my bad", "my mistake", "my fault", "oops", "ups", "hoppla", "whoops", "pardon",
        "excuse me", "entschuldige", "entschuldigung", "entschuldigt", "tschuldigung", "tschuldige", "schuldigung",
        "verzeihung", "tut mir leid", "tut mir sehr leid", "tut mir echt leid", "tut mir total leid", "mein fehler",
        "meine schuld", "mein versehen", "aus versehen", "wrong chat", "wrong person", "wrong button", "falscher chat",
        "vertippt", "verschrieben", "verklickt", "typo",
    ),
    RUDE: (
        "stupid", "dumb", "useless", "annoying", "idiot", "moron", "shut up", "go away", "fuck", "fuck you", "wtf",
        "damn", "shit", "bullshit", "crap", "this sucks", "you suck", "hate you", "hate this", "blöd", "blöder", "doof",
        "doofer", "dumm", "dummer", "nutzlos", "nervig", "nervst", "nervt", "bescheuert", "halt die klappe",
        "halt den mund", "halts maul", "klappe", "arschloch", "depp", "trottel", "scheisse", "mist", "blödsinn",
        "quatsch", "schwachsinn", "unsinn", "verpiss dich", "hasse dich", "not funny", "nicht lustig", "not helpful",
        "nicht hilfreich", "you dont understand", "you dont get it", "du verstehst nichts", "du verstehst mich nicht",
        "du kannst nichts", "was soll das", "nonsense", "rubbish", "terrible", "horrible", "no help",
    ),
    GREETING: (
        "hi", "hello", "hey", "hallo", "heya", "hiya", "howdy", "hola", "hoi", "hallihallo", "hallöchen", "hallöle",
        "moin", "moinsen", "servus", "huhu", "juhu", "ahoi", "aloha", "gude", "mahlzeit", "grüezi", "salü", "bonjour",
        "salut", "tach", "gday", "greetings", "good morning", "good evening", "good afternoon", "good day", "morning",
        "evening", "guten morgen", "guten tag", "guten abend", "guten mittag", "n abend", "nabend", "morgen zusammen",
        "grüss dich", "grüss euch", "grüss gott", "griass di", "griass eich", "grias di", "na du", "yo",
        "griassdi", "gruss gott", "sers", "seas", "habedere", "halli hallo", "na ihr", "mornin", "heyo", "naamd",
        "juten tach",
        "alright everyone", "alright mate", "top of the morning", "wotcha", "ey up", "ay up",
        "anyone there", "anybody there", "anyone here", "anybody here", "are you there", "are you here",
        "you still there", "ist da jemand", "jemand da", "ist da wer", "wer da", "ist hier jemand", "jemand hier",
        "seid ihr da", "bist du da", "bist du noch da", "nice to meet you", "freut mich",
    ),
    PLEASED: (
        "great", "nice", "cool", "awesome", "super", "perfect", "lovely", "amazing", "wonderful", "brilliant",
        "fantastic", "excellent", "funny", "hilarious", "sweet", "the best", "well done", "good bot", "good job",
        "good work", "good one", "good question", "good point", "good to know", "gut zu wissen", "love it", "love you",
        "love this", "love that", "like it", "like you", "like this", "you are cute", "youre cute", "so cute",
        "youre so kind", "you are so kind", "so kind", "very kind", "you are smart", "youre smart", "clever", "hahaha",
        "hihi", "hehe", "rofl", "lmao", "xd", "woohoo", "yay", "juhu", "hurra", "bravo", "respekt", "toll", "toller",
        "klasse", "prima", "spitze", "schön", "sehr gut", "lustig", "witzig", "nett", "süss", "lieb", "genial", "geil",
        "mega", "hammer", "krass", "top", "der beste", "die beste", "die besten", "guter bot", "braver bot",
        "gute arbeit", "gut gemacht", "gute frage", "gute idee", "find ich gut", "finde ich gut", "gefällt mir",
        "mag dich", "mag euch", "liebe dich", "liebe euch", "mag das", "interesting", "interessant", "spannend",
        "tell me a joke", "joke please", "know a joke", "erzähl mir einen witz", "kennst du einen witz", "einen witz",
        "im bored", "i am bored", "langweilig", "got it", "understood", "i see", "makes sense", "fair enough",
        "verstehe", "verstanden", "kapiert", "macht sinn", "no worries", "no problem", "all good", "kein ding",
        "kein problem", "kein thema", "passt schon", "schon gut", "alles klar", "ach so", "achso", "na dann", "na gut",
        "youre welcome", "you are welcome", "gern geschehen", "happy new year", "merry christmas", "happy easter",
        "happy holidays", "happy birthday", "frohes neues", "frohe weihnachten", "frohe ostern", "frohes fest",
        "schöne feiertage", "guten rutsch", "schöne weihnachten", "wow", "aha", "gotcha",
    ),
}  # fmt: skip
"""In the order in which they are tried: “thanks, bye” is thanks."""

COMPANIONS: Mapping[str, str] = {
    BOT: "or oder what right gell real echt human mensch person maschine robot roboter am talking chatting behind "
    "actually rede schreibe schreib spreche chatte mit ein einer einem gerade ai ki what whats wie lautet only "
    "wirklich sag say etwa anderen ende dahinter chat bist are machine",
    HOW_ARE_YOU: "today heute doing going bei selbst so neues with gut ok danke thanks wie stehts läufts good morning "
    "guten morgen tag moin servus doing fine well",
    ABILITIES: "alles everything with for help helfen machen tun do fragen ask us uns can kannst können gut good "
    "exactly genau so sonst else",
    WAIT: "sec second moment one kurz erst eben gerade grad schnell nach in kalender calendar diary anderen others "
    "check checking look looking it up think thinking about ask my friends freunde frau wife husband minute min give "
    "gib gimme need brauche bit einen eine ein nen ne sie es das handy phone longer let will ill be right back im am "
    "sorry ob was count counting zähl zähle schau schaue suche such überlegen fragen schauen drüber darüber muss the "
    "family boss partner wieder gleich or two time first quickly wir lass mich meine meinen others home mails postfach "
    "inbox have must überlege",
    THANKS: "vielen viele lieben herzlichen besten schönen tausend 1000 many lots lot bunch ton million kindly so very "
    "your help hilfe info infos information antwort answer reply support time zeit mühe geduld patience tip tipp "
    "everything alles schnelle quick fast nette nice great cool super perfect perfekt prima klasse toll top good gut "
    "alright fine got know wars war thats helps helped helping hilft hat geholfen vielmals recht deine eure ihre alle "
    "lovely wonderful awesome brilliant klar bye tschüss servus bis bald day tag schönen nice kind sweet lieb nett von "
    "of im voraus in advance trotzdem anyway appreciate we wir sage sag love wunderbar excellent amazing excellent "
    "schnell antworten auskunft beratung understood verstanden passt let letting knowing answering telling "
    "explanation erklärung be would kurze rückmeldung super tolle gute liebe no nein mich sehr goodbye",
    BYE: "soon later tomorrow morgen weekend wochenende evening abend day tag one time night nacht week woche bald "
    "dann later then around next thanks danke thank und have a good nice great lovely einen schönen feierabend wünsche "
    "wünsch gute guten rest your dir euch auch di eich auf erstmal servus ciao nächstes mal uns bis wieder uf ihnen "
    "alle all lieben trip ride sweet dreams everybody gehen go i gotta",
    SORRY: "about trouble mistake delay störung mühe verspätung wrong chat falscher person hab habe mich war was my so "
    "sorry bitte late reply confusion nein no am im button taste fenster window falsche",
    RUDE: "such thing ding ein eine so was youre are bot du bist off du verdammt damn bloody this thats what your "
    "scheiss absolute absoluter langsam gar mich immer god ist dieser diese mal funny sucks machine maschine",
    GREETING: "guten good morgen tag abend morning evening schönen einen liebe lieber liebes lieben ihr alle "
    "allerseits wieder yall y beinand beieinander mitanand miteinander zäme wohl runde in leude leudde lads gals mates "
    "gude mitenand everybody folks anyone anybody jemand wer ist there sir madam ho dich di gott friends freunde "
    "beautiful wunderschönen still online",
    PLEASED: "nice cool great super toll so wie such what youre are du bist ihr seid finde find ich work job arbeit "
    "gemacht answer antwort idea idee service was für ein eine einen klasse sounds klingt joke witz know wissen stuff "
    "von like love mag gut good indeed pretty absolutely richtig voll ziemlich happy merry new year frohes neues and "
    "weihnachten wünsche wish thing hahaha be your am im aber one point welcome gern think youre thats dein",
}
"""By kind, words that may stand beside its cores."""
