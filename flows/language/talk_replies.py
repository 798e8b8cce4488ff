"""Default replies of the talk around a question: asked again, small talk, what lies between; part of ``REPLIES``.

``again_…_2`` is said in place of ``again_…`` at the second answer that does not fit.
"""

TALK_REPLIES: dict[str, dict[str, str]] = {
    "mails_paused": {
        "en": "All right, your mails wait until {{ fits }}. Whatever you ask me for here still comes.",
        "de": "Gut, deine Mails warten bis {{ fits }}. Was du dir hier von mir wünschst, kommt trotzdem.",
    },
    "answer_noted": {"en": "Thank you, noted.", "de": "Danke, ist notiert."},
    "answer_closed": {
        "en": "That question has closed. If you still want to tell us, just write it here.",
        "de": "Diese Frage ist schon zu. Wenn du es uns noch sagen magst, schreib es einfach hier.",
    },
    "label_pause": {"en": "Pause for 30 days", "de": "30 Tage Pause"},
    "looking_it_up": {
        "en": "One moment, I am looking that up.",
        "de": "Einen Moment, ich sehe gerade nach.",
    },
    "again_email_2": {
        "en": "Still no address in there, I'm afraid. It has an @ in the middle, as in mia@example.com. Rather "
        "a human? Type '{{ person }}'.",
        "de": "Da ist noch keine Adresse dabei. In der Mitte steht ein @, wie in mia@example.com. Lieber ein "
        "Mensch? Schreib „{{ person }}“.",
    },
    "again_choice_2": {
        "en": "I still don't see which one you mean. You can say {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Ich weiß noch nicht, was du meinst. Du kannst sagen: {{ fits }}. Lieber ein Mensch? Schreib „{{ "
        "person }}“.",
    },
    "again_phone_2": {
        "en": "I can't use that number yet. In full it looks like {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Mit der Nummer komme ich noch nicht weiter. Vollständig sieht sie so aus: {{ fits }}. "
        "Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_number_2": {
        "en": "Just the number is enough, say {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Die Zahl allein genügt, etwa {{ fits }}. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_date_2": {
        "en": "I need a day that I can find in the calendar, such as {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Ich brauche einen Tag, den ich im Kalender finde, etwa {{ fits }}. Lieber ein Mensch? Schreib "
        "„{{ person }}“.",
    },
    "again_time_2": {
        "en": "I need a time of day, such as {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Ich brauche eine Uhrzeit, etwa {{ fits }}. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_moment_2": {
        "en": "I need both, the day and the time, such as {{ fits }}. Rather a human? Type '{{ person }}'.",
        "de": "Ich brauche beides, Tag und Uhrzeit, etwa {{ fits }}. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_range_2": {
        "en": "It has to be {{ fits }}, I'm afraid. Rather a human? Type '{{ person }}'.",
        "de": "Leider geht nur {{ fits }}. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_range_day_2": {
        "en": "It has to be {{ fits }}, I'm afraid. Rather a human? Type '{{ person }}'.",
        "de": "Leider geht nur {{ fits }}. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_yes_no_2": {
        "en": "Is it a yes or a no? Rather a human? Type '{{ person }}'.",
        "de": "Ist das ein Ja oder ein Nein? Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "again_consent_2": {
        "en": "I only note a clear yes or no here. Not sure? Then a no is fine. Rather a human? Type '{{ person }}'.",
        "de": "Hier notiere ich nur ein klares Ja oder Nein. Unsicher? Dann ist ein Nein in Ordnung. Lieber ein "
        "Mensch? Schreib „{{ person }}“.",
    },
    "again_question_2": {
        "en": "I have no answer to that either. Type '{{ person }}', and one of us answers.",
        "de": "Auch darauf habe ich keine Antwort. Schreib „{{ person }}“, dann antwortet dir jemand von uns.",
    },
    "or_person": {
        "en": "Rather a human? Type '{{ person }}'.",
        "de": "Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "only_text": {
        "en": "That I can't read. Words work best here, or a tap.",
        "de": "Das kann ich nicht lesen. Am besten schreibst du mir oder tippst auf einen Knopf.",
    },
    "only_text_2": {
        "en": "That one I can't read either, sorry. Rather a human? Type '{{ person }}'.",
        "de": "Auch das kann ich leider nicht lesen. Lieber ein Mensch? Schreib „{{ person }}“.",
    },
    "unknown_question": {
        "en": "That I don't know, and I'd rather not guess. Type '{{ person }}', and one of us answers.",
        "de": "Das weiß ich nicht, und raten möchte ich nicht. Schreib „{{ person }}“, dann antwortet dir "
        "jemand von uns.",
    },
    "no_address_needed": {
        "en": "Thank you, but I need no address just now. Here is what I can do.",
        "de": "Danke, gerade brauche ich keine Adresse. Das hier kann ich.",
    },
    "declined": {
        "en": "All right, I'll leave it there. Type '{{ word }}' if you change your mind.",
        "de": "In Ordnung, dann lassen wir das. Schreib „{{ word }}“, falls du es dir anders überlegst.",
    },
    "nothing_fits": {
        "en": "I have nothing that fits just now. Type '{{ word }}' to look again, or '{{ person }}' and one of "
        "us will help.",
        "de": "Gerade habe ich nichts Passendes. Schreib „{{ word }}“, um noch einmal zu schauen, oder „{{ "
        "person }}“, dann hilft dir jemand von uns.",
    },
    "talk_greeting": {
        "en": "{{ hi }}!",
        "de": "{{ hi }}!",
    },
    "talk_thanks": {
        "en": "You're welcome!",
        "de": "Gern geschehen!",
    },
    "talk_bye": {
        "en": "Bye, and see you soon!",
        "de": "Tschüss, bis bald!",
    },
    "talk_bot": {
        "en": "I'm {{ bot }}, the {{ brand }} bot, and not a human. Rather talk to one? Type '{{ person }}'.",
        "de": "Ich bin {{ bot }}, der Bot von {{ brand }}, also kein Mensch. Lieber mit einem sprechen? "
        "Schreib „{{ person }}“.",
    },
    "talk_how_are_you": {
        "en": "Very well, thank you for asking!",
        "de": "Danke der Nachfrage, bestens!",
    },
    "talk_wait": {
        "en": "Take your time.",
        "de": "Lass dir Zeit.",
    },
    "talk_pleased": {
        "en": "Good to hear.",
        "de": "Das freut mich.",
    },
    "talk_sorry": {
        "en": "No harm done.",
        "de": "Macht nichts.",
    },
    "talk_rude": {
        "en": "I'm sorry that I'm not more help. Type '{{ person }}', and one of us takes over.",
        "de": "Tut mir leid, dass ich nicht besser helfe. Schreib „{{ person }}“, dann übernimmt jemand von uns.",
    },
    "what_else": {
        "en": "What can I do for you?",
        "de": "Was kann ich für dich tun?",
    },
    "go_on": {
        "en": "Shall we go on with '{{ topic }}'?",
        "de": "Machen wir mit „{{ topic }}“ weiter?",
    },
    "go_on_unnamed": {
        "en": "Shall we go on where we were?",
        "de": "Machen wir da weiter, wo wir waren?",
    },
    "nothing_open": {
        "en": "There is nothing left open. Here is what I can do.",
        "de": "Es ist nichts mehr offen. Das hier kann ich.",
    },
    "left_there": {
        "en": "All right, I'll leave it there.",
        "de": "In Ordnung, dann lassen wir das.",
    },
    "label_go_on": {
        "en": "Yes, go on",
        "de": "Ja, weiter",
    },
    "label_leave": {
        "en": "No, leave it",
        "de": "Nein, danke",
    },
}
"""Replies by name and language."""
