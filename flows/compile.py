"""From the files of a workspace to a :class:`FlowBook`, and to what is to be mended in them."""

import hashlib
from collections.abc import Mapping

from transitions import Machine

from flows import check
from flows.book import ELSE, NEXT, Answer, Flow, FlowBook, Spoken, Step, chosen, start_payload, tap_payload
from flows.model import END, FlowText, StepText, TranslatedStep
from flows.reading import Written, read_all
from flows.texts import Text, compile_all, compile_text
from flows.voices import voices
from flows.words import command_words, normal
from subscribers.declarations import Declarations
from subscribers.durations import parse_duration
from subscribers.effects import Button
from subscribers.findings import Finding

_NOT_TRANSLATED = TranslatedStep()


def compile_flows(files: Mapping[str, str], house: Declarations) -> tuple[FlowBook, list[Finding]]:
    """Compile every ``flows/*.yaml``.

    Returns the book of the flows without errors, and all findings, in the order of the files.
    """
    written, findings = read_all(files)
    for one in written.values():
        findings += check.flow(one, house)
    findings += check.together(written, house)
    broken = {one.file for one in findings if one.severity == "error"}
    good = {
        name: _flow(one, files, house)
        for name, one in written.items()
        if broken.isdisjoint({one.source.file, *(place.file for _, place in one.translations.values())})
    }
    return _book(good, {name: one for name, one in written.items() if name in good}, house), sorted(set(findings))


def _flow(one: Written, files: Mapping[str, str], house: Declarations) -> Flow:
    own = one.text.language or house.language
    texts = {code: text.steps for code, (text, _) in one.translations.items()}
    steps = {name: _step(one, name, own=own, translations=texts, house=house) for name in one.text.steps}
    raw = [files[place.file] for place in (one.source, *(place for _, place in one.translations.values()))]
    words = {own: one.text.start.words, **{code: text.words for code, (text, _) in one.translations.items()}}
    return Flow(
        name=one.text.flow,
        file=one.source.file,
        hash=hashlib.sha256("\0".join(raw).encode()).hexdigest()[:16],
        start=next(iter(steps)),
        steps=steps,
        machine=_machine(one.text),
        languages=frozenset(code for code, own_words in words.items() if own_words),
        words={code: (words.get(code) or words[own] or [one.text.flow])[0] for code in house.languages},
    )


def _machine(text: FlowText) -> Machine:
    """One state a step and ``end``; a trigger for going on, for the way out, and for each choice that goes."""
    names = list(text.steps)
    rows: list[list[str]] = []
    for name, below in zip(names, [*names[1:], END], strict=True):
        step = text.steps[name]
        rows += [[NEXT, name, step.go or below], [ELSE, name, step.otherwise or END]]
        rows += [
            [chosen(number), name, choice.go or name] for number, choice in enumerate(step.choices.values())
        ]
    return Machine(model=None, states=[*names, END], transitions=rows, initial=names[0], auto_transitions=False)


def _step(
    one: Written,
    name: str,
    *,
    own: str,
    translations: Mapping[str, Mapping[str, TranslatedStep]],
    house: Declarations,
) -> Step:
    step = one.text.steps[name]
    spoken = {
        code: _spoken(one, name, translations.get(code, {}).get(name, _NOT_TRANSLATED), language=code, house=house)
        for code in {own, *house.languages}
    }
    return Step(
        name=name,
        kind=step.kind,
        line=one.source.mark(("steps", name), key=True).line,
        spoken=spoken,
        topic=step.consent or step.confirm or "",
        save=step.save or "",
        tries=step.tries,
        nudge_after=parse_duration(step.nudge.after) if step.nudge else None,
        choices=tuple(step.choices),
        labels=_labels(step, [each.get(name, _NOT_TRANSLATED) for each in translations.values()]),
        tags=tuple(step.tag),
        sets=step.set,
        event=step.event or "",
        has_else=bool(step.otherwise),
    )


def _labels(step: StepText, translated: list[TranslatedStep]) -> dict[str, int]:
    """Number of the choice by normalised label, in every language; the original's counts first."""
    found: dict[str, int] = {}
    for number, key in enumerate(step.choices):
        found.setdefault(normal(key), number)
    for texts in translated:
        for number, key in enumerate(step.choices):
            if key in texts.choices and texts.choices[key].label:
                found.setdefault(normal(texts.choices[key].label), number)
    return found


def _spoken(
    one: Written, name: str, translated: TranslatedStep, *, language: str, house: Declarations
) -> Spoken:
    flow, step = one.text.flow, one.text.steps[name]
    agree, decline = translated.agree or step.agree, translated.decline or step.decline
    labels = [translated.choices[key].label or key if key in translated.choices else key for key in step.choices]
    chips = [Button(label=label, payload=tap_payload(flow, name, str(at))) for at, label in enumerate(labels)]
    if step.consent:
        wording, _ = house.wording(step.consent, language)
        chips = [
            Button(label=agree, payload=tap_payload(flow, name, f"agree.{wording}")),
            Button(label=decline, payload=tap_payload(flow, name, "decline")),
        ]
    answers = tuple(
        Answer(
            goes=bool(choice.go),
            says=compile_all(translated.choices[key].say or choice.say if key in translated.choices else choice.say),
        )
        for key, choice in step.choices.items()
    )
    return Spoken(
        says=compile_all(translated.say or step.say),
        again=_maybe(translated.again or step.again),
        nudge=_maybe(translated.nudge or (step.nudge.say if step.nudge else "")),
        answers=answers,
        chips=tuple(chips),
        agree=normal(agree),
        decline=normal(decline),
    )


def _maybe(text: str) -> Text | None:
    return compile_text(text) if text else None


def _book(flows: Mapping[str, Flow], written: Mapping[str, Written], house: Declarations) -> FlowBook:
    words: dict[str, dict[str, str]] = {}
    links: dict[str, str] = {}
    get_started = next(iter(flows), "")
    for name, one in written.items():
        own = one.text.language or house.language
        spoken = {own: one.text.start.words, **{code: text.words for code, (text, _) in one.translations.items()}}
        for language, many in spoken.items():
            for word in many:
                words.setdefault(normal(word), {})[language] = name
        links.update({ref.casefold(): name for ref in one.text.start.links})
        get_started = name if one.text.start.button else get_started
    offers = {
        code: tuple(
            Button(label=flow.words[code][:1].upper() + flow.words[code][1:20], payload=start_payload(flow.name))
            for flow in flows.values()
        )
        for code in house.languages
    }
    return FlowBook(
        flows=flows,
        voices=voices(house, offers),
        language=house.language,
        words=words,
        links=links,
        commands=command_words(house),
        get_started=get_started,
    )
