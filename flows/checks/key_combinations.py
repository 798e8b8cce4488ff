"""Keys of a step that cannot stand together, do nothing where they stand, or are missing."""

from collections.abc import Iterator, Mapping

from flows.checks.graph import ASKING, WAITING, kinds
from flows.compiler.compile_step import parse_share
from flows.language.model import StepText
from flows.language.read_files import FlowSource
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

ONLY_WITH: Mapping[str, tuple[str, frozenset[str]]] = {
    "agree": ("“consent”", frozenset({"consent"})),
    "decline": ("“consent”", frozenset({"consent"})),
    "skip": ("a question", WAITING - {"consent", "confirm", "prove"}),
    "save": ("a question", ASKING | {"choice"}),
    "timeout": ("a question", WAITING),
    "choices": ("a question that is not answered by yes, no or stars", WAITING - {"consent", "yes_no", "rating"}),
}
"""Key of a step, and the kinds of step it belongs to."""
IDLE = ("again", "nudge")
"""Keys that do nothing where no answer is waited for."""
DECIDES = WAITING | {"if", "code", "mail"}
"""Kinds of step that can take ``else``; cards of which no row fits take it too."""
NEEDS_ELSE = (ASKING - {"question"}) | {"consent", "confirm", "prove", "if", "code", "mail"}
"""Kinds of step that would end the conversation without it."""
WHOLE = 100
"""Percent."""


def check(one: FlowSource) -> Iterator[Finding]:
    """Yield what does not fit together in the steps of a flow."""
    for name, step in one.text.steps.items():
        path: YamlPath = ("steps", name)
        yield from _two(one.source, path, step)
        yield from _misplaced(one.source, path, step)
        yield from _missing(one.source, path, step)
        yield from _else(one.source, path, step)
        yield from _shares(one.source, path, step)


def _two(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    found = kinds(step)
    if len(found) > 1:
        yield source.finding_at(
            (*path, found[1]),
            "two-questions",
            f"A step waits for one thing or decides one, and here are “{found[0]}” and “{found[1]}”.",
            "Make two steps of it.",
            key=True,
        )
    going = [key for key in ("go", "my_data") if getattr(step, key)]
    if step.my_data == "delete" and len(going) > 1:
        message = "Deleting everything ends the conversation, so nothing comes after it."
        yield source.finding_at((*path, "go"), "misplaced", message, "Take “go” out.", severity="warning", key=True)
    if step.go and step.kind in ("choice", "split") and not step.skip:
        message = f"“go” is never taken here: each {'choice' if step.kind == 'choice' else 'part'} says where it leads."
        yield source.finding_at((*path, "go"), "misplaced", message, "Take it out.", severity="warning", key=True)


def _misplaced(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    for key, (where, fitting) in ONLY_WITH.items():
        if getattr(step, key) and step.kind not in fitting:
            message = f"“{key}” belongs to a step with {where}."
            yield source.finding_at((*path, key), "misplaced", message, "Move it there, or take it out.", key=True)
    for key in IDLE:
        if getattr(step, key) and step.kind not in WAITING:
            message = f"“{key}” does nothing here: the step waits for no answer."
            yield source.finding_at((*path, key), "misplaced", message, "Take it out.", severity="warning", key=True)


def _missing(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    for key in ("agree", "decline") if step.consent else ():
        if not getattr(step, key):
            message = f"A consent needs the label “{key}”."
            yield source.finding_at((*path, "consent"), "missing", message, f"Write {key}: and a few words.", key=True)
    if step.ask and step.ask.kind == "choice" and not step.choices:
        yield source.finding_at(
            (*path, "ask"), "missing", "“ask: choice” needs “choices”.", "Write them below: label: step.", key=True
        )
    if step.relay and not any(said.text for said in step.say):
        message = "A relay says its text in chat while it can, and here is none."
        yield source.finding_at((*path, "relay"), "missing", message, "Give the step a “say”.", key=True)
    for at, cards in ((at, said.cards) for at, said in enumerate(step.say) if said.cards):
        if not (cards.subtitle or cards.image or cards.link or cards.buttons):
            message = "A card needs a subtitle, a picture, a link or a button beside its title."
            hint = "Give it one of them; Messenger refuses a title alone."
            yield source.finding_at((*path, "say", at, "cards"), "missing", message, hint)
    if step.buttons and not any(said.text for said in step.say):
        message = "Buttons stand under a text, and here is none."
        yield source.finding_at((*path, "buttons"), "missing", message, "Give the step a “say”.", key=True)


def _else(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    cards = any(said.cards for said in step.say)
    if step.otherwise and step.kind not in DECIDES and not cards:
        message = "“else” does nothing here: the step waits for no answer and decides nothing."
        yield source.finding_at((*path, "else"), "misplaced", message, "Take it out.", severity="warning", key=True)
    if not step.otherwise and step.kind in NEEDS_ELSE:
        yield source.finding_at(
            path,
            "no-way-out",
            f"“{path[-1]}” has no “else”, so the conversation ends when it does not go as hoped.",
            "Write else: and a step, or else: end.",
            severity="warning",
            key=True,
        )


def _shares(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    shares = {part: parse_share(share) for part, share in step.split.items()}
    for part, share in shares.items():
        if share is None:
            message = f"“{step.split[part][:20]}” is no share."
            yield source.finding_at((*path, "split", part), "split-not-100", message, "Write it like 50%.")
    known = [share for share in shares.values() if share is not None]
    if shares and len(known) == len(shares) and sum(known) != WHOLE:
        message = f"The parts of this split add up to {sum(known)}%."
        yield source.finding_at((*path, "split"), "split-not-100", message, "Together they must be 100%.", key=True)
