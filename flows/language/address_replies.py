"""Default replies about addresses and codes; they are part of :data:`flows.language.default_replies.REPLIES`."""

ADDRESS_REPLIES: dict[str, dict[str, str]] = {
    "again_email": {
        "en": "That does not look like an email address. It should read like mia@example.com. Once more?",
        "de": "Das sieht nicht nach einer E-Mail-Adresse aus. Sie sieht so aus: mia@example.com. Noch einmal?",
    },
    "again_code": {
        "en": "That code does not fit. The newest mail has the right one.",
        "de": "Der Code passt nicht. Der richtige steht in der neuesten Mail.",
    },
    "not_a_code": {
        "en": "I'm waiting for the six digits from the mail. None there? Type '{{ new_code }}', or send me another "
        "address.",
        "de": "Ich warte auf die sechs Ziffern aus der Mail. Nichts angekommen? Schreib „{{ new_code }}“, oder "
        "schick mir eine andere Adresse.",
    },
    "code_has_six": {
        "en": "Almost: the code has six digits. Could you look at the mail once more?",
        "de": "Fast: Der Code hat sechs Ziffern. Schaust du noch einmal in die Mail?",
    },
}
"""Replies by name and language."""
