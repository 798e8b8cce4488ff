"""Whether a consent wording names the mails that follow from it.

The rule, so that anybody can check it by hand: a wording has to say that mail will come, and if it says how many mails
a person gets (“up to three mails”), the longest way through the topic's sequences, plus the mails that flows relay
under the topic, may not be more.  Mails that no sequence or flow of the workspace sends (a weekly letter that is sent
by other means) cannot be counted.
"""

import re
from collections.abc import Iterator, Mapping

from flows.compiled.catalog import FlowBook
from onboarding.language.catalog import Send, Sequence, SequenceBook, ways
from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from language.yaml_source import Source

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "en": {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
           "ten": 10, "eleven": 11, "twelve": 12},
    "de": {"eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
           "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12},
}  # fmt: skip
"""Number words by language; digits are read in every language."""
_COUNT = re.compile(r"(?:(\w+)\s+)?(\w+)\s+(?:e-?)?mails\b", re.IGNORECASE)
"""The two words before “mails”, one of which may be the number: “two short mails”."""
_MAIL = re.compile(r"mail", re.IGNORECASE)


def check(source: Source, config: WorkspaceConfig, sequences: SequenceBook, flows: FlowBook) -> Iterator[Finding]:
    """Yield a warning for each wording that does not name its topic's mails."""
    for topic, declared in config.topics.items():
        count = most_mails(topic, sequences, flows)
        for language, wording in declared.wording.items() if count else ():
            path = ("topics", topic, "wording", language)
            said = named(wording, language)
            if language in NUMBERS and not _MAIL.search(wording):
                message = f"The wording of “{topic}” does not say that mail will come, and up to {count} will."
                hint = "Say so, such as “you let us email you …”."
                yield source.finding(path, "unnamed-mails", message, hint, severity="warning")
            elif said is not None and said < count:
                message = f"The wording of “{topic}” speaks of {said} mails, and up to {count} can come."
                hint = "Say how many at most, or let the sequences and relays send fewer."
                yield source.finding(path, "unnamed-mails", message, hint, severity="warning")


def named(wording: str, language: str) -> int | None:
    """Return how many mails a wording speaks of; None if it gives no number."""
    words = NUMBERS.get(language, {})
    counts = [
        int(found) if found.isdecimal() else words.get(found.casefold())
        for found in (word for match in _COUNT.finditer(wording) for word in match.groups() if word)
    ]
    known = [count for count in counts if count is not None]
    return max(known) if known else None


def most_mails(topic: str, sequences: SequenceBook, flows: FlowBook) -> int:
    """Return the most mails that one person can get under a topic."""
    relayed = sum(
        step.letter is not None and step.letter.topic == topic
        for flow in flows.flows.values() for step in flow.steps.values()
    )  # fmt: skip
    return relayed + sum(longest(one) for one in sequences.sequences.values() if one.topic == topic)


def longest(sequence: Sequence) -> int:
    """Return the mails of the longest way through a sequence; each step of it sends once at most."""
    best: dict[str, int] = {}
    stack: list[tuple[str, bool]] = [(sequence.first, False)]
    open_steps: set[str] = set()
    while stack:
        name, done = stack.pop()
        step = sequence.steps.get(name)
        if step is None or (name in best and not done) or (name in open_steps and not done):
            continue
        if done:
            onward = max((best.get(target, 0) for target in ways(step)), default=0)
            best[name] = onward + isinstance(step.action, Send)
        else:
            open_steps.add(name)
            stack += [(name, True), *((target, False) for target in ways(step))]
    return best.get(sequence.first, 0)
