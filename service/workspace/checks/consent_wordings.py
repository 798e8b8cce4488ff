"""Checks that a consent wording names the mails that follow from it.

The rule, so that it can be checked by hand: a wording says that mail will come.  If it also says how many mails a
person gets (“up to three mails”), that number covers the longest way through the topic's sequences plus the mails that
flows send under the topic.  Mails that are sent by other means, such as a weekly newsletter, cannot be counted.
"""

import re
from collections.abc import Iterator, Mapping

from domain.consent.confirmation_requests import CONFIRMATION
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog
from language.findings import Finding
from language.yaml_source import YamlSource
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog, SequenceStep
from onboarding.language.ways import next_steps

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "en": {"one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
           "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
    "de": {"eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
           "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12},
}  # fmt: skip
"""Number words by language; digits are read in every language."""
_COUNT = re.compile(
    r"(?:(\w+)\s+)?(\w+)\s+(?:e-?)?mail(?:s\b|\b(?!\s+(?:an?|per|each|every|pro|im|in|am|je|jede[mnrs]?)\b))",
    re.IGNORECASE,
)
"""The two words before “mails”, one of which may be the number: “two short mails”.  “One mail a week” is no number."""
_MAIL = re.compile(r"mail", re.IGNORECASE)
_CONFIRMATION_FILE = re.compile(rf"emails/{CONFIRMATION}(?:\.(?P<language>[\w-]+))?\.mjml")
_OF_TOPIC = re.compile(r"""\{%\s*(?:el)?if\s+topic\s*==\s*["'](?P<topic>\w+)["']\s*%\}(?P<text>[^{]*)""")


def check_wordings(
    source: YamlSource, config: WorkspaceConfig, sequences: SequenceCatalog, flows: FlowCatalog
) -> Iterator[Finding]:
    """Yield a warning for each wording that does not name its topic's mails."""
    for topic, declared in config.topics.items():
        if declared.basis == "contract":
            if declared.wording:
                message = f"Nobody is asked for “{topic}”: it rests on a contract, so its wording is never shown."
                place = ("topics", topic, "wording")
                yield source.finding_at(place, "contract-topic", message, "Take it out.", severity="warning", key=True)
            continue
        count = count_most_mails(topic, sequences, flows)
        # A topic under which this workspace sends nothing has nothing to name.
        for language, wording in declared.wording.items() if count else ():
            path = ("topics", topic, "wording", language)
            named = count_named_mails(wording, language)
            # The word “mail” is demanded in English and German only; other languages are checked for digits alone.
            if language in NUMBERS and not _MAIL.search(wording):
                message = f"The wording of “{topic}” does not say that mail will come, and up to {count} will."
                hint = "Say so, such as “you let us email you …”."
                yield source.finding_at(path, "unnamed-mails", message, hint, severity="warning")
            elif named is not None and named < count:
                message = f"The wording of “{topic}” speaks of {_say_mails(named)}, and up to {count} can come."
                hint = "Say how many at most, or let the sequences and relays send fewer."
                yield source.finding_at(path, "unnamed-mails", message, hint, severity="warning")


def check_confirmations(
    files: Mapping[str, str], config: WorkspaceConfig, sequences: SequenceCatalog, flows: FlowCatalog
) -> Iterator[Finding]:
    """Yield a warning for each promise of the confirmation mail that the plan does not keep."""
    for file, text in sorted(files.items()):
        if not (written := _CONFIRMATION_FILE.fullmatch(file)):
            continue
        # A confirmation says what follows for each topic in a branch of its own.
        for part in _OF_TOPIC.finditer(text):
            topic, named = (
                part["topic"],
                count_named_mails(part["text"], written["language"] or config.default_language),
            )
            count = count_most_mails(topic, sequences, flows)
            if named is not None and named < count:
                at = part.start("text")
                yield Finding(
                    file=file, line=text.count("\n", 0, at) + 1, column=at - text.rfind("\n", 0, at),
                    code="unnamed-mails", severity="warning",
                    message=f"This speaks of {_say_mails(named)} of “{topic}”, and up to {count} can come.",
                    hint="Say how many at most, or let the sequences and relays send fewer.",
                )  # fmt: skip


def _say_mails(number: int) -> str:
    return f"{number} mail{'s' if number > 1 else ''}"


def count_named_mails(wording: str, language: str) -> int | None:
    """Return how many mails a wording speaks of; None if it gives no number."""
    number_words = NUMBERS.get(language, {})
    # “up to three short mails, and 2 mails a year” → [("three", "short"), ("and", "2")] → [3, 2] → 3: the highest
    # number counts, since a wording may name several kinds of mail.
    counts = [
        int(word) if word.isdecimal() else number_words.get(word.casefold())
        for word in (word for match in _COUNT.finditer(wording) for word in match.groups() if word)
    ]
    numbers = [count for count in counts if count is not None]
    return max(numbers) if numbers else None


def count_most_mails(topic: str, sequences: SequenceCatalog, flows: FlowCatalog) -> int:
    """Return the most mails that one person can get under a topic."""
    # Each such step counts once, although a flow can be walked again.
    flow_mails = sum(
        step.mail is not None and step.mail.topic == topic
        for flow in flows.flows.values() for step in flow.steps.values()
    )  # fmt: skip
    return flow_mails + sum(count_longest_way(sequence, topic) for sequence in sequences.sequences.values())


def count_longest_way(sequence: MailSequence, topic: str) -> int:
    """Return the mails under a topic on the longest way through a sequence; each step of it sends once at most."""
    # Depth first, with a stack of our own, as a sequence of a thousand steps would exceed Python's recursion limit.
    # Every step is on the stack twice: first to be opened, and again below its targets, to be counted after them.
    # Example: a (sends) → b (waits) → c (sends) or end.  Counted c 1, b 1, a 2.
    most_mails: dict[str, int] = {}
    stack: list[tuple[str, bool]] = [(sequence.first, False)]
    open_steps: set[str] = set()
    while stack:
        name, targets_counted = stack.pop()
        step = sequence.steps.get(name)
        # An open step that is met again closes a circle.  A step sends once a run, so the way back adds no mail.
        if step is None or (name in most_mails and not targets_counted) or (name in open_steps and not targets_counted):
            continue
        if targets_counted:
            onward = max((most_mails.get(target, 0) for target in next_steps(step)), default=0)
            most_mails[name] = onward + _rests_on(sequence, step, topic)
        else:
            open_steps.add(name)
            stack += [(name, True), *((target, False) for target in next_steps(step))]
    return most_mails.get(sequence.first, 0)


def _rests_on(sequence: MailSequence, step: SequenceStep, topic: str) -> bool:
    """Return True if a step sends a mail that needs this consent."""
    # A single mail of a service sequence can need a consent that the others do not.
    return isinstance(step.action, Send) and (step.action.topic or sequence.topic) == topic
