"""What is wrong in a flow beyond its form: names nobody declared, steps nobody reaches, ends that never come."""

from collections.abc import Iterator, Mapping

from flows import check_texts
from flows.model import END, FlowText, StepText
from flows.reading import Written
from flows.words import command_words, normal
from subscribers.declarations import Declarations
from subscribers.durations import SpokenTimeError, parse_duration
from subscribers.findings import Finding, did_you_mean
from subscribers.source import Path, Source

WINDOW_HOURS = 24
"""Standard messaging window (Messenger Platform); a nudge after it could not be sent."""

WAITING = ("again", "nudge", "otherwise")
"""Keys that mean something only where an answer is waited for."""

_FIELD_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,), "number": (int, float), "yes_no": (bool,), "date": (str,),
}  # fmt: skip


def flow(one: Written, house: Declarations) -> list[Finding]:
    """Return everything to be mended in one flow and its translations."""
    text, source = one.text, one.source
    found: list[Finding] = []
    if END in text.steps:
        found.append(source.finding(("steps", END), "reserved-step", "“end” ends a flow; give the step another name."))
    if text.language and text.language not in house.languages:
        message = f"“{text.language}” is no language of this workspace."
        found.append(
            source.finding(("language",), "unknown-language", message, did_you_mean(text.language, house.languages))
        )
    for name, step in text.steps.items():
        found += _step(source, ("steps", name), step, text, house)
    if not any(problem.code == "unknown-step" for problem in found):
        found += _ways(text, source)
    return [*found, *check_texts.flow(one, house)]


def _step(source: Source, path: Path, step: StepText, text: FlowText, house: Declarations) -> Iterator[Finding]:
    yield from _targets(source, path, step, text)
    yield from _names(source, path, step, house)
    yield from _fits_together(source, path, step)
    if step.confirm in house.topics:
        yield from _before_confirm(source, path, step.confirm, text, house)
    if step.nudge:
        yield from _nudge(source, (*path, "nudge", "after"), step.nudge.after)


def _targets(source: Source, path: Path, step: StepText, text: FlowText) -> Iterator[Finding]:
    targets: list[tuple[Path, str]] = [((*path, "go"), step.go), ((*path, "else"), step.otherwise)]
    for label, choice in step.choices.items():
        place = (*path, "choices", label, "go")
        targets.append((place if place in source.marks else place[:-1], choice.go))
    for place, name in targets:
        if name and name != END and name not in text.steps:
            yield unknown(source, place, "step", name, [*text.steps, END])


def _names(source: Source, path: Path, step: StepText, house: Declarations) -> Iterator[Finding]:
    wanted: list[tuple[Path, str, str, Mapping[str, object]]] = [
        ((*path, "consent"), "topic", step.consent or "", house.topics),
        ((*path, "confirm"), "topic", step.confirm or "", house.topics),
        ((*path, "save"), "field", step.save or "", house.fields),
        ((*path, "event"), "event", step.event or "", house.events),
        *(((*path, "tag"), "tag", tag, dict.fromkeys(house.tags)) for tag in step.tag),
        *(((*path, "set", name), "field", name, house.fields) for name in step.set),
    ]
    for place, kind, name, known in wanted:
        if name and name not in known:
            yield unknown(source, place, kind, name, known)
    for name, value in step.set.items():
        declared = house.fields.get(name)
        if declared and (
            not isinstance(value, _FIELD_TYPES[declared.type]) or (declared.type == "number" and value is True)
        ):
            yield source.finding((*path, "set", name), "wrong-kind", f"The field “{name}” is a {declared.type}.")
    if step.save and step.save in house.fields and house.fields[step.save].type != "text":
        yield source.finding((*path, "save"), "wrong-kind", f"An answer is text, and the field “{step.save}” is not.")


def _fits_together(source: Source, path: Path, step: StepText) -> Iterator[Finding]:
    kinds = [key for key in ("ask", "consent", "confirm") if getattr(step, key)]
    if len(kinds) > 1:
        yield source.finding(
            (*path, kinds[1]), "two-questions", f"A step asks one thing, and here are “{kinds[0]}” and “{kinds[1]}”.",
            "Make two steps of it.", key=True,
        )
    for key in ("agree", "decline"):
        if getattr(step, key) and not step.consent:
            message = f"“{key}” belongs to a step with “consent”."
            yield source.finding((*path, key), "misplaced", message, key=True)
        if step.consent and not getattr(step, key):
            yield source.finding((*path, "consent"), "missing", f"A consent needs the label “{key}”.", key=True)
    yield from _open_ended(source, path, step)


def _open_ended(source: Source, path: Path, step: StepText) -> Iterator[Finding]:
    if step.choices and step.kind not in ("choice", "confirm"):
        message = f"“choices” cannot stand in a step that asks for “{step.kind}”."
        yield source.finding((*path, "choices"), "misplaced", message, key=True)
    if step.ask == "choice" and not step.choices:
        yield source.finding((*path, "ask"), "missing", "“ask: choice” needs “choices”.", key=True)
    yield from _idle_keys(source, path, step)
    if not step.otherwise and step.kind in ("email", "text", "consent", "confirm"):
        yield source.finding(
            path, "no-way-out", f"“{path[-1]}” has no “else”, so the conversation ends when it does not go as hoped.",
            severity="warning", key=True,
        )


def _idle_keys(source: Source, path: Path, step: StepText) -> Iterator[Finding]:
    if step.kind == "say":
        for key in WAITING:
            name = "else" if key == "otherwise" else key
            if getattr(step, key):
                message = f"“{name}” does nothing here: the step waits for no answer."
                yield source.finding((*path, name), "misplaced", message, severity="warning", key=True)


def _before_confirm(
    source: Source, path: Path, topic: str, text: FlowText, house: Declarations
) -> Iterator[Finding]:
    steps = text.steps.values()
    if not any(one.consent and (one.consent == topic or one.consent not in house.topics) for one in steps):
        message = f"“{topic}” is confirmed here, and no step of this flow asks for the consent."
        hint = f"Add a step with “consent: {topic}”."
        yield source.finding((*path, "confirm"), "no-consent", message, hint, key=True)
    if not any(one.ask == "email" for one in steps):
        message = "A code is sent here, and no step of this flow asks for the address."
        yield source.finding((*path, "confirm"), "no-address", message, "Add a step with “ask: email”.", key=True)


def _nudge(source: Source, path: Path, after: str) -> Iterator[Finding]:
    try:
        length = parse_duration(after)
    except SpokenTimeError as error:
        yield source.finding(path, "bad-time", f"{error}.", error.hint)
        return
    if length.total_seconds() >= WINDOW_HOURS * 3600:
        yield source.finding(
            path, "outside-window", "The messaging window closes 24 hours after the person's last message.",
            "Nudge earlier, such as after “20 hours”.",
        )


def _ways(text: FlowText, source: Source) -> Iterator[Finding]:
    """Steps that nothing leads to, and steps that never come to an end."""
    leads = _leads(text)
    reached = _closure({next(iter(leads))}, leads)
    backwards: dict[str, set[str]] = {}
    for name, targets in leads.items():
        for target in targets:
            backwards.setdefault(target, set()).add(name)
    ending = _closure({END}, backwards)
    for name in text.steps:
        if name not in reached:
            yield source.finding(
                ("steps", name), "unreachable", f"Nothing leads to “{name}”.", "Go there from a step, or take it out.",
                severity="warning", key=True,
            )
        elif name not in ending:
            yield source.finding(
                ("steps", name), "never-ends", f"From “{name}” no way leads to the end.", "Let one “go: end”.", key=True
            )


def _leads(text: FlowText) -> dict[str, set[str]]:
    names = list(text.steps)
    leads: dict[str, set[str]] = {}
    for name, below in zip(names, [*names[1:], END], strict=True):
        step = text.steps[name]
        targets = {choice.go for choice in step.choices.values() if choice.go}
        if step.kind != "choice":
            targets.add(step.go or below)
        if step.kind != "say":
            targets.add(step.otherwise or END)
        leads[name] = targets
    return leads


def _closure(start: set[str], leads: Mapping[str, set[str]]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        new = leads.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def unknown(source: Source, path: Path, kind: str, name: str, known: Mapping[str, object] | list[str]) -> Finding:
    """Return the finding for a name that is not known, with the nearest one."""
    return source.finding(path, f"unknown-{kind}", f"There is no {kind} “{name}”.", did_you_mean(name, known))


def together(flows: Mapping[str, Written], house: Declarations) -> Iterator[Finding]:
    """Yield what flows do to each other: words, links and the button that two of them claim."""
    commands = command_words(house)
    claimed: dict[tuple[str, str], str] = {}
    for name, one in flows.items():
        for source, path, kind, word in _claims(one):
            shown = word or "get started"
            if kind == "word" and normal(word) in commands:
                message = f"“{word}” works everywhere already and cannot begin a flow."
                yield source.finding(path, "reserved-word", message)
            other = claimed.setdefault((kind, normal(word) if kind == "word" else word.casefold()), name)
            if other != name:
                yield source.finding(path, "claimed-twice", f"The {kind} “{shown}” begins the flow “{other}” already.")


def _claims(one: Written) -> Iterator[tuple[Source, Path, str, str]]:
    start = one.text.start
    if start.button:
        yield one.source, ("start", "button"), "button", ""
    for at, word in enumerate(start.words):
        yield one.source, ("start", "words", at), "word", word
    for at, ref in enumerate(start.links):
        yield one.source, ("start", "links", at), "link", ref
    for text, source in one.translations.values():
        for at, word in enumerate(text.words):
            yield source, ("words", at), "word", word
