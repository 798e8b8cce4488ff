"""Codes of findings about flows, sequences, mails and transcripts.  See :mod:`language.finding_codes.catalog`."""

NAMES: dict[str, tuple[str, str]] = {
    "unknown-button": ("A translation names a button that the original does not have.", "buttons: {Our shop: Laden}"),
    "unknown-choice": ("A translation names a choice that the original does not have.", "choices: {No mails yet: …}"),
    "unknown-column": ("A table has no such column.", "where: moood is calm"),
    "unknown-event": ("No such event is declared in doorstep.yaml.", "event: cup.note"),
    "unknown-field": ("No such field is declared in doorstep.yaml.", "save: frist_name"),
    "unknown-filter": ("A mail knows no such filter.", "{{ hi | shout }}"),
    "unknown-flow": ("There is no such flow.", "call: newsleter"),
    "unknown-hook": ("No such hook is declared in doorstep.yaml.", "hook: cmr"),
    "unknown-persona": ("No such persona is declared in doorstep.yaml.", "persona: lenna"),
    "unknown-pool": ("No such pool of codes is declared in doorstep.yaml.", "code: sommer"),
    "unknown-answer": ("There is no such question in this sequence.", "if: answer wy is price"),
    "unknown-label": ("A question or task has no such answer.", "if: answer why is Too cheap"),
    "unknown-task": ("There is no such task in this sequence.", "if: task cal is done"),
    "unknown-sequence": ("There is no such sequence, and no such segment.", "if: in trail"),
    "unknown-step": ("There is no such step.", "go: adress"),
    "unknown-table": ("There is no such table under tables/.", "cards: {from: tees, title: …}"),
    "unknown-tag": ("No such tag is declared, or no such tag exists in MJML.", "tag: raeder"),
    "unknown-team": ("No such mailbox is declared under team in doorstep.yaml.", "notify: {team: sale, say: …}"),
    "reserved-mail": (
        "A mail that only Doorstep itself sends, or the layout, is named by a step.",
        "send: confirmation",
    ),
    "unknown-template": ("There is no such mail under emails/.", "mail: welcom"),
    "unknown-topic": ("No such topic is declared in doorstep.yaml.", "consent: friday_leave"),
    "unknown-variable": ("There is no such variable.", "{{ emial }}"),
}
"""Names that nobody declared."""

FLOWS: dict[str, tuple[str, str]] = {
    "asks-again": (
        "Who declines a consent is asked for the same again at once.",
        "consent: letters whose else leads to consent: letters",
    ),
    "bad-link": (
        "The ref of an m.me link, or the id of a post, is none: letters without accents, digits, - and _.",
        "links: [m.me/AmselTea?ref=spring]",
    ),
    "bad-time": ("A length of time, or the time of a relay, is not understood.", "nudge: {after: 20 minuts, say: …}"),
    "bad-ask": (
        "A question asks for something that cannot be: a range that is none, a pattern that is unsafe.",
        "ask: {for: number, from: 12, to: 3}",
    ),
    "bad-sum": ("A sum cannot be read.", "set: {price: rate * * people}"),
    "claimed-twice": ("Two flows begin with the same word, link, button or comment.", "words: [tea] in two flows"),
    "comma-in-word": ("A list without brackets is one word with a comma in it.", "words: tea, letter"),
    "not-given": (
        "A mail needs a variable that nothing gives it on some way: a column of a row that is looked up.",
        "mail: parcel, which says {{ state }}, with no “find” before",
    ),
    "no-row-chosen": ("Places are taken of a table of which nobody chooses a row.", "take: {from: evenings}"),
    "code-unset": ("A way leads to a text with {{ code }} on which no code was drawn.", "say: Code {{ code }}."),
    "cyclic-call": ("A flow calls itself, directly or by way of others.", "call: newsletter in newsletter"),
    "dead-choice": ("A choice asks the same question again and does nothing else.", "a: {choices: {Again: a}}"),
    "deep-calls": ("More than five flows stand in each other.", "a calls b calls c calls d calls e calls f calls g"),
    "empty-in-sum": ("A field that a sum needs can be empty on some way there.", "say: That is {{ rate * people }}."),
    "empty-text": ("A text is empty, and the platform refuses that.", 'say: ""'),
    "endless-circle": ("Steps go round without anybody's answer.", "a: {go: b}, b: {go: a}"),
    "list-twice": ("Two topics are kept in step with the same list at Mailjet.", "list: 4711 under sync, twice"),
    "flow-twice": ("Two files hold flows of the same name.", "flow: newsletter in two files"),
    "label-is-word": (
        "The label of a choice begins another flow elsewhere; where it is shown, the choice is taken.",
        "a choice Newsletter beside words: [newsletter]",
    ),
    "long-label": (
        "What stands on a button, or in the menu, is longer than the platform shows.",
        "Yes, please send it to me: next",
    ),
    "long-pause": ("Typing shows for 20 seconds at most.", "say: [{pause: 2 minutes}]"),
    "many-choices": ("A step shows more quick replies than the 13 that Messenger takes.", "fourteen choices"),
    "misplaced": ("A key stands in a step to which it does not belong.", "agree: Yes in a step without consent"),
    "never-true": (
        "A condition asks for a value that nothing ever gives: a field, a row of a table, points.",
        "if: field mood is sleepy, and no step sets it",
    ),
    "never-filled": ("A time is counted from a field that nothing ever fills.", "relay: {at: 1 day before tasting_at}"),
    "never-said": (
        "A text can never be said: a nudge after the timeout, again with one try.",
        "nudge: {after: 3 hours} beside timeout: {after: 2 hours}",
    ),
    "lost-subscriber": (
        "Behind a consent, yes and no lead to the same act, and whoever has confirmed it ends before.",
        "consent: letters, then notify whatever the answer was",
    ),
    "never-ends": ("From a step no way leads to the end.", "a question whose every answer leads back to it"),
    "no-address": ("A code is sent and nobody was asked for an address.", "confirm: friday_leaf without ask: email"),
    "topic-unconfirmed": ("A call names a topic, and the called flow proves no address.", "call: survey, topic: leaf"),
    "no-consent": (
        "A path reaches a confirmation, or a mail of a topic, without an accepted consent before it.",
        "confirm: friday_leaf as the first step",
    ),
    "no-fallback": ("A variable can be empty on some way to a text, and has no fallback.", "say: You like {{ mood }}."),
    "no-answer": ("A row of an FAQ has no answer, so it is left out.", "- {id: price, question: What does it cost?}"),
    "no-share": ("A part of a split gets nobody.", "split: {a: 100%, b: 0%}"),
    "no-start": ("Nothing begins a flow, and no flow calls it.", "a flow without start"),
    "no-translation": ("A flow has no file in one of the languages.", "newsletter.de.yaml is missing"),
    "no-way-out": ("A step has no else, so the conversation ends when it does not go as hoped.", "ask: email"),
    "not-a-file": (
        "The address of a picture, film or sound is a web page around it.",
        "video: https://www.youtube.com/watch?v=…",
    ),
    "not-https": ("A picture, film or file is loaded without encryption.", "image: http://…"),
    "not-in-original": ("A translation gives a text that the original does not have.", "nudge: Noch da?"),
    "not-translated": ("A translation lacks a text; people read the original.", "agree: is missing"),
    "nudge-order": ("Nudges stand in another order than they are said.", "nudge after 2 hours, then after 1 hour"),
    "outside-window": (
        "Something would be said more than 24 hours after the person's last message.",
        "nudge: {after: 2 days, say: …}",
    ),
    "past-time": ("A message is due before somebody gets there, so it comes at once.", "at: 1 day before now"),
    "contrary-label": ("A label of a consent says the opposite of what it does.", "agree: No thanks, decline: Yes"),
    "reserved-label": ("A choice has the label of a word that works everywhere.", "Help: somewhere"),
    "reserved-step": ("A step is called end, and end ends a flow.", "steps: {end: {say: Bye}}"),
    "reserved-word": (
        "A flow begins with a word that works everywhere, or that is an answer: yes, no, a digit.",
        "words: [stop]",
    ),
    "same-question": ("Two rows of an FAQ are asked for alike, so neither answers.", "two rows with words: [price]"),
    "same-label": ("Two choices of a step read alike.", "Yes!: a, yes: b"),
    "split-not-100": ("The parts of a split are not 100% together.", "split: {a: 50%, b: 40%}"),
    "stale": ("The original of a text has changed since it was translated.", "originals: {hello: 1a2b3c4d}"),
    "template": (
        "A text with variables cannot be filled: it is not closed, or does more than texts can.",
        "{% for cup in cups %}",
    ),
    "silent-end": (
        "A way out ends the conversation without a word, so a sentence that knows nothing of your flow is said.",
        "ask: number with gives_up: end",
    ),
    "silent-question": (
        "A step asks and nothing is said, so people do not know that they are asked.",
        "ask: number alone in a step",
    ),
    "single-braces": ("A variable stands in single braces and would be read as it stands.", "Hi {first_name}"),
    "too-long": ("A text is longer than the platform takes, as written or in its worst case.", "2,001 characters"),
    "two-questions": ("A step waits for, or decides, two things.", "ask: text and wait: 2 hours"),
    "unclear-condition": ("A condition in words is not understood.", "if: field mood has calm"),
    "missing-case": (
        "A switch has neither a case for a value that can stand in its field, nor an else.",
        "cases: {Hamburg: a} where Berlin can be chosen",
    ),
    "unreachable-case": (
        "A case of a switch is never taken: those above it take it, or nothing keeps its value.",
        "cases: {at least 5: a, 9 to 10: b}",
    ),
    "unproven-mail": (
        "A mail waits for a proven address, and no step proves it.",
        "mail: welcome, else: address, and address goes back to it",
    ),
    "unreachable": ("Nothing leads to a step.", "a step below one that goes elsewhere"),
    "variable-in-label": ("A variable stands on a choice, and people have to type what they read.", "{{ hi }}: next"),
}
"""Flows and their translations."""

SEQUENCES: dict[str, tuple[str, str]] = {
    "beyond-cap": (
        "A mail waits, since more can come before it than limits.mails lets through.",
        "four sends in a row",
    ),
    "kept-topic": (
        "A step lets a topic rest whose silent readers are kept (hygiene: off).",
        "rest: friday_leaf, where friday_leaf has hygiene: {off: …}",
    ),
    "contract-topic": (
        "Somebody is asked for, or taken off, a topic that rests on a contract, or it has a wording.",
        "withdraw: orders, where orders has basis: contract",
    ),
    "duplicate-sequence": (
        "Two files hold sequences of the same name, or a segment has the name of one.",
        "sequence: tasting_book in two files",
    ),
    "hours-never-meet": (
        "Hours of a sequence, the time of a mail and the quiet hours leave no moment.",
        "hours: daily 21:00 to 23:00",
    ),
    "answered-in-chat": (
        "A sequence asks for an answer of whatever chat is open then, and not for one of its own questions.",
        "if: answered hello in a sequence",
    ),
    "uncounted-clicks": (
        "A sequence asks for clicks that nobody counts.",
        "wait: {for: mail.clicked, at_most: 3 days} where no topic has measures: [clicks]",
    ),
    "loop-without-wait": ("Steps go round without a wait, so mail would follow mail.", "welcome: {go: welcome}"),
    "missing-else": ("A condition has no else, so it would decide nothing.", "if: tag is reader"),
    "needless-else": ("An else stands where it is never taken.", "send: welcome with else: end"),
    "needless-migrate": ("A step that is still there needs no new place.", "migrate: {welcome: first_cup}"),
    "never-again": (
        "A sequence begins when a condition comes to hold that never turns false again.",
        "start: when cup.noted",
    ),
    "never-comes": (
        "A step waits for a condition that holds on arrival or never, or a goal or exit is one.",
        "wait: {when: never box.ordered, at_most: 3 days}",
    ),
    "date-over": (
        "A wait for a date is over whenever somebody comes to it.",
        "wait: 1 day before trial_ends, in a sequence that begins after trial_ends",
    ),
    "date-may-be-over": (
        "A wait for a time before a date has no else, and the date can be over by then.",
        "wait: 1 day before trial_ends behind wait: 30 days, without else",
    ),
    "no-date": ("A time is counted from a field that holds no date.", "wait: 1 day before first_name"),
    "no-action": ("A step does nothing.", "welcome: {go: end}"),
    "bad-answer": (
        "An answer of a question is empty or too long, or there are too few or too many.",
        "choices: {7 to 3: end}",
    ),
    "missing-time": ("A question does not say how long its answer is waited for.", "choices without at_most"),
    "missing-choices": ("A mail asks nothing, though its step waits for an answer.", "no {{ choices }} in the mail"),
    "same-answer": ("Two answers of a question are the same.", "choices: {Yes: end, yes: talk}"),
    "scale-gap": ("A scale leaves out a number.", "choices: {0 to 6: talk, 8 to 10: thanks}"),
    "same-start": ("Two sequences begin with the same confirmation, so people get both welcomes.", "one topic twice"),
    "sent-once": ("A mail stands in a loop, and goes out once in a pass only.", "go: welcome after a wait"),
    "no-goal": ("A winner is found by the goal, and the sequence has none.", "winner: goal without goal"),
    "unknown-part": (
        "A part is named that a split does not have.",
        "send: {a: 50%, b: 50%}, winner: {else: c}",
    ),
    "too-soon": (
        "A winner is chosen before anybody's time for the goal is over.",
        "winner: {after: 1 day, else: a} with a goal within 30 days",
    ),
    "several-starts": (
        "A sequence begins with several events, or with the confirmation and an event.",
        "start: [confirmed, box.ordered]",
    ),
    "step-named-end": ("A step is called end, and end ends a sequence.", "end: {send: welcome}"),
    "clearer-words": (
        "An absence is written in words that promise more than can be known.",
        "not app.opened in 30 days",
    ),
    "segment-circle": ("A segment asks for itself, directly or by way of others.", "segments: {keen: not in keen}"),
    "too-many-times": ("What is asked cannot be known from what is kept of a person.", "50 times in 60 days"),
    "unkept-property": (
        "A property is asked for that its event does not keep.",
        "order.placed.total is at least 100 without keep: [total]",
    ),
    "two-actions": ("A step does two things.", "send and wait in one step"),
    "unclear-time": ("A time is not understood.", "wait: 3 dayz"),
}
"""Sequences, and conditions in them."""

MAILS: dict[str, tuple[str, str]] = {
    "button-without-target": ("A button of a mail leads nowhere.", "<mj-button>Go</mj-button>"),
    "clipped-mail": ("A mail is so long that Gmail cuts it off, footer and all.", "110 kB of HTML"),
    "forbidden-variable": ("A variable cannot be used here: strangers may have set it.", "{{ hi }} there"),
    "incomplete-confirmation": ("The confirmation lacks its code, its link or “this was not me”.", "no {{ code }}"),
    "incomplete-footer": ("The layout lacks something that every mail has to show.", "no {{ unsubscribe_url }}"),
    "link-without-scheme": ("A link lacks https://, so no mail program can follow it.", 'href="amseltea.example"'),
    "low-contrast": ("A text of a mail is hard to read in light or in dark.", "a grey of your own in the dark"),
    "long-subject": ("A subject is longer than programs show.", "eighty characters"),
    "misplaced-tag": ("An MJML tag stands where it cannot.", "<mj-text> in <mj-section>"),
    "missing-layout": ("The layout that mails stand in is missing.", "no emails/_layout.mjml"),
    "missing-original": ("A translated mail has no original.", "welcome.de.mjml alone"),
    "missing-translation": ("A mail is not translated into one of the languages.", "no welcome.de.mjml"),
    "mjml": ("The MJML compiler refuses a mail.", "a value that no attribute takes"),
    "no-page-name": ("A mail links into the chat, and doorstep.yaml has no page_username.", "{{ chat('feedback') }}"),
    "no-content-place": ("A layout has no place for the mail, or two.", "no <content />"),
    "no-preheader": ("A mail has no preview line.", "no <mj-preview>"),
    "not-service": ("A mail of a service sequence does not say that it is one.", "no {# kind: service #}"),
    "service-links": ("A service mail leads to more than its matter.", "two links beside account, order and help"),
    "no-subject": ("A mail has no subject.", "no <mj-title>"),
    "picture-without-alt": ("A picture says nothing to who does not see it.", "<mj-image src=…> without alt"),
    "primary-buttons": ("A mail has no button that stands out, or several.", "two <mj-button>"),
    "remote-picture": ("A picture is loaded when a mail is opened, and tells who opened it.", "<mj-image src=…>"),
    "stray-closing-tag": ("A tag is closed that was not opened.", "</mj-text> alone"),
    "stray-text": ("A text stands outside of a tag that shows it.", "Hello in <mj-section>"),
    "template-syntax": ("A template cannot be read.", "{{ hi"),
    "template-too-clever": ("A mail template does more than templates can.", "{% for cup in cups %}"),
    "unclosed-tag": ("A tag is never closed.", "<mj-text>Hello"),
    "unknown-attribute": ("An MJML tag has no such attribute.", '<mj-text colour="red">'),
}
"""Mails and their layout."""

TRANSCRIPTS: dict[str, tuple[str, str]] = {
    "not-a-mail": ("A line of a timeline does not say when a mail goes, and which.", "mails: [welcome]"),
    "not-a-time": ("A time of a transcript is not understood.", "wait: 20 minuts"),
    "not-a-value": ("A value in a timeline does not fit its field.", "fields: {born: soon}"),
    "unclear-step": ("Several flows have a step of this name.", "at: hello"),
}
"""Transcripts."""
