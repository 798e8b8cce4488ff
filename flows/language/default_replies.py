"""Default replies of the bot, by name and language.

A workspace overrides any of them under ``replies`` in ``doorstep.yaml``.  Besides the variables of flows they may
use ``{{ word }}`` (a word that begins a flow), ``{{ topic }}`` (the topic of a consent), ``{{ fits }}`` (in
``again_…``: an answer that would fit), and the words that work everywhere: ``{{ stop }}``, ``{{ back }}``,
``{{ person }}``, ``{{ start_over }}``, ``{{ new_code }}``.
"""

from domain.workspace_config import WorkspaceConfig
from flows.language.address_replies import ADDRESS_REPLIES
from flows.language.talk_replies import TALK_REPLIES

REPLIES: dict[str, dict[str, str]] = {
    "default": {
        "en": "I'm {{ bot }}, a bot, and I didn't get that. Here is what I can do. Rather a human? "
        "Type '{{ person }}'.",
        "de": "Ich bin {{ bot }}, ein Bot, und das habe ich nicht verstanden. Das hier kann ich. Lieber ein "
        "Mensch? Schreib „{{ person }}“.",
    },
    "help": {
        "en": "I'm {{ bot }}, the {{ brand }} bot. Type '{{ back }}' for the question before, '{{ start_over }}' to "
        "begin again, '{{ person }}' for a human, or '{{ stop }}' to end everything, mails included.",
        "de": "Ich bin {{ bot }}, der Bot von {{ brand }}. Schreib „{{ back }}“ für die vorige Frage, "
        "„{{ start_over }}“ für einen neuen Anfang, „{{ person }}“ für einen Menschen oder „{{ stop }}“, wenn alles "
        "enden soll, auch die Mails.",
    },
    "stopped": {
        "en": "Done. You get no more mails from {{ brand }}, and I am quiet now. Changed your mind? Type "
        "'{{ word }}' any time.",
        "de": "Erledigt. Du bekommst keine Mails mehr von {{ brand }}, und ich bin jetzt still. Anders überlegt? "
        "Schreib jederzeit „{{ word }}“.",
    },
    "ask_stop": {
        "en": "Shall I stop all mails? One tap, and they end at once.",
        "de": "Soll ich alle Mails abbestellen? Ein Tipp, und es kommt keine mehr.",
    },
    "mails_kept": {
        "en": "Good, everything stays as it is.",
        "de": "Gut, alles bleibt, wie es ist.",
    },
    "person": {
        "en": "I'm handing you over: one of us will read this and answer you here. I keep quiet until then. To talk "
        "to me again, type '{{ start_over }}'.",
        "de": "Ich hole jemanden von uns dazu, der das liest und dir hier antwortet. Bis dahin bin ich still. "
        "Wenn du wieder mit mir sprechen möchtest, schreib „{{ start_over }}“.",
    },
    "asks_person": {
        "en": "Somebody in the chat asks for a human.",
        "de": "Jemand im Chat möchte mit einem Menschen sprechen.",
    },
    "resumed": {
        "en": "{{ bot }}, the bot, is back with you.",
        "de": "Hier ist wieder {{ bot }}, der Bot.",
    },
    "here_again": {
        "en": "{{ bot }}, the {{ brand }} bot, here again.",
        "de": "Hier ist wieder {{ bot }}, der Bot von {{ brand }}.",
    },
    "nothing_back": {
        "en": "This is where we began, so there is no question before this one.",
        "de": "Hier haben wir angefangen, davor gibt es keine Frage.",
    },
    "again_text": {
        "en": "Could you write that in a few words?",
        "de": "Magst du das in ein paar Worten schreiben?",
    },
    "again_choice": {
        "en": "I did not get that. Tap one of the buttons, or type what is on it.",
        "de": "Das habe ich nicht verstanden. Tipp auf einen der Knöpfe oder schreib, was darauf steht.",
    },
    "which_choice": {
        "en": "Which one: {{ fits }}?",
        "de": "Welches davon: {{ fits }}?",
    },
    "again_phone": {
        "en": "I need a phone number with its area code, such as {{ fits }}.",
        "de": "Hier brauche ich eine Telefonnummer mit Vorwahl, etwa {{ fits }}.",
    },
    "again_number": {
        "en": "I need one number here, say {{ fits }}.",
        "de": "Hier brauche ich eine Zahl, etwa {{ fits }}.",
    },
    "again_rating": {
        "en": "Give me a number, {{ fits }}. The higher, the better.",
        "de": "Gib mir eine Zahl, {{ fits }}. Je höher, desto besser.",
    },
    "again_whole": {
        "en": "A whole number, please, say {{ fits }}.",
        "de": "Bitte eine ganze Zahl, etwa {{ fits }}.",
    },
    "again_date": {
        "en": "Which day? Something like {{ fits }}.",
        "de": "Welcher Tag? Etwa {{ fits }}.",
    },
    "again_time": {
        "en": "At what time? Something like {{ fits }}.",
        "de": "Um wie viel Uhr? Etwa {{ fits }}.",
    },
    "again_moment": {
        "en": "On which day, and at what time? Something like {{ fits }}.",
        "de": "An welchem Tag und um wie viel Uhr? Etwa {{ fits }}.",
    },
    "again_which_day": {
        "en": "And on which day? Something like {{ fits }}.",
        "de": "Und an welchem Tag? Etwa {{ fits }}.",
    },
    "again_which_time": {
        "en": "And at what time? Something like {{ fits }}.",
        "de": "Und um wie viel Uhr? Etwa {{ fits }}.",
    },
    "again_which": {
        "en": "I want to be sure: {{ fits }}?",
        "de": "Ich frage lieber nach: {{ fits }}?",
    },
    "again_range": {
        "en": "I can take {{ fits }}. At what time?",
        "de": "Möglich ist {{ fits }}. Um wie viel Uhr?",
    },
    "again_range_day": {
        "en": "I can take {{ fits }}. Which day?",
        "de": "Möglich ist {{ fits }}. Welcher Tag?",
    },
    "again_soon": {
        "en": "That is too soon for us. Does {{ fits }} suit you?",
        "de": "Das ist uns leider zu bald. Passt dir {{ fits }}?",
    },
    "again_hours": {
        "en": "{{ fits }}",
        "de": "{{ fits }}",
    },
    "fits_other_hours": {
        "en": "On {{ first }} we are open {{ hours }}. Would {{ second }} suit you?",
        "de": "Am {{ first }} haben wir von {{ hours }} geöffnet. Passt dir {{ second }}?",
    },
    "fits_open_week": {
        "en": "We are open {{ hours }}. Which day and time suit you?",
        "de": "Wir haben geöffnet: {{ hours }}. Welcher Tag passt dir und um welche Zeit?",
    },
    "fits_other_day": {
        "en": "On {{ first }} we are closed. Would {{ second }} suit you?",
        "de": "Am {{ first }} haben wir geschlossen. Passt dir {{ second }}?",
    },
    "again_over": {
        "en": "That is over already. Something like {{ fits }}?",
        "de": "Das ist schon vorbei. Vielleicht {{ fits }}?",
    },
    "again_yes_no": {
        "en": "Yes or no? A tap is enough.",
        "de": "Ja oder nein? Ein Tipp genügt.",
    },
    "again_pattern": {
        "en": "That does not look right yet. Could you check it and send it again?",
        "de": "Das sieht noch nicht richtig aus. Prüfst du es und schickst es noch einmal?",
    },
    "again_many": {
        "en": "I did not get that. Tap what fits, or type it; several at once work, too.",
        "de": "Das habe ich nicht verstanden. Tipp an, was passt, oder schreib es; auch mehreres auf einmal.",
    },
    "again_several": {
        "en": "Just write it in your own words, in one message or several.",
        "de": "Schreib es einfach in deinen Worten, in einer Nachricht oder in mehreren.",
    },
    "heard": {"en": "I have noted: {{ heard }}.", "de": "Notiert: {{ heard }}."},
    "many_more": {"en": "{{ taken }}: noted. Anything else?", "de": "{{ taken }}: notiert. Sonst noch etwas?"},
    "many_less": {"en": "{{ taken }}: taken out. Anything else?", "de": "{{ taken }}: gestrichen. Sonst noch etwas?"},
    "many_least": {
        "en": "Please choose at least {{ count }}.",
        "de": "Wähl bitte mindestens {{ count }} aus.",
    },
    "many_most": {
        "en": "You can choose {{ count }} at most. Which ones?",
        "de": "Höchstens {{ count }} sind möglich. Welche?",
    },
    "again_file": {
        "en": "Please send it here as a picture or a file.",
        "de": "Schick es bitte hier als Bild oder Datei.",
    },
    "again_question": {
        "en": "I have no answer to that. Could you ask it in other words?",
        "de": "Darauf habe ich keine Antwort. Fragst du es mit anderen Worten?",
    },
    "fits_between": {"en": "{{ first }} to {{ second }}", "de": "{{ first }} bis {{ second }}"},
    "fits_least": {"en": "{{ first }} or more", "de": "{{ first }} oder mehr"},
    "fits_most": {"en": "{{ first }} or less", "de": "{{ first }} oder weniger"},
    "fits_from": {"en": "{{ first }} or later", "de": "{{ first }} oder später"},
    "fits_until": {"en": "{{ first }} or earlier", "de": "{{ first }} oder früher"},
    "fits_either": {"en": "{{ first }} or {{ second }}", "de": "{{ first }} oder {{ second }}"},
    "corrected": {
        "en": "I have corrected that.",
        "de": "Das habe ich berichtigt.",
    },
    "still_holds": {
        "en": "I cannot read your correction, so what you wrote first still holds.",
        "de": "Deine Korrektur verstehe ich nicht, darum gilt noch, was du zuerst geschrieben hast.",
    },
    "taken_back": {
        "en": "You took that answer back, so I have deleted it.",
        "de": "Du hast die Antwort zurückgenommen, darum habe ich sie gelöscht.",
    },
    "again_consent": {
        "en": "I have to be sure here. Please tap one of the two buttons, or type 'yes' or 'no'.",
        "de": "Hier muss ich sicher sein. Bitte tipp auf einen der beiden Knöpfe oder schreib „ja“ oder „nein“.",
    },
    "new_code": {
        "en": "I send a new code at most every {{ minutes }} minutes, and a few a day. If the last is older, look in "
        "{{ email }} now.",
        "de": "Einen neuen Code schicke ich höchstens alle {{ minutes }} Minuten und ein paar Mal am Tag. Ist der "
        "letzte älter, schau jetzt in {{ email }}.",
    },
    "code_is_there": {
        "en": "I send a new code at most every {{ minutes }} minutes. If one is in {{ email }}, it still works: type "
        "it here, or press the button in the mail. Nothing there? Send me another address.",
        "de": "Einen neuen Code schicke ich höchstens alle {{ minutes }} Minuten. Ist einer in {{ email }}, gilt er "
        "noch: Schreib ihn hier, oder drück den Knopf in der Mail. Nichts da? Schick mir eine andere Adresse.",
    },
    "no_code": {
        "en": "I can't send a code to {{ email }}. Send me another address, or type '{{ person }}' and one of us will "
        "help.",
        "de": "An {{ email }} kann ich keinen Code schicken. Schick mir eine andere Adresse, oder schreib "
        "„{{ person }}“, dann hilft dir jemand von uns.",
    },
    "nothing_to_confirm": {
        "en": "There is nothing waiting for a code just now. To begin again, type '{{ word }}'.",
        "de": "Gerade brauche ich keinen Code. Für einen neuen Anfang schreib „{{ word }}“.",
    },
    "confirmed": {
        "en": "That code fits. Your address is confirmed, thank you!",
        "de": "Der Code passt. Deine Adresse ist bestätigt, danke!",
    },
    "already_in": {
        "en": "You have agreed to {{ topic }} and confirmed it, so there is nothing left to do. To end it, type "
        "'{{ stop }}'.",
        "de": "{{ topic }} hast du schon bestellt und bestätigt, es ist nichts mehr zu tun. Zum Beenden schreib "
        "„{{ stop }}“.",
    },
    "gave_up": {
        "en": "We don't seem to get there today. Type '{{ start_over }}' to try again, or '{{ person }}' and one of "
        "us will help.",
        "de": "Heute klappt es nicht so recht. Schreib „{{ start_over }}“ für einen neuen Versuch oder "
        "„{{ person }}“, dann hilft dir jemand von uns.",
    },
    "changed": {
        "en": "This conversation was rewritten while you were away, so let's begin again.",
        "de": "Dieses Gespräch wurde inzwischen umgeschrieben, darum fangen wir noch einmal an.",
    },
    "old_button": {
        "en": "That button belongs to an earlier chat, so let's begin again.",
        "de": "Der Knopf gehört zu einem früheren Gespräch, darum fangen wir noch einmal an.",
    },
    "your_inbox": {"en": "your inbox", "de": "dein Postfach"},
    "one_moment": {
        "en": "One moment, I'm on it.",
        "de": "Einen Moment, bin schon dabei.",
    },
    "data_intro": {"en": "This is what I keep about you:", "de": "Das habe ich über dich gespeichert:"},
    "data_none": {
        "en": "I keep nothing about you but this chat.",
        "de": "Außer diesem Chat habe ich nichts über dich gespeichert.",
    },
    "data_name": {"en": "First name", "de": "Vorname"},
    "data_address": {"en": "Address", "de": "Adresse"},
    "data_address_unproven": {"en": "not confirmed", "de": "nicht bestätigt"},
    "data_address_pending": {"en": "waiting for its code", "de": "wartet auf den Code"},
    "data_address_proven": {"en": "confirmed", "de": "bestätigt"},
    "data_address_bounced": {"en": "does not take mail", "de": "nimmt keine Post an"},
    "data_address_disowned": {"en": "not yours, its owner says", "de": "gehört laut Inhaber nicht dir"},
    "data_address_moved": {"en": "confirmed by somebody else", "de": "von jemand anderem bestätigt"},
    "data_consent": {"en": "Consent", "de": "Einwilligung"},
    "data_consent_declined": {"en": "declined", "de": "abgelehnt"},
    "data_consent_agreed": {"en": "agreed, not confirmed", "de": "erteilt, nicht bestätigt"},
    "data_consent_confirmed": {"en": "confirmed", "de": "bestätigt"},
    "data_consent_withdrawn": {"en": "withdrawn", "de": "widerrufen"},
    "data_tags": {"en": "Notes", "de": "Vermerke"},
    "data_yes": {"en": "yes", "de": "ja"},
    "data_no": {"en": "no", "de": "nein"},
    "label_yes": {"en": "Yes", "de": "Ja"},
    "label_no": {"en": "No", "de": "Nein"},
    "label_done": {"en": "That's all", "de": "Das ist alles"},
    "label_new_code": {"en": "New code", "de": "Neuer Code"},
    "label_stop": {"en": "Stop all mails", "de": "Alle abbestellen"},
    "label_keep": {"en": "No, keep them", "de": "Nein, behalten"},
    "label_person": {"en": "A human, please", "de": "Lieber ein Mensch"},
    **ADDRESS_REPLIES,
    **TALK_REPLIES,
}
"""Replies by name and language; every reply has an English text."""
SECOND = "_2"
"""Ends the name of a reply that is said in place of another at the second time."""


def reply_text(name: str, config: WorkspaceConfig, language: str) -> str:
    """Return a reply in this language: the workspace's own text, else the default."""
    first = name.removesuffix(SECOND)
    # A workspace that words only the first way of saying it is not contradicted by our second one.
    if first != name and first in config.replies and name not in config.replies:
        name = first
    ours, own = REPLIES[name], config.replies.get(name, {})
    return own.get(language) or ours.get(language) or config.pick_text(own, language) or ours["en"]
