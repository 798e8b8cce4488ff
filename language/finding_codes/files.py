"""Codes of findings about files: their syntax, their form, doorstep.yaml and tables.  See ``catalog``."""

SYNTAX: dict[str, tuple[str, str]] = {
    "backslash": ("In double quotes a backslash begins an escape, and this is none.", 'say: "C:\\docs"'),
    "colon-in-text": ("A colon and a space end a name; a text that holds them needs quotes.", "say: Mind: it is hot"),
    "control-character": ("The file holds a character that no text can have.", "a byte of 0 in the middle of a word"),
    "curly-quotes": ("Curly quotes stand in a list in brackets, and belong to its texts.", "words: [“tea”, “letter”]"),
    "cut-text": ("A space and # begin a comment, so the text before it was cut off.", "say: We are #1 in tea"),
    "dash-in-text": ("A dash and a space begin a list item where none can stand.", "say: - - one"),
    "duplicate-key": ("The same name stands twice on one level, and only one could count.", "go: end, go: bye"),
    "invisible-sign": ("An invisible sign stands in a word, or behind a colon.", "go: end and a zero-width space"),
    "key-not-text": (
        "A map or list stands where a name is expected; a text that begins with { or [ needs quotes.",
        "say: {{ hi }}!",
    ),
    "more-mistakes": (
        "A file with more than 200 mistakes tells the first of them, and how many there are.",
        "a file of another program",
    ),
    "no-break-space": ("A no-break space stands where plain spaces indent a line.", "say: copied from a web page"),
    "no-colon": ("A line is neither a name with a colon nor a list item.", "steps\n  hello:"),
    "no-space": ("A colon needs a space behind it to end a name.", "else:bye"),
    "open-brace": ("A brace is never closed, or a comma is missing in it.", "nudge: {after: 20 minutes, say: Hello"),
    "open-bracket": ("A bracket is never closed, or a comma is missing in it.", "words: [tea, letter"),
    "open-quote": ("A quotation mark is opened and never closed.", 'say: "Hello'),
    "quote": ("A text in quotes ends before its line does.", 'say: "Hi" she said'),
    "reference": ("Anchors, aliases and tags are refused, so that nothing can unfold into something huge.", "a: &x 1"),
    "second-document": ("--- begins a second document, and a file holds one.", "---"),
    "special-start": ("A text cannot begin with this character unless it is in quotes.", "say: @home"),
    "syntax": ("A line does not fit what stands above it; mostly its indentation.", "a:\n  b: 1\n c: 2"),
    "tab": ("A tab stands at the beginning of a line; YAML is indented with spaces.", "⇥say: Hello"),
    "too-deep": ("Maps and lists are nested more than 32 levels deep.", "[[[[[[[[…"),
    "too-large": ("A file has more than a million characters.", "a table of all customers"),
}
"""What is wrong before a file can be read."""

FORM: dict[str, tuple[str, str]] = {
    "bad-name": ("A name holds other characters than names can.", "Friday-Leaf: …"),
    "invalid": (
        "A value, or what stands together, is not possible here; the message says why.",
        "Maybe: {words: [perhaps]}",
    ),
    "missing": ("Something that has to stand here does not.", "flow: missing at the top of a flow"),
    "out-of-range": ("A number is smaller or larger than it may be.", "tries: 99"),
    "too-few": ("Fewer items stand here than have to.", "steps: {}"),
    "too-many": ("More items stand here than may.", "four buttons in a step"),
    "too-short": ("A text is shorter than it has to be.", 'name: ""'),
    "unknown-key": ("A name is not known in this place.", "aks: email"),
    "unknown-word": ("Only certain words can stand here, and this is none of them.", "ask: mail"),
    "wrong-kind": (
        "A value is not of the kind that is expected: text, number, map, or the type of its field.",
        "set: {cups_a_day: many}",
    ),
}
"""What is wrong in the form of a file that could be read."""

WORKSPACE: dict[str, tuple[str, str]] = {
    "bad-hours": ("Opening hours, or a day of holidays, cannot be read.", "open: {tue-sat: 11 o'clock}"),
    "menu-target": ("A line of the menu begins a flow or opens a page, one of the two.", "menu: [{label: {en: Help}}]"),
    "missing-file": ("A file that every workspace needs is not there.", "no doorstep.yaml"),
    "missing-language": ("A text that every language needs is missing in one of them.", "name: {en: The Friday Leaf}"),
    "private-hook": ("A hook leads into a private network.", "hooks: {crm: {url: https://10.0.0.7/doorstep}}"),
    "hook-not-https": ("A hook would be told things without encryption.", "hooks: {crm: {url: http://crm.example}}"),
    "misspelt": ("A word is in no dictionary of its language.", "say: See you tomorow"),
    "no-dictionary": ("spelling is on, and this machine has no dictionary of a language.", "spelling: on"),
    "needless-cap": (
        "A cap of mails is never reached.",
        "mails: [5 in 1 day, 3 in 7 days]",
    ),
    "not-a-link": ("A web address is none.", "website: amseltea.example"),
    "measure-contract": (
        "Something is to be counted under a topic to which nobody agrees.",
        "basis: contract, and measures: [clicks]",
    ),
    "measure-denied": (
        "A wording says that something is not counted, and it is.",
        "we count neither opens nor clicks, and measures: [clicks]",
    ),
    "measure-opens": (
        "Openings are to be counted by a consent that is also one to something else.",
        "measures: [clicks, opens]",
    ),
    "measure-unannounced": (
        "Something is to be counted of which the consent wording says nothing.",
        "measures: [clicks]",
    ),
    "not-an-address": ("An email address is none.", "contact: privacy.amseltea.example"),
    "not-utf8": ("A file is not saved as UTF-8.", "a file from an old editor"),
    "page-id": ("Something stands under pages that is no Page id.", "pages: {AmselTea: {language: de}}"),
    "still-amsel": ("A text of another brand still speaks of the demo's.", "Welcome to Amsel Tea"),
    "unclear-share": ("A share of people who are held out cannot be read.", "holdout: one in ten"),
    "unclear-cap": ("A cap of mails cannot be read.", "limits: {mails: [three a week]}"),
    "unknown-language": ("A language is not among those of doorstep.yaml.", "language: fr"),
    "unknown-timezone": ("A time zone is none of the IANA names.", "timezone: Berlin"),
    "ended-range": ("The last day that an answer may name is over.", "ask: {for: moment, to: 2020-12-31}"),
    "unused": ("A tag, pool, mailbox or persona is declared, and nothing uses it.", "tags: [raeder]"),
    "unnamed-mails": (
        "A consent wording does not say that mail will come, or names fewer mails than can come.",
        "up to two mails, and the sequence sends three",
    ),
    "unreadable": ("The file cannot be opened, or is too large.", "a file without the right to read it"),
}
"""doorstep.yaml, and the workspace as a whole."""

TABLES: dict[str, tuple[str, str]] = {
    "cell": ("A cell holds something other than a text, a number, true or false.", "price: {eur: 9}"),
    "column-name": ("The name of a column holds characters that names cannot.", "Price in €: 9"),
    "csv": ("A line of a CSV file cannot be read.", 'assam,"Assam'),
    "mixed-column": (
        "A column holds numbers in some rows and texts in others, so they cannot be compared.",
        "price: 9 … price: about 12",
    ),
    "no-row": ("A row is not a map of columns.", "- assam"),
    "no-rows": ("A table is not a list of rows.", "assam: {name: Assam}"),
    "not-a-text": ("A translation gives something other than a text.", "assam: {price: 9}"),
    "row-id": ("A row has no id, or one that cannot be one.", "- {name: Assam}"),
    "same-id": ("Two rows have the same id.", "- {id: assam} … - {id: assam}"),
    "table-name": ("The file of a table is not named as names are.", "tables/Our teas.yaml"),
    "table-translation": ("The translation of a table is not a map of rows.", "- {id: assam, name: Assam}"),
    "table-twice": ("Two files are the same table.", "tables/teas.yaml and tables/teas.csv"),
    "too-many-cells": ("A line of a CSV file has more cells than there are columns.", "assam,Assam,9,more"),
    "too-many-columns": ("A table has more columns than are read.", "fifty-one columns"),
    "too-many-rows": ("A table has more rows than are read.", "six thousand rows"),
    "unknown-row": ("A translation names a row that the table does not have.", "asam: {name: Assam}"),
}
"""Tables under ``tables/``."""
