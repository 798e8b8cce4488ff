"""Checks of what steps do at once: names, values, shares, texts, and what a service sequence may send.  Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from domain.workspace_config import FieldDeclaration, WorkspaceConfig
from language.durations import UnclearTimeError, parse_duration
from language.findings import Finding, suggest_declaration, suggest_name
from language.mail_times.workdays import parse_counted_wait
from language.model_errors import show_value
from language.template_errors import find_unclosed
from language.text_template import TextError, compile_text
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.act_models import TaskModel
from onboarding.language.build_acts import ELSE, YES_NO_WORDS, is_choice, is_share, read_set_sum, read_share
from onboarding.language.model import END, SequenceModel, StepModel
from onboarding.language.parts.text_names import text_variables
from onboarding.language.parts.winners import BY_GOAL, USUAL_TIME, WinnerModel, build_winner, name_event

WHOLE_PERCENT = 100
"""Percent."""
LONGEST_SAY = 2_000
"""Most characters of a chat message (Messenger Send API)."""
ACTION_WORDS: Mapping[str, str] = {
    "send": "send", "wait": "wait", "condition": "if", "relay": "relay", "event": "event", "notify": "notify",
    "task": "task", "code": "code", "withdraw": "withdraw", "rest": "rest", "split": "split", "hook": "hook",
}  # fmt: skip
"""What a step can do, by the field of its model; marks (tag, untag, set, score) together are one thing."""
MARK_WORDS = ("tag", "untag", "set", "score")


def list_actions(step: StepModel) -> list[str]:
    """Return what a step does, in the words of the file; one thing is right."""
    actions = [word for name, word in ACTION_WORDS.items() if getattr(step, name)]
    marks = [word for word in MARK_WORDS if getattr(step, word)]
    return actions + marks[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCheck:
    """One step of a file, with the workspace that its names belong to."""

    source: YamlSource
    path: YamlPath
    step: StepModel
    model: SequenceModel
    config: WorkspaceConfig

    def find_all(self) -> Iterator[Finding]:
        """Yield everything that is wrong with the acts of the step."""
        yield from self._check_names()
        yield from self._check_values()
        yield from self._check_shares()
        yield from self._check_texts()
        yield from self._check_topic()
        yield from self._check_rest()
        if self.step.winner:
            yield from self._check_winner(self.step.winner)
        if self.step.fields and not self.step.hook:
            message = "“fields” belongs to a step with “hook”."
            yield self.source.finding_at((*self.path, "fields"), "misplaced", message, "Take it out.", key=True)

    def _check_names(self) -> Iterator[Finding]:
        step, config, path = self.step, self.config, self.path
        named: list[tuple[YamlPath, str, str | None, Collection[str]]] = [
            ((*path, "event"), "event", step.event, config.events),
            ((*path, "code"), "pool", step.code, config.pools),
            ((*path, "hook"), "hook", step.hook, config.hooks),
            ((*path, "withdraw"), "topic", step.withdraw, config.consent_topics),
            ((*path, "rest"), "topic", step.rest, config.consent_topics),
            ((*path, "topic"), "topic", step.topic, config.consent_topics),
            ((*path, "notify", "team"), "team", step.notify.team if step.notify else None, config.team),
            ((*path, "task", "team"), "team", step.task.team if step.task else None, config.team),
            *(((*path, key), "tag", tag, config.tags) for key in ("tag", "untag") for tag in getattr(step, key)),
            *(((*path, "fields"), "field", field, config.fields) for field in step.fields),
        ]
        for place, kind, name, declared in named:
            if name and name not in declared:
                yield self._unknown(place, kind, name, declared)
        for key in ("set", "score"):
            for field in getattr(step, key):
                if field not in config.fields:
                    yield self._unknown((*path, key, field), "field", field, config.fields, key=True)
        for target in step.split:
            if target != END and target not in self.model.steps:
                hint = suggest_name(target, [*self.model.steps, END])
                message = f"“{target}” is no step here."
                yield self.source.finding_at((*path, "split", target), "unknown-step", message, hint, key=True)

    def _unknown(
        self, place: YamlPath, kind: str, name: str, declared: Collection[str], *, key: bool = False
    ) -> Finding:
        if kind == "topic" and name in self.config.contract_topics:
            message = f"Nobody agrees to “{name}”: it rests on a contract."
            hint = f"Name a topic that people agree to. {suggest_name(name, declared)}".strip()
            return self.source.finding_at(place, "contract-topic", message, hint)
        message = f"“{name}” is no {kind} of doorstep.yaml."
        return self.source.finding_at(
            place, f"unknown-{kind}", message, suggest_declaration(kind, name, declared), key=key
        )

    def _check_values(self) -> Iterator[Finding]:
        for name, value in self.step.set.items():
            declared = self.config.fields.get(name)
            if declared and not _fits(value, declared):
                message = f"The field “{name}” is a {declared.type}, and “{show_value(value)}” is none."
                hint = f"Its type stands under fields: {name}."
                yield self.source.finding_at((*self.path, "set", name), "wrong-kind", message, hint)
        for name in self.step.score:
            declared = self.config.fields.get(name)
            if declared and declared.type != "number":
                message = f"Points are numbers, and the field “{name}” is a {declared.type}."
                hint = f"Declare {name}: {{type: number}}."
                yield self.source.finding_at((*self.path, "score", name), "wrong-kind", message, hint)

    def _check_shares(self) -> Iterator[Finding]:
        if self.step.split:
            yield from self._check_split((*self.path, "split"), self.step.split)
        if isinstance(self.step.send, dict):
            path = (*self.path, "send")
            is_by_words = is_choice(self.step.send)
            yield from (
                self._check_choice(path, self.step.send) if is_by_words else self._check_split(path, self.step.send)
            )

    def _check_split(self, path: YamlPath, split: Mapping[str, str]) -> Iterator[Finding]:
        unclear = [name for name, share in split.items() if not is_share(share)]
        for name in unclear:
            message, hint = f"“{split[name][:40]}” is no share.", "Write it like 50%."
            if split[name] == ELSE:
                hint = f"{hint} Or give each of them a condition, and the last one “{ELSE}”."
            yield self.source.finding_at((*path, name), "split-not-100", message, hint)
        # Shares are whole percents, so the sum is exact.
        total = sum(read_share(share) for share in split.values())
        if not unclear and total != WHOLE_PERCENT:
            message = f"The parts of this split add up to {total}%."
            yield self.source.finding_at(path, "split-not-100", message, "Together they must be 100%.")
        for name, share in split.items():
            if is_share(share) and not read_share(share):
                message = f"Nobody gets “{name}”: its part is 0%."
                hint = "Give it a share, or take it out."
                yield self.source.finding_at((*path, name), "no-share", message, hint, severity="warning", key=True)

    def _check_choice(self, path: YamlPath, choice: Mapping[str, str]) -> Iterator[Finding]:
        """Yield a finding for a choice without a last word, and for mails below it."""
        names = list(choice)
        at_else = next((number for number, name in enumerate(names) if choice[name] == ELSE), None)
        if at_else is None:
            message = "None of these mails goes if no condition holds."
            hint = f"End it with a mail for all others, such as “{names[-1]}: {ELSE}”."
            yield self.source.finding_at(path, "missing-else", message, hint)
        for name in names[at_else + 1 :] if at_else is not None else ():
            message = f"“{name}” stands below the “{ELSE}”, so nobody gets it."
            hint = f"Let “{ELSE}” be the last."
            yield self.source.finding_at((*path, name), "unreachable-case", message, hint, key=True)

    def _check_winner(self, winner: WinnerModel) -> Iterator[Finding]:
        path, parts = (*self.path, "winner"), self.step.send
        if not isinstance(parts, dict) or is_choice(parts) or len(parts) == 1:
            message = "“winner” belongs to a step whose “send” divides people by shares."
            yield self.source.finding_at(path, "misplaced", message, "Take it out.", key=True)
            return
        yield from self._check_by(path, winner)
        if winner.otherwise and winner.otherwise not in parts:
            message = f"“{winner.otherwise}” is no part of this split."
            hint = suggest_name(winner.otherwise, parts)
            yield self.source.finding_at((*path, "else"), "unknown-part", message, hint)
        for word, text in (("after", winner.after), ("within", winner.within)):
            try:
                parse_duration(text or USUAL_TIME)
            except UnclearTimeError as error:
                yield self.source.finding_at((*path, word), "unclear-time", f"{error}.", error.hint)
        # What is unclear stands in for two weeks here, so it makes no second finding.
        built = build_winner(winner, self.model.goal)
        if built and built.otherwise and built.after <= built.within:
            message = f"After {winner.after} nobody's time would be over, so “{built.otherwise}” would always be taken."
            hint = "Compare for longer than the time that people have."
            yield self.source.finding_at((*path, "after"), "too-soon", message, hint)

    def _check_by(self, path: YamlPath, winner: WinnerModel) -> Iterator[Finding]:
        event, goal = name_event(winner.by), self.model.goal
        if not event and goal is None:
            message = "The winner is found by the goal, and the sequence has none."
            hint = "Write “goal: {event: …, within: 14 days}” above the steps, or “by” with an event."
            yield self.source.finding_at(path, "no-goal", message, hint, key=True)
        elif event and event not in self.config.events:
            message = f"“{event}” is no event of doorstep.yaml."
            hint = f"Name the goal or a declared event. {suggest_name(event, [BY_GOAL, *self.config.events])}".strip()
            yield self.source.finding_at((*path, "by"), "unknown-event", message, hint)

    def _check_texts(self) -> Iterator[Finding]:
        path = self.path
        if self.step.notify:
            yield from self._check_text((*path, "notify", "say"), self.step.notify.say)
        if self.step.task:
            yield from self._check_task((*path, "task"), self.step.task)
        if self.step.relay is None:
            return
        say = self.step.relay.say
        if isinstance(say, str):
            yield from self._check_text((*path, "relay", "say"), say, most=LONGEST_SAY)
            missing = self.config.languages[1:]
        else:
            for language, text in say.items():
                yield from self._check_say((*path, "relay", "say", language), language, text)
            missing = [language for language in self.config.languages if language not in say]
        for language in missing:
            message = f"The chat text is missing in “{language}”; people read it in “{self.config.default_language}”."
            place = (*path, "relay", "say")
            hint = f"Write say: {{{self.config.default_language}: …, {language}: …}}."
            yield self.source.finding_at(place, "not-translated", message, hint, severity="warning")

    def _check_task(self, path: YamlPath, task: TaskModel) -> Iterator[Finding]:
        yield from self._check_text((*path, "say"), task.say)
        try:
            parse_counted_wait(task.due)
        except UnclearTimeError as error:
            hint = f"{error.hint} Or write “2 workdays”."
            yield self.source.finding_at((*path, "due"), "unclear-time", f"{error}.", hint)

    def _check_say(self, path: YamlPath, language: str, text: str) -> Iterator[Finding]:
        if language not in self.config.languages:
            message = f"“{language}” is no language of this workspace."
            hint = suggest_name(language, self.config.languages)
            yield self.source.finding_at(path, "unknown-language", message, hint, key=True)
        yield from self._check_text(path, text, most=LONGEST_SAY)

    def _check_text(self, path: YamlPath, text: str, *, most: int = 8_000) -> Iterator[Finding]:
        if not text.strip():
            yield self.source.finding_at(path, "empty-text", "This text is empty.", "Write it, or take it out.")
            return
        if len(text) > most:
            message = f"This text has {len(text):,} characters, and {most:,} are taken."
            yield self.source.finding_at(path, "too-long", message, "Say it in fewer words.")
        try:
            names = compile_text(text).variables
        except TextError as error:
            problem = find_unclosed(text)
            message, hint = (problem.message, problem.hint) if problem else (str(error), "")
            hint = hint or "Texts know {{ variable }}, {{ variable | filter }} and {% if variable %} … {% endif %}."
            yield self.source.finding_at(path, "template", message, hint)
            return
        known = text_variables(self.config)
        for name in sorted(names - known):
            message = f"There is no variable “{name}”."
            yield self.source.finding_at(
                path, "unknown-variable", message, suggest_declaration("variable", name, known)
            )

    def _check_rest(self) -> Iterator[Finding]:
        topic = self.config.topics.get(self.step.rest or "")
        if topic is not None and topic.hygiene is not None:
            message = f"“{self.step.rest}” keeps its silent readers: {topic.hygiene.off}"
            hint = "Take “hygiene” out of the topic, or this step out of the sequence."
            yield self.source.finding_at((*self.path, "rest"), "kept-topic", message, hint)

    def _check_topic(self) -> Iterator[Finding]:
        if self.step.topic is None:
            return
        if not (self.step.send or self.step.relay):
            message = "“topic” belongs to a step with “send” or “relay”."
            yield self.source.finding_at((*self.path, "topic"), "misplaced", message, "Take it out.", key=True)
        elif self.model.topic not in self.config.contract_topics:
            message = f"Every mail of this sequence needs the consent to “{self.model.topic}” already."
            hint = "A topic of its own is for a mail in a service sequence (basis: contract)."
            yield self.source.finding_at((*self.path, "topic"), "misplaced", message, hint, key=True)


def _fits(value: object, declared: FieldDeclaration) -> bool:
    if declared.type == "number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number or (isinstance(value, str) and read_set_sum(value) is not None)
    if declared.type == "yes_no":
        return isinstance(value, bool) or (isinstance(value, str) and value.casefold() in YES_NO_WORDS)
    return isinstance(value, str)
