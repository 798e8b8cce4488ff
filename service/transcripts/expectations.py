"""What holds after a line against what should: one check per key of ``expect``."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from domain.record import Subscriber
from flows.language.model import END
from service.transcripts.match_messages import Row
from service.transcripts.model import ExpectText
from service.transcripts.world import Person, World

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How much there was when the line began."""

    mails: int
    notices: int
    deeds: int
    behaviour: Mapping[str, int]

    @classmethod
    def of(cls, person: Person) -> "Before":
        """Return how much there is of a person now."""
        return cls(
            mails=len(person.mails),
            notices=len(person.notices),
            deeds=len(person.deeds),
            behaviour={name: one.count for name, one in person.record.behaviour.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A person after a line."""

    world: World
    person: Person
    before: Before
    places: Mapping[str, tuple[str, str]]
    """Flow and step of each step that is named."""

    @property
    def record(self) -> Subscriber:
        """What is known of them."""
        return self.person.record


def judge(expect: ExpectText, after: After) -> list[tuple[str, list[Row]]]:
    """Return what does not hold: key, and its rows."""
    return [
        (key, [Row("-", wanted), Row("+", found)])
        for key in ExpectText.model_fields
        if key in expect.model_fields_set
        for wanted, found in _CHECKS[key](getattr(expect, key), after)
        if wanted != found
    ]


Pairs = Iterator[tuple[str, str]]
"""What was wanted, and what was found, in words."""


def _step(wanted: str, after: After) -> Pairs:
    talk = after.record.conversation
    flow, name = after.places.get(wanted, ("", END))
    stands = (talk.flow, talk.step) if talk else ("", END)
    if stands != (flow, name):
        yield wanted, f"{stands[0]}/{stands[1]}" if talk else END


def _flow(wanted: str, after: After) -> Pairs:
    talk = after.record.conversation
    yield wanted, talk.flow if talk else END


def _unordered(wanted: list[str], found: list[str]) -> Pairs:
    yield _several(sorted(wanted)), _several(sorted(found))


def _tags(wanted: list[str], after: After) -> Pairs:
    yield from _unordered(wanted, list(after.record.tags))


def _fields(wanted: Mapping[str, object], after: After) -> Pairs:
    for name, value in wanted.items():
        yield f"{name}: {_value(value)}", f"{name}: {_value(after.record.fields.get(name))}"


def _consents(wanted: Mapping[str, str], after: After) -> Pairs:
    for topic, status in wanted.items():
        known = after.record.consents.get(topic)
        yield f"{topic}: {status}", f"{topic}: {known.status if known else NONE}"


def _addresses(wanted: Mapping[str, str], after: After) -> Pairs:
    held = {one.email: one.status for one in after.record.addresses.values()}
    for email, status in wanted.items():
        yield f"{email}: {status}", f"{email}: {held.get(email, NONE)}"


def _mails(wanted: list[str], after: After) -> Pairs:
    yield _several(wanted), _several([one.template for one in after.person.mails[after.before.mails :]])


def _notified(wanted: list[str], after: After) -> Pairs:
    yield _several(wanted), _several([one.team for one in after.person.notices[after.before.notices :]])


def _events(wanted: list[str], after: After) -> Pairs:
    """What flows recorded: what is known to have happened, without what the product told."""
    grown = Counter({name: one.count for name, one in after.record.behaviour.items()})
    grown.subtract(after.before.behaviour)
    grown.subtract(after.person.deeds[after.before.deeds :])
    yield from _unordered(wanted, list(grown.elements()))


def _sequences(wanted: Mapping[str, str], after: After) -> Pairs:
    for name, state in wanted.items():
        run = after.record.runs.get(name)
        found = {NONE} if run is None else {run.status, run.step} if run.status == "running" else {run.status}
        yield f"{name}: {state}", f"{name}: {state if state in found else run.step if run else NONE}"


def _channels(wanted: Mapping[str, str], after: After) -> Pairs:
    for topic, channel in wanted.items():
        found = after.record.channels.get("" if topic == "all" else topic, NONE)
        yield f"{topic}: {channel}", f"{topic}: {found}"


def _codes(wanted: Mapping[str, str], after: After) -> Pairs:
    for pool, code in wanted.items():
        yield f"{pool}: {code}", f"{pool}: {after.record.codes.get(pool, NONE)}"


def _language(wanted: str, after: After) -> Pairs:
    yield wanted, after.record.language or after.world.config.language


def _human(wanted: bool, after: After) -> Pairs:  # noqa: FBT001  the value of a key
    yield _value(wanted), _value(after.record.paused)


def _window(wanted: str, after: After) -> Pairs:
    until = after.record.window_expires_at
    is_open = until is not None and until > after.world.now and not after.record.unavailable
    yield wanted, "open" if is_open else "closed"


def _several(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _value(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


_CHECKS: Mapping[str, Callable[..., Pairs]] = {
    "step": _step,
    "flow": _flow,
    "tags": _tags,
    "fields": _fields,
    "consents": _consents,
    "addresses": _addresses,
    "mails": _mails,
    "notified": _notified,
    "events": _events,
    "sequences": _sequences,
    "channels": _channels,
    "codes": _codes,
    "language": _language,
    "human": _human,
    "window": _window,
}
