"""Hears that somebody wants to talk to a person: “can somebody from the shop help me”, “ich brauche einen Menschen”.

A text asks for a person if it names one and holds nothing but words of asking beside.  “Are you human?” asks something
else, and “no human, please” does not ask at all.
"""

MOST_WORDS = 12
_PEOPLE = frozenset({
    "human", "person", "somebody", "someone", "anybody", "anyone", "agent", "operator", "representative", "employee",
    "mensch", "menschen", "jemand", "jemanden", "jemandem", "mitarbeiter", "mitarbeiterin", "berater", "beraterin",
    "kundendienst",
})  # fmt: skip
_ASKING = frozenset({
    "a", "an", "the", "i", "id", "me", "we", "us", "my", "to", "with", "from", "of", "at", "in", "please", "pls", "can",
    "could", "may", "would", "like", "want", "wanna", "need", "let", "give", "get", "connect", "put", "through",
    "transfer", "call", "talk", "talking", "speak", "speaking", "chat", "write", "real", "live", "actual", "other",
    "rather", "now", "instead", "help", "ask", "your", "team", "shop", "store", "staff", "service", "customer", "there",
    "is", "another", "one", "hey", "hi", "hello", "you", "that", "for", "just", "really", "still", "and", "so", "then",
    "ich", "mich", "mir", "wir", "uns", "will", "würde", "möchte", "mag", "brauche", "hätte", "gern", "gerne", "lieber",
    "bitte", "einen", "einem", "ein", "eine", "einer", "der", "den", "dem", "die", "mit", "von", "vom", "aus", "zu",
    "kann", "könnte", "könnt", "kannst", "darf", "sprechen", "reden", "schreiben", "chatten", "helfen", "hilfe",
    "echter", "echten", "echtem", "echte", "richtigen", "richtiger", "verbinden", "verbinde", "weiterleiten", "laden",
    "geschäft", "euch", "ihr", "ihrem", "eurem", "da", "ist", "jetzt", "hallo", "mal", "doch", "etwas", "fragen",
    "hol", "hole", "holen", "gib", "geben", "rede", "spreche",
})  # fmt: skip
_NOT_ALONE = frozenset({"somebody", "someone", "anybody", "anyone", "jemand", "jemanden", "jemandem", "person"})
"""Names of people that ask for one only beside a word of asking: “somebody” alone may be anything."""
_VERBS = frozenset({
    "talk", "speak", "speaking", "talking", "help", "connect", "chat", "need", "want", "call", "transfer", "ask",
    "write", "sprechen", "reden", "helfen", "schreiben", "brauche", "verbinden", "verbinde", "holen", "hol", "fragen",
    "chatten",
    "please", "bitte", "real", "echten", "echter", "echtem", "rede", "spreche",
})  # fmt: skip


def asks_for_person(typed: str) -> bool:
    """Return True if a normalised text asks for a person, and does nothing else."""
    words = typed.split()[: MOST_WORDS + 1]
    people = _PEOPLE.intersection(words)
    if not people or len(words) > MOST_WORDS or not all(word in _PEOPLE or word in _ASKING for word in words):
        return False
    return not people <= _NOT_ALONE or not _VERBS.isdisjoint(words)
