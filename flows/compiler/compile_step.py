"""One step, from what is written to everything that can be known before anybody arrives at it.

What a text or a time is not understood in is reported by the checks; here it is left out, so that a book is always
made.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.answers.question import Asked, AskError
from flows.compiled.step import (
    NEXT,
    SKIP,
    TIMEOUT,
    Answer,
    Appointment,
    Channel,
    Letter,
    Marks,
    Moment,
    Spoken,
    Step,
    tap_payload,
)
from flows.compiler.compile_question import compile_ask
from flows.language.buttons import leads_to
from flows.language.default_replies import reply_text
from flows.language.matching import normal
from flows.language.messages import Saying, buttons, compile_says
from flows.language.model import CalendarText, ChoiceText, Said, StepText, TranslatedStep
from flows.language.read_files import Written
from flows.language.tables import Table
from flows.language.text_template import Text, TextError, compile_text
from language.conditions.parse import read_condition
from language.durations import SpokenTimeError, parse_duration

NOW = "now"

_MOMENT = re.compile(r"(?:(?P<length>.+?)\s+(?P<side>before|after)\s+)?(?P<field>[a-z][a-z0-9_]*)")
_SHARE = re.compile(r"(\d{1,3})\s*%?")
_NOT_TRANSLATED = TranslatedStep()


def compile_step(one: Written, name: str, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Step:
    """Compile a step of a flow, in every language of the workspace."""
    step = one.text.steps[name]
    own = one.text.language or config.language
    texts = {code: text.steps.get(name, _NOT_TRANSLATED) for code, (text, _) in one.translations.items()}
    over = step.wait or (step.timeout.after if step.timeout else "")
    choices = step.choices.values()
    return Step(
        name=name,
        kind=step.kind,
        line=one.source.mark(("steps", name), key=True).line,
        spoken={
            code: _spoken(_Place(one, name, texts.get(code, _NOT_TRANSLATED), code, config, tables))
            for code in {own, *config.languages}
        },
        topic=step.consent or step.confirm or "",
        save=step.save or "",
        tries=step.tries,
        nudges=tuple(length for nudge in step.nudge if (length := read_length(nudge.after))),
        over=read_length(over) if over else None,
        ending=NEXT if step.wait else TIMEOUT,
        choices=tuple(step.choices),
        choice_marks=tuple(label_mark(label) for label in step.choices),
        takes=tuple(_choice_marks(choice) for choice in choices),
        labels=_labels(step, list(texts.values())),
        presses=frozenset(number for number, _, _ in leading(step)),
        skips=bool(step.skip),
        marks=_marks(step),
        my_data=step.my_data or "",
        has_else=bool(step.otherwise),
        asked=_asked(step, config),
        condition=read_condition(step.condition, config)[0] if step.condition else None,
        parts=_parts(step.split),
        call=step.call or "",
        pool=step.code or "",
        letter=_letter(step),
        reason=step.hand_over,
    )


def leading(step: StepText) -> Iterator[tuple[int, str, str]]:
    """Yield number, label and target of the buttons that lead to a step."""
    for number, (label, target) in enumerate(buttons(step)):
        if leads_to(target) == "step":
            yield number, label, target


def label_mark(label: str) -> str:
    """Return the mark by which an old tap tells whether a choice is still the one that was shown."""
    return hashlib.sha256(label.encode()).hexdigest()[:6]


def read_length(said: str) -> timedelta | None:
    """Return a length of time; None if it is none."""
    try:
        return parse_duration(said)
    except SpokenTimeError:
        return None


def read_moment(said: str) -> Moment | None:
    """Return when a relay is due, as it is written: ``1 day before tasting_at``, ``2 hours after now``; None: unclear.

    Nothing written means now.
    """
    found = _MOMENT.fullmatch(said.strip() or NOW)
    if found is None:
        return None
    length = read_length(found["length"]) if found["length"] else timedelta()
    if length is None:
        return None
    named = "" if found["field"] == NOW else found["field"]
    return Moment(offset=-length if found["side"] == "before" else length, field=named)


def read_share(share: str) -> int | None:
    """Return the number in ``50%``; None if there is none."""
    found = _SHARE.fullmatch(share.strip())
    return int(found[1]) if found else None


def _parts(split: Mapping[str, str]) -> tuple[float, ...]:
    shares = [read_share(share) or 0 for share in split.values()]
    whole = sum(shares) or 1
    return tuple(reached / whole for reached in itertools.accumulate(shares))


def _marks(step: StepText) -> Marks | None:
    channels: dict[str, Channel] = {"": step.channel} if isinstance(step.channel, str) else dict(step.channel or {})
    made = Marks(
        tags=tuple(step.tag),
        untags=frozenset(step.untag),
        sets=step.set,
        scores=step.score,
        event=step.event or "",
        channels=channels,
        speak=step.speak,
        withdraw=step.withdraw or "",
        team=step.notify.team if step.notify else "",
    )
    return None if made == Marks() else made


def _choice_marks(choice: ChoiceText) -> Marks | None:
    made = Marks(tags=tuple(choice.tag), sets=choice.set, scores=choice.score)
    return None if made == Marks() else made


def _letter(step: StepText) -> Letter | None:
    if step.relay:
        return Letter(
            template=step.relay.mail,
            calendar=_appointment(step.relay.calendar),
            topic=step.relay.topic or "",
            at=read_moment(step.relay.at) or Moment(),
        )
    return Letter(template=step.mail.template, calendar=_appointment(step.mail.calendar)) if step.mail else None


def _appointment(calendar: CalendarText | None) -> Appointment | None:
    if calendar is None:
        return None
    length = read_length(calendar.length) or timedelta(hours=1)
    return Appointment(
        starts=calendar.starts,
        minutes=int(length.total_seconds() // 60),
        where=_text(calendar.where),
        description=_text(calendar.description),
    )


def _calendar(step: StepText) -> CalendarText | None:
    carrier = step.relay or step.mail
    return carrier.calendar if carrier else None


def _labels(step: StepText, translated: list[TranslatedStep]) -> dict[str, int]:
    """Return the number of what a normalised text means; what stands first counts, the original before the rest."""
    found: dict[str, int] = {}
    for number, (key, choice) in enumerate(step.choices.items()):
        found.setdefault(normal(key), number)
        for texts in translated:
            other = texts.choices.get(key)
            found.setdefault(normal(other.label if other and other.label else key), number)
            for word in other.words if other else ():
                found.setdefault(normal(word), number)
        for word in choice.words:
            found.setdefault(normal(word), number)
    for number, label, _ in leading(step):
        for shown in (label, *(texts.buttons.get(label, label) for texts in translated)):
            found.setdefault(normal(shown), len(step.choices) + number)
    for shown in (step.skip, *(texts.skip for texts in translated)):
        if shown:
            found.setdefault(normal(shown), SKIP)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A step in one language, and what its texts may rest on."""

    flow: Written
    name: str
    translated: TranslatedStep
    language: str
    config: WorkspaceConfig
    tables: Mapping[str, Table]

    @property
    def step(self) -> StepText:
        return self.flow.text.steps[self.name]

    def tap(self, what: str) -> str:
        return tap_payload(self.flow.text.flow, self.name, what)


def _spoken(place: _Place) -> Spoken:
    step, translated = place.step, place.translated
    calendar = _calendar(step)
    nudges = itertools.zip_longest(translated.nudge, [nudge.say for nudge in step.nudge], fillvalue="")
    says = _says(place, step.say, translated.say, step.buttons)
    return Spoken(
        says=says,
        texts=_only_texts(says),
        question=says[max((at for at, one in enumerate(says) if one.text), default=0) :],
        again=_maybe(translated.again or step.again),
        nudges=tuple(_text(other or nudge) for other, nudge in nudges if nudge),
        answers=_answers(place),
        chips=_chips(place),
        agree=normal(translated.agree or step.agree),
        decline=normal(translated.decline or step.decline),
        notice=_maybe(translated.notify or (step.notify.say if step.notify else "")),
        title=_maybe(translated.calendar or calendar.title) if calendar else None,
    )


def _only_texts(says: tuple[Saying, ...]) -> tuple[Text, ...]:
    texts = tuple(one.text for one in says if one.text and one == Saying(text=one.text))
    return texts if len(texts) == len(says) else ()


def _answers(place: _Place) -> tuple[Answer, ...]:
    translated = place.translated.choices
    return tuple(
        Answer(goes=bool(choice.go), says=_says(place, choice.say, translated[key].say if key in translated else []))
        for key, choice in place.step.choices.items()
    )


def _chips(place: _Place) -> tuple[Button, ...]:
    """Return the quick replies under a step: what is asked, then ``skip``."""
    step, translated = place.step, place.translated
    if step.consent:
        wording, _ = place.config.wording(step.consent, place.language)
        shown = [(translated.agree or step.agree, f"agree.{wording}"), (translated.decline or step.decline, "decline")]
    elif step.kind == "yes_no":
        shown = [(reply_text(f"label_{word}", place.config, place.language), f"say.{word}") for word in ("yes", "no")]
    elif step.kind == "rating":
        asked = _asked(step, place.config)
        shown = [(str(mark), f"say.{mark}") for mark in range(1, (asked.marks if asked else 0) + 1)]
    else:
        labels = [translated.choices[key].label or key if key in translated.choices else key for key in step.choices]
        marked = zip(labels, step.choices, strict=True)
        shown = [(label, f"{at}.{label_mark(key)}") for at, (label, key) in enumerate(marked)]
    if step.skip:
        shown.append((translated.skip or step.skip, "skip"))
    return tuple(Button(label=label, payload=place.tap(what)) for label, what in shown)


def _asked(step: StepText, config: WorkspaceConfig) -> Asked | None:
    try:
        return compile_ask(step.ask, config) if step.ask else None
    except AskError:
        return None


def _says(
    place: _Place, items: Sequence[Said], translated: Sequence[Said], own: Mapping[str, str] | None = None
) -> tuple[Saying, ...]:
    try:
        return compile_says(
            items, translated, language=place.language, tap=place.tap, buttons=own, labels=place.translated.buttons,
            tables=place.tables,
        )  # fmt: skip
    except TextError:
        return ()


def _maybe(text: str) -> Text | None:
    return _text(text) if text else None


def _text(text: str) -> Text:
    """Compile a text; one that does not compile is said as it stands."""
    try:
        return compile_text(text)
    except TextError:
        return Text(text)
