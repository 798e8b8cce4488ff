"""Labels instead of the names that a workspace declares: what was decided is logged in names.  Pure."""

import re
from collections.abc import Iterator

from domain.workspace_config import Declarations

LANGUAGE = "en"
"""Language of the page."""

SUPPRESSED = {
    "not_me": "blocked by its owner (this was not me)",
    "complaint": "blocked, since its owner called a mail spam",
    "hard_bounce": "blocked, since its mailbox takes no mail",
    "unsubscribed": "unsubscribed",
    "erased": "erased at its owner's wish",
}
"""Why nothing goes to an address, as it is said."""


def event_label(name: str, house: Declarations) -> str:
    """Return what people call an event; its name if the workspace no longer declares it."""
    return house.text(house.events[name].label, LANGUAGE) if name in house.events else name


def topic_label(name: str, house: Declarations) -> str:
    """Return what people call a topic; its name if the workspace no longer declares it."""
    return house.text(house.topics[name].name, LANGUAGE) if name in house.topics else name


def labelled(text: str, house: Declarations) -> str:
    """Return a sentence with declared names as labels: “3 × noted a cup”, “no “noted a cup” within 3 days”."""
    for pattern, label in _labels(house):
        text = pattern.sub(label.replace("\\", "\\\\"), text)
    return text


def _labels(house: Declarations) -> Iterator[tuple[re.Pattern[str], str]]:
    for reason, said in SUPPRESSED.items():
        yield re.compile(rf"suppressed: {reason}\b"), said
    for event in house.events:
        label = event_label(event, house)
        yield _name(event, before=r"(?<=\d )"), f"× {label}"
        yield _name(event), f"“{label}”"
    for topic in house.topics:
        yield _name(topic), topic_label(topic, house)


def _name(name: str, before: str = "") -> re.Pattern[str]:
    """Match a whole name: names may hold full stops, and one may end a sentence."""
    return re.compile(rf"{before}(?<![\w.]){re.escape(name)}(?!\w|\.\w)")
