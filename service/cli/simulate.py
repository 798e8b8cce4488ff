"""``doorstep simulate``: what a sequence would send to a person, in virtual time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from babel.dates import format_datetime
from rich.markup import escape

from domain.decision import Context, Reason
from domain.effects import SendMail
from domain.events import ProductEvent
from domain.keyring import Keyring
from domain.workspace_config import WorkspaceConfig
from language.conditions.sequence_tests import sequence_of
from language.findings import suggest_name
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.tuning import simulate
from onboarding.tuning.fold_laps import fold_laps
from onboarding.tuning.pass_labels import is_start, label_passes, tell_reason
from onboarding.tuning.planned_answers import PlannedAnswer
from onboarding.tuning.simulate import SimulatedMoment, confirm_topics
from onboarding.tuning.simulated_people import Arms, find_person
from service.cli import choose_workspace, output, timezones
from service.cli.simulate_people import Population, simulate_people
from service.cli.simulated_arms import ALL_ARMS, choose_arms, describe_arms, list_other_arms
from service.cli.simulated_person import DelayedEvent, parse_answer, parse_deed, put_known
from service.cli.start_moment import StartOption, choose_start
from service.engine.clock import fresh_entropy, system_now
from service.reports.sequences.explain_person import list_basis
from service.reports.sequences.explain_start import explain_timed_starts
from service.workspace.edition import load_edition

KEYS = Keyring("simulated people have no secrets at all")
MAIL, EVENT, START, OTHER = "[green]✉[/]", "[yellow]★[/]", "[cyan]▶[/]", "·"
"""Sign before a line: a mail goes out, the person did something, a sequence starts, anything else."""

EACH_EXAMPLE = "1"
"""The order of which a pass is, where each order has one, and nobody says which."""


def simulate_sequence(  # noqa: PLR0913  one option a fact
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    *,
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    did: Annotated[
        list[str] | None, typer.Option(help="“cup.noted after 2 days”, “order.placed total=40”; may be given often.")
    ] = None,
    known: Annotated[
        list[str] | None, typer.Option("--with", help="“field plan is pro”, “tag is reader”; may be given often.")
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option("--answers", help="“still=Keep me after 2 days”: a question, or a task; may be given often."),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Where the person lives; default: the workspace's.")] = "",
    at: StartOption = "",
    arm: Annotated[
        str, typer.Option(metavar="STEP=MAIL", help="The part of a split that the person gets; all: each in turn.")
    ] = "",
    with_sequences: Annotated[
        str, typer.Option(metavar="A,B", help="Sequences that the person begins with it: who goes first, what waits.")
    ] = "",
    people: Annotated[int, typer.Option(min=0, max=1_000_000, help="Walk so many people, and count.")] = 0,
    who: Annotated[
        list[str] | None, typer.Option(help="With --people: “40%: cup.noted 3 a week, stops after 9 to 20 days”.")
    ] = None,
    zones: Annotated[str, typer.Option(help="With --people: “Europe/Berlin 70%, America/New_York 30%”.")] = "",
    days: Annotated[int, typer.Option(min=1, max=400, help="With --people: so many days.")] = 60,
    over: Annotated[int, typer.Option(min=1, max=400, help="With --people: they begin within so many days.")] = 28,
    seed: Annotated[int, typer.Option(help="With --people: another one gives other people.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print moments, or numbers of people, as JSON.")] = False,
) -> None:
    """Walk one person, or many, through a sequence: which mails go, when, and why."""
    folder = choose_workspace.choose_workspace(workspace)
    edition, _ = load_edition(folder)
    catalog = edition.rules.sequences
    if sequence not in catalog.sequences:
        message = f"there is no sequence “{sequence}”. {suggest_name(sequence, catalog.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    simulated, zone = catalog.sequences[sequence], _read_zone(timezone or edition.config.timezone)
    together = {sequence: simulated, **_choose_others(with_sequences, catalog)}
    told = [parse_deed(text, edition.config) for text in did or ()]
    told[:0] = _list_starting(together, told)
    start = choose_start(at, edition.config.timezone, system_now())
    if people:
        # People are shared out as they will be live; chosen parts would tell nothing of loads.
        if arm:
            message = "it chooses the parts of one person; of many each part is shown."
            raise typer.BadParameter(message, param_hint="--arm")
        population = Population(
            folder=folder, sequences=tuple(together), start=start, people=people, days=days, over=min(over, days),
            seed=seed, who=tuple(who or ()), zones=zones or (f"{timezone} 100%" if timezone else ""),
            events=tuple((one.delay, one.name, one.properties) for one in told),
            known=tuple(known or ()), answers=tuple(parse_answer(text, together) for text in answers or ()),
        )  # fmt: skip
        simulate_people(population, json=json)
        return
    delayed = sorted(told, key=attrgetter("delay"))
    walk = _Walk(
        catalog=replace(catalog, sequences=together),
        sequence=simulated,
        config=edition.config,
        start=start,
        zone=zone,
        timezone=timezone,
        events=delayed,
        known=known or (),
        answers=[parse_answer(text, together) for text in answers or ()],
    )
    walked = [(arms, walk.take(arms)) for arms in choose_arms(simulated, arm)]
    if json:
        exported = [[_export_moment(moment) for moment in moments if not moment.ending] for _, moments in walked]
        output.print_json(exported[0] if arm != ALL_ARMS else exported)
        return
    choose_workspace.print_workspace(folder)
    for arms, moments in walked:
        if arm == ALL_ARMS:
            output.out.print(f"[bold]{escape(describe_arms(arms))}[/]")
        walk.print_moments(moments)
        walk.print_absence(moments[-1])
        _print_ending(moments, list_other_arms(simulated, arms) if arm != ALL_ARMS else "")


def _list_starting(sequences: Mapping[str, MailSequence], told: Sequence[DelayedEvent]) -> list[DelayedEvent]:
    """Return the events that begin the sequences: the person does them first, unless ``--did`` says so itself."""
    done = {event.name for event in told if not event.delay}
    return [
        DelayedEvent(delay=timedelta(0), name=event, properties={each: EACH_EXAMPLE} if each else {})
        for event, each in {one.start.event: one.start.each for one in sequences.values()}.items()
        if event and event not in done
    ]


def _choose_others(written: str, catalog: SequenceCatalog) -> dict[str, MailSequence]:
    """Return the sequences of ``--with-sequences``; raises :class:`typer.BadParameter` for one that is not there."""
    names = [name.strip() for name in written.split(",") if name.strip()]
    for name in names:
        if name not in catalog.sequences:
            message = f"there is no sequence “{name}”. {suggest_name(name, catalog.sequences)}"
            raise typer.BadParameter(message, param_hint="--with-sequences")
    return {name: catalog.sequences[name] for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """A walk of one person through one sequence."""

    catalog: SequenceCatalog
    """This sequence, and those that are to begin with it; others on the same topic would start beside it."""
    sequence: MailSequence
    config: WorkspaceConfig
    start: datetime
    zone: ZoneInfo
    timezone: str
    events: Sequence[DelayedEvent]
    known: Sequence[str]
    """What is known of the person at the start, as ``--with`` says."""
    answers: Sequence[PlannedAnswer] = ()
    """What is answered when it is asked."""

    def take(self, arms: Arms) -> list[SimulatedMoment]:
        """Walk somebody who gets these parts of splits."""
        person = find_person(
            self.sequence, arms, config=self.config, keys=KEYS, start=self.start, timezone=self.timezone
        )
        if person is None:
            message = f"nobody was found who gets {describe_arms(arms)}"
            raise typer.BadParameter(message, param_hint="--arm")
        person = confirm_topics(person, [one.topic for one in self.catalog.sequences.values()], self.config)
        person = put_known(person, self.known, self.config)
        context = Context(now=self.start, entropy=fresh_entropy(), keys=KEYS, config=self.config)
        events = [(told.delay, self._make_event(number, told)) for number, told in enumerate(self.events)]
        topic = self.sequence.topic
        return list(simulate.simulate(self.catalog, person, topic, events, context, answers=self.answers))

    def _make_event(self, number: int, told: DelayedEvent) -> ProductEvent:
        return ProductEvent(
            id=str(number), at=self.start + told.delay, name=told.name, properties=dict(told.properties)
        )

    def print_moments(self, moments: Sequence[SimulatedMoment]) -> None:
        """Print what happens; equal laps of a loop are told once, with their number."""
        waiting = [(self.start + told.delay, told) for told in self.events]
        labels = label_passes((reason for moment in moments for reason in moment.reasons), self.catalog)
        for lap, laps in fold_laps(moments, _lap_key):
            for moment in lap:
                # What the person did stands above the mails that follow from it.
                while waiting and waiting[0][0] <= moment.at:
                    at, told = waiting.pop(0)
                    label = self.config.pick_text(self.config.events[told.name].label, self.config.default_language)
                    _print_line(at, EVENT, label, self.zone)
                if moment.said:
                    _print_line(moment.at, EVENT, moment.said, self.zone)
                for reason in moment.reasons:
                    mail = _find_mail(reason, moment)
                    text = tell_reason(reason, labels) + (self._tell_basis(mail, reason.text) if mail else "")
                    _print_line(moment.at, _choose_sign(reason, mail), text, self.zone)
            if laps > 1:
                output.out.print(f"{' ' * 18}[dim]and the same {laps - 1} times more[/]", soft_wrap=True)

    def _tell_basis(self, mail: SendMail, sentence: str) -> str:
        """Return what a mail rests on, as far as its sentence does not say it."""
        sequence = self.catalog.sequences.get(sequence_of(mail.sequence))
        step = sequence.steps.get(mail.step) if sequence else None
        basis = list_basis(sequence, step) if sequence and step else ()
        unsaid = [each for each in basis if each.removeprefix("not: ") not in sentence]
        return f"  rests on: {'; '.join(unsaid)}" if unsaid else ""

    def print_absence(self, last: SimulatedMoment) -> None:
        """Print why the sequence never began; nothing if it did, or if its own reasons have said so."""
        record = last.record
        if record is None or any(sequence_of(name) == self.sequence.name for name in record.runs):
            return
        context = Context(now=last.at, entropy=bytes(16), keys=KEYS, config=self.config)
        # A start by confirmation or an event begins here by itself; one that was refused has said why.
        if why := explain_timed_starts(self.sequence, record, context):
            told = (
                f"{self.sequence.name} never began: {why}. Say what they do by --did, what is known of them by --with."
            )
            output.out.print(f"{' ' * 18}{OTHER} {escape(told)}", soft_wrap=True)


def _lap_key(moment: SimulatedMoment) -> tuple[object, ...]:
    """Return what makes two moments of a loop equal: everything but their times."""
    reasons = tuple((reason.step, reason.text.partition(" until ")[0]) for reason in moment.reasons)
    return (reasons, tuple(mail.template for mail in moment.mails), moment.ending)


def _print_ending(moments: Sequence[SimulatedMoment], others: str) -> None:
    ending = moments[-1].ending
    if ending is None:
        return
    mails = sum(len(moment.mails) for moment in moments)
    days = (moments[-1].at - moments[0].at).days
    told = f"{ending.value} {output.count_noun(mails, 'mail')}, {output.count_noun(days, 'day')}."
    more = f" What people get of {others} is settled by chance; choose it by --arm." if others else ""
    output.out.print(f"{' ' * 18}[green]✓[/] {escape(told + more)}", soft_wrap=True)


def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezones.check_timezone(name))
    except timezones.UnknownTimezoneError as error:
        raise typer.BadParameter(str(error), param_hint="--timezone") from None


def _export_moment(moment: SimulatedMoment) -> dict[str, Any]:
    mails = [{"template": mail.template, "step": mail.step} for mail in moment.mails]
    reasons = [{"text": reason.text, "about": reason.about, "step": reason.step} for reason in moment.reasons]
    return {"at": moment.at, "mails": mails, "reasons": reasons}


def _find_mail(reason: Reason, moment: SimulatedMoment) -> SendMail | None:
    # A mail and the reason that it went out are reported side by side; the reason's sentence names the template.
    for mail in moment.mails:
        if reason.step == mail.step and reason.text.startswith((f"{mail.template} goes out", f"{mail.template} asks")):
            return mail
    return None


def _choose_sign(reason: Reason, mail: SendMail | None) -> str:
    if mail:
        return MAIL
    return START if is_start(reason) else OTHER


def _print_line(at: datetime, sign: str, text: str, zone: ZoneInfo) -> None:
    when = format_datetime(at, "EEE d MMM HH:mm", tzinfo=zone, locale="en")
    output.out.print(f"{when}  {sign} {escape(text)}", soft_wrap=True)
