"""Requests to wait with a reason from around the house: “one sec, the doorbell”, “warte, muss die Wäsche aufhängen”."""

import re

MOST_WORDS = 12
_OPENED = re.compile(
    r"(?:(?:oh|sorry|ok|okay|ah|ach|uh|hm|ups|oops|oh no|please|bitte|ja|yes|yeah) )*"
    r"(?:(?:just |wait |hang on |hold on |give me |gimme |need |be back in )*(?:one|a|1) (?:sec|second|moment|minute"
    r"|min|tick|mo)|brb|hold on|hang on|hold up|wait(?: up)?|be right back|back in (?:a|one|five|two|5|2) "
    r"(?:sec|second|minute|min|minutes|mins)|(?:einen |nen |ein |kleinen |kurzen |kleines )*"
    r"(?:moment|momentchen|augenblick|sekunde|sekündchen|minute|minütchen|mom)|eine (?:sekunde|minute)|wart|warte"
    r"|wartet|wartets|kurz warten|sek|bin gleich (?:wieder )?(?:da|zurück)|gleich wieder da|bg"
    r"|gleich(?= (?:mein|meine|muss|der|die|das|es|hier|kommt|klingelt|ich|hab|unser|unsere|erst)))"
    r"(?: (?:please|pls|bitte|kurz|mal|eben|schnell|noch|ok|okay|sorry|real quick|quickly|grad|gerade))* (?P<reason>.+)"
)
_AWAY_WORDS = (
    "door doorbell bell ring ringing rings phone call calling kid kids baby toddler son daughter dog cat "
    "puppy kitten mum mom dad gran kettle dinner lunch oven stove pan pot soup pasta pizza delivery deliveroo "
    "postman courier parcel laundry washing cooking boiling boils burning burns crying cries barking barks "
    "toilet loo bathroom pee bus train tram boss meeting traffic driving parking knocking neighbour neighbor "
    "milk coffee tea food glasses charger battery shower bath smoke alarm vacuum bin dishes dishwasher "
    "homework diaper nappy asleep garden fridge keys tür haustür klingel klingelt läutet läut herd ofen "
    "wäsche waschmaschine trockner hund katze baby kind kinder kleine kleiner sohn tochter telefon handy "
    "postbote briefträger paket paketbote paketdienst lieferant pizza chef chefin essen wasser kocht brennt "
    "bellt schreit weint klo toilette bad bus bahn zug tram nachbar nachbarin mama papa oma opa milch kaffee "
    "tee nudeln suppe topf pfanne spülmaschine schlüssel brille aufhängen akku ladekabel auto gassi müll "
    "kühlschrank garten anruf ruft stau hausaufgaben windel dusche rauchmelder schläft aufgewacht wach büro "
    "besuch handwerker"
)
_AWAY = frozenset(_AWAY_WORDS.split())
"""What calls people away."""
_ANSWERING_WORDS = (
    "yes no ja nein two three four five six seven eight nine ten eins zwei drei vier fünf sechs sieben acht "
    "neun zehn stop stopp unsubscribe abmelden kündigen not nicht dont kein keine how what when where why wie "
    "was wann wo warum code number"
)
_ANSWERING = frozenset(_ANSWERING_WORDS.split())
"""Words with which the rest may be an answer, a question or a request."""


def is_called_away(typed: str) -> bool:
    """Tell whether a normalised text asks to wait because something at home calls: “moment, der Herd”."""
    words = typed.split()
    if len(words) > MOST_WORDS or _AWAY.isdisjoint(words):
        return False
    found = _OPENED.fullmatch(typed)
    if found is None:
        return False
    reason = found["reason"].split()
    has_digit = any(word.isdecimal() for word in reason)
    return not has_digit and not _AWAY.isdisjoint(reason) and _ANSWERING.isdisjoint(reason)
