"""Compares the state after a line with what its ``expect`` asks: one comparison a key."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from domain.record import Subscriber
from flows.language.model import END
from service.transcripts.match_messages import DiffRow
from service.transcripts.model import ExpectText
from service.transcripts.participant import Participant
from service.transcripts.world import TranscriptWorld

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBefore:
    """How much a person had when the line began; ``expect`` speaks of what came since."""

    mails: int
    team_mails: int
    product_events: int
    behaviour: Mapping[str, int]
    """How often each event had happened."""

    @classmethod
    def from_person(cls, person: Participant) -> "StateBefore":
        """Return the state of a person now."""
        return cls(
            mails=len(person.mails),
            team_mails=len(person.team_mails),
            product_events=len(person.product_events),
            behaviour={name: seen.count for name, seen in person.record.behaviour.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAfter:
    """A person after a line, and what is needed to judge them."""

    world: TranscriptWorld
    person: Participant
    before: StateBefore
    named_steps: Mapping[str, tuple[str, str]]
    """Flow and step by the name that the transcript uses."""

    @property
    def record(self) -> Subscriber:
        """The person's record."""
        return self.person.record


def find_unmet_expectations(expect: ExpectText, after: StateAfter) -> list[tuple[str, list[DiffRow]]]:
    """Return every key that does not hold, with the rows of its difference."""
    return [
        (key, [DiffRow("-", wanted), DiffRow("+", actual)])
        for key in ExpectText.model_fields
        if key in expect.model_fields_set
        for wanted, actual in _COMPARISONS[key](getattr(expect, key), after)
        if wanted != actual
    ]


ComparedPairs = Iterator[tuple[str, str]]
"""What was wanted and what is there, as text; a pair of equal texts holds."""


def _compare_step(wanted: str, after: StateAfter) -> ComparedPairs:
    conversation = after.record.conversation
    flow, name = after.named_steps.get(wanted, ("", END))  # ``end`` is no step, and stands for no conversation
    position = (conversation.flow, conversation.step) if conversation else ("", END)
    if position != (flow, name):
        yield wanted, f"{position[0]}/{position[1]}" if conversation else END


def _compare_flow(wanted: str, after: StateAfter) -> ComparedPairs:
    conversation = after.record.conversation
    yield wanted, conversation.flow if conversation else END


def _compare_unordered(wanted: list[str], actual: list[str]) -> ComparedPairs:
    yield _join_names(sorted(wanted)), _join_names(sorted(actual))


def _compare_tags(wanted: list[str], after: StateAfter) -> ComparedPairs:
    yield from _compare_unordered(wanted, list(after.record.tags))


def _compare_fields(wanted: Mapping[str, object], after: StateAfter) -> ComparedPairs:
    for name, value in wanted.items():
        yield f"{name}: {_format_value(value)}", f"{name}: {_format_value(after.record.fields.get(name))}"


def _compare_consents(wanted: Mapping[str, str], after: StateAfter) -> ComparedPairs:
    for topic, status in wanted.items():
        consent = after.record.consents.get(topic)
        yield f"{topic}: {status}", f"{topic}: {consent.status if consent else NONE}"


def _compare_addresses(wanted: Mapping[str, str], after: StateAfter) -> ComparedPairs:
    statuses = {address.email: address.status for address in after.record.addresses.values()}
    for email, status in wanted.items():
        yield f"{email}: {status}", f"{email}: {statuses.get(email, NONE)}"


def _compare_mails(wanted: list[str], after: StateAfter) -> ComparedPairs:
    yield _join_names(wanted), _join_names([mail.template for mail in after.person.mails[after.before.mails :]])


def _compare_notified(wanted: list[str], after: StateAfter) -> ComparedPairs:
    yield _join_names(wanted), _join_names([mail.team for mail in after.person.team_mails[after.before.team_mails :]])


def _compare_events(wanted: list[str], after: StateAfter) -> ComparedPairs:
    """Yield the events that flows recorded in this line."""
    # The record counts all events alike.  What is new in it, less what the line itself reported as product events,
    # is what flows recorded.
    recorded = Counter({name: seen.count for name, seen in after.record.behaviour.items()})
    recorded.subtract(after.before.behaviour)
    recorded.subtract(after.person.product_events[after.before.product_events :])
    yield from _compare_unordered(wanted, list(recorded.elements()))


def _compare_sequences(wanted: Mapping[str, str], after: StateAfter) -> ComparedPairs:
    for name, state in wanted.items():
        run = after.record.runs.get(name)
        # A running sequence is named by its step or as ``running``, one that is over by how it ended.
        states = {NONE} if run is None else {run.status, run.step} if run.status == "running" else {run.status}
        yield f"{name}: {state}", f"{name}: {state if state in states else run.step if run else NONE}"


def _compare_channels(wanted: Mapping[str, str], after: StateAfter) -> ComparedPairs:
    for topic, channel in wanted.items():
        # The record keeps the choice for all topics under the empty name.
        actual = after.record.channels.get("" if topic == "all" else topic, NONE)
        yield f"{topic}: {channel}", f"{topic}: {actual}"


def _compare_codes(wanted: Mapping[str, str], after: StateAfter) -> ComparedPairs:
    for pool, code in wanted.items():
        yield f"{pool}: {code}", f"{pool}: {after.record.codes.get(pool, NONE)}"


def _compare_language(wanted: str, after: StateAfter) -> ComparedPairs:
    yield wanted, after.record.language or after.world.config.default_language


def _compare_human(wanted: bool, after: StateAfter) -> ComparedPairs:  # noqa: FBT001  the value of a key
    yield _format_value(wanted), _format_value(after.record.paused)


def _compare_window(wanted: str, after: StateAfter) -> ComparedPairs:
    until = after.record.window_expires_at
    # ``unavailable`` closes it too: the platform delivers nothing to a person who blocked the Page.
    is_open = until is not None and until > after.world.now and not after.record.unavailable
    yield wanted, "open" if is_open else "closed"


def _join_names(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _format_value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()  # true, as YAML writes it
    return ", ".join(str(value).splitlines())  # a list is kept with one item a line, a difference is one line


_COMPARISONS: Mapping[str, Callable[..., ComparedPairs]] = {
    "step": _compare_step,
    "flow": _compare_flow,
    "tags": _compare_tags,
    "fields": _compare_fields,
    "consents": _compare_consents,
    "addresses": _compare_addresses,
    "mails": _compare_mails,
    "notified": _compare_notified,
    "events": _compare_events,
    "sequences": _compare_sequences,
    "channels": _compare_channels,
    "codes": _compare_codes,
    "language": _compare_language,
    "human": _compare_human,
    "window": _compare_window,
}
