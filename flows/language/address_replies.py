"""Default replies about addresses and codes; they are part of :data:`flows.language.default_replies.REPLIES`."""

ADDRESS_REPLIES: dict[str, dict[str, str]] = {
    "again_email": {
        "en": "I need an email address here, such as mia@example.com. Rather not? Type 'not now'.",
        "de": "Hier brauche ich eine E-Mail-Adresse, etwa mia@example.com. Lieber nicht? Schreib „jetzt nicht“.",
    },
    "again_email_no_at": {
        "en": "I see no @ in that. An address looks like mia@example.com. Once more?",
        "de": "Darin sehe ich kein @. Eine Adresse sieht so aus: mia@example.com. Noch einmal?",
    },
    "again_email_no_dot": {
        "en": "I see no dot behind the @. An address looks like mia@example.com. Once more?",
        "de": "Hinter dem @ sehe ich keinen Punkt. Eine Adresse sieht so aus: mia@example.com. Noch einmal?",
    },
    "again_email_one_side": {
        "en": "Something is missing beside the @. An address looks like mia@example.com. Once more?",
        "de": "Neben dem @ fehlt etwas. Eine Adresse sieht so aus: mia@example.com. Noch einmal?",
    },
    "again_email_two_ats": {
        "en": "I see two @ in that, and an address has just one. Once more?",
        "de": "Darin sehe ich zwei @, eine Adresse hat nur eins. Noch einmal?",
    },
    "again_email_signs": {
        "en": "There is a character in it that no address can have. Could you check it and send it again?",
        "de": "Darin ist ein Zeichen, das in keiner Adresse vorkommt. Prüfst du sie und schickst sie noch einmal?",
    },
    "again_email_long": {
        "en": "That is longer than an address can be. Could you check it and send it again?",
        "de": "Das ist länger, als eine Adresse sein kann. Prüfst du sie und schickst sie noch einmal?",
    },
    "again_email_list": {
        "en": "That is the address of a mailing list, so I can't write to it. Which one is your own?",
        "de": "Das ist die Adresse eines Verteilers, dorthin kann ich nicht schreiben. Wie lautet deine eigene?",
    },
    "again_email_former": {
        "en": "Thanks, then I won't use that one. Which address do you read today?",
        "de": "Danke, dann nehme ich die nicht. Welche Adresse liest du heute?",
    },
    "address_meant": {"en": "Do you mean {{ fits }}?", "de": "Meinst du {{ fits }}?"},
    "address_which": {
        "en": "I want to be sure. Which address is it: {{ fits }}?",
        "de": "Ich frage lieber nach. Welche Adresse ist es: {{ fits }}?",
    },
    "address_many": {
        "en": "Those are a few addresses. Could you send me just the one I should use?",
        "de": "Das sind mehrere Adressen. Schickst du mir nur die eine, die ich nehmen soll?",
    },
    "address_once_more": {
        "en": "All right. Then type it once more, exactly as it should be.",
        "de": "Gut. Dann schreib sie bitte noch einmal, genau so, wie sie sein soll.",
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
    "code_declined": {
        "en": "Without the code, nothing comes. Tap 'Leave it' to stop here. If only the mail is missing, I can help.",
        "de": "Ohne den Code kommt nichts. Tipp auf „Lass es“, um es zu lassen. Fehlt nur die Mail, helfe ich gern.",
    },
    "label_leave_code": {"en": "Leave it", "de": "Lass es"},
    "label_address_yes": {"en": "Yes, that one", "de": "Ja, genau die"},
    "label_address_keep": {"en": "No, mine is right", "de": "Nein, meine stimmt"},
    "label_address_other": {"en": "No, another one", "de": "Nein, eine andere"},
    "label_address_first": {"en": "The first one", "de": "Die erste"},
    "label_address_second": {"en": "The second one", "de": "Die zweite"},
    "label_address_third": {"en": "The third one", "de": "Die dritte"},
}
"""Replies by name and language."""
