"""Checks of the keys of a step: keys that exclude each other, that have no effect, or that are missing."""

from collections.abc import Iterator, Mapping

from flows.answers.parts_of_sentence import PART_KINDS
from flows.checks.graph import QUESTION_KINDS, WAITING_KINDS, list_kinds
from flows.compiled.step import list_ways_out
from flows.compiler.compile_split import parse_share
from flows.language.model import StepText
from flows.language.read_files import FlowSource
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

KINDS_OF_KEY: Mapping[str, tuple[str, frozenset[str]]] = {
    "agree": ("“consent”", frozenset({"consent"})),
    "decline": ("“consent”", frozenset({"consent"})),
    "skip": ("a question", WAITING_KINDS - {"consent", "confirm", "prove"}),
    "save": ("a question", QUESTION_KINDS | {"choice", "find"}),
    "timeout": ("a question", WAITING_KINDS),
    "low": ("“ask: rating”", frozenset({"rating"})),
    "high": ("“ask: rating”", frozenset({"rating"})),
    "done": ("“ask: many”", frozenset({"many"})),
    "fields": ("“hook”", frozenset({"hook"})),
    "sets": ("“hook”", frozenset({"hook"})),
    "at_most": ("“hook”", frozenset({"hook"})),
    "topic": ("“call”", frozenset({"call"})),
    "cases": ("“switch”", frozenset({"switch"})),
    "choices": ("a question that is not answered by yes, no or stars", WAITING_KINDS - {"consent", "yes_no", "rating"}),
}
"""By key, the kinds of step it belongs to, and their description for people."""
WAITING_KEYS = ("again", "nudge")
"""Keys that only have an effect while a step waits for an answer."""
DECIDING_KINDS = frozenset({"consent", "confirm", "prove", "if", "switch", "find", "code", "take", "hook", "mail"})
"""Kinds of step that can go two ways."""
WAY_OUT_KINDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "else": (
        "the step waits for no answer and decides nothing",
        WAITING_KINDS | {"if", "switch", "find", "code", "take", "hook", "mail"},
    ),
    "declines": ("nobody is asked, so nobody can decline", WAITING_KINDS | {"call"}),
    "gives_up": ("no number of answers ends this step", (WAITING_KINDS | {"call"}) - {"confirm", "prove"}),
    "no_rows": ("the step shows no cards and looks nothing up", frozenset({"find"})),
}
"""By way out: why most kinds of step cannot take it, and those that can.  Cards can take ``else`` and ``no_rows``."""
NEEDS_ELSE_KINDS = (QUESTION_KINDS - {"question", "several"}) | DECIDING_KINDS
"""Kinds of step that end the conversation if ``else`` is missing, and the ways out that could stand for it."""
PARTS_BY_KIND = {"choice": "choice", "split": "part", "switch": "case"}
"""Kinds of step whose parts each say where they lead, and what such a part is called."""
WHOLE_PERCENT = 100
"""Sum of the shares of a split, in percent."""


def check_key_combinations(flow: FlowSource) -> Iterator[Finding]:
    """Yield the wrong combinations of keys in the steps of a flow."""
    for name, step in flow.text.steps.items():
        path: YamlPath = ("steps", name)
        yield from _check_single_kind(flow.source, path, step)
        yield from _check_misplaced_keys(flow.source, path, step)
        yield from _check_missing_keys(flow.source, path, step)
        yield from _check_parts(flow, path, step)
        yield from _check_else(flow.source, path, step)
        yield from _check_split_shares(flow.source, path, step)


def _check_single_kind(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    kinds = list_kinds(step)
    if len(kinds) > 1:
        yield source.finding_at(
            (*path, kinds[1]),
            "two-questions",
            f"A step waits for one thing or decides one, and here are “{kinds[0]}” and “{kinds[1]}”.",
            "Make two steps of it.",
            key=True,
        )
    exit_keys = [key for key in ("go", "my_data") if getattr(step, key)]
    if step.my_data == "delete" and len(exit_keys) > 1:
        message = "Deleting everything ends the conversation, so nothing comes after it."
        yield source.finding_at((*path, "go"), "misplaced", message, "Take “go” out.", severity="warning", key=True)
    # With “skip” there is an answer that takes “go”.
    if step.go and step.kind in PARTS_BY_KIND and not step.skip:
        message = f"“go” is never taken here: each {PARTS_BY_KIND[step.kind]} says where it leads."
        yield source.finding_at((*path, "go"), "misplaced", message, "Take it out.", severity="warning", key=True)


def _check_misplaced_keys(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    for key, (where, fitting) in KINDS_OF_KEY.items():
        if getattr(step, key) and step.kind not in fitting:
            message = f"“{key}” belongs to a step with {where}."
            yield source.finding_at((*path, key), "misplaced", message, "Move it there, or take it out.", key=True)
    for key in WAITING_KEYS:
        if getattr(step, key) and step.kind not in WAITING_KINDS:
            message = f"“{key}” does nothing here: the step waits for no answer."
            yield source.finding_at((*path, key), "misplaced", message, "Take it out.", severity="warning", key=True)


def _check_missing_keys(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    for key in ("agree", "decline") if step.consent else ():
        if not getattr(step, key):
            message = f"A consent needs the label “{key}”."
            yield source.finding_at((*path, "consent"), "missing", message, f"Write {key}: and a few words.", key=True)
    if step.ask and step.ask.kind in ("choice", "many") and not step.choices:
        message, remedy = (
            f"“ask: {step.ask.kind}” needs “choices”.",
            "label: step" if step.kind == "choice" else "[A, B]",
        )
        yield source.finding_at((*path, "ask"), "missing", message, f"Write them below: {remedy}.", key=True)
    least = step.ask.lowest if step.ask and step.ask.kind == "many" else ""
    if step.choices and least.isdecimal() and int(least) > len(step.choices):
        message = f"{least} choices are wanted at least, and there are {len(step.choices)}: nobody could answer."
        hint = f"Write a number up to {len(step.choices)}, or add choices."
        yield source.finding_at((*path, "ask", "from"), "bad-ask", message, hint)
    if step.switch and not step.cases:
        message, remedy = "“switch” needs “cases”.", "Write them below: value: step."
        yield source.finding_at((*path, "switch"), "missing", message, remedy, key=True)
    if step.relay and not any(message.text for message in step.say):
        message = "A relay says its text in chat while it can, and here is none."
        yield source.finding_at((*path, "relay"), "missing", message, "Give the step a “say”.", key=True)
    for number, cards in ((number, message.cards) for number, message in enumerate(step.say) if message.cards):
        if not (cards.subtitle or cards.image or cards.link or cards.buttons):
            message = "A card needs a subtitle, a picture, a link or a button beside its title."
            hint = "Give it one of them; Messenger refuses a title alone."
            yield source.finding_at((*path, "say", number, "cards"), "missing", message, hint)
    if step.buttons and not any(message.text for message in step.say):
        message = "Buttons stand under a text, and here is none."
        yield source.finding_at((*path, "buttons"), "missing", message, "Give the step a “say”.", key=True)


def _check_parts(flow: FlowSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    """Yield the steps of “ask: several” whose answers cannot be read out of a sentence."""
    for number, name in enumerate(step.ask.steps if step.ask else ()):
        asked = flow.text.steps.get(name)
        if asked is not None and asked.kind not in PART_KINDS:
            message = f"“{name}” asks for what cannot be read out of a sentence."
            hint = "Name steps that ask for a moment, date, time, number, phone or choice."
            yield flow.source.finding_at((*path, "ask", "steps", number), "bad-ask", message, hint)


def _check_else(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    # A step with cards takes “else” or “no_rows” if no row fits, whatever its kind.
    cards = any(message.cards for message in step.say)
    taken = list_ways_out(step.kind, step.ways_out, has_cards=cards)
    for way in step.ways_out:
        reason, kinds = WAY_OUT_KINDS[way]
        if step.kind not in kinds and not (cards and way in ("else", "no_rows")):
            message = f"“{way}” does nothing here: {reason}."
            yield source.finding_at((*path, way), "misplaced", message, "Take it out.", severity="warning", key=True)
        elif way not in taken:
            message = f"“else” is never taken here, because “{'” and “'.join(taken)}” is written."
            yield source.finding_at((*path, way), "misplaced", message, "Take it out.", severity="warning", key=True)
    if not step.otherwise and step.kind in NEEDS_ELSE_KINDS and "else" in taken:
        yield source.finding_at(
            path,
            "no-way-out",
            f"“{path[-1]}” has no “else”, so the conversation ends when it does not go as hoped.",
            "Write else: and a step that says how to go on.",
            severity="warning",
            key=True,
        )


def _check_split_shares(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    shares = {part: parse_share(share) for part, share in step.split.items()}
    for part, share in shares.items():
        if share is None:
            message = f"“{step.split[part][:20]}” is no share."
            yield source.finding_at((*path, "split", part), "split-not-100", message, "Write it like 50%.")
    percentages = [share for share in shares.values() if share is not None]
    # A share that cannot be read is reported above; the sum would only repeat it.
    if shares and len(percentages) == len(shares) and sum(percentages) != WHOLE_PERCENT:
        message = f"The parts of this split add up to {sum(percentages)}%."
        yield source.finding_at((*path, "split"), "split-not-100", message, "Together they must be 100%.", key=True)
