"""Labels instead of the names that a workspace declares: what was decided is logged in names.  Pure."""

import re
from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig

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


def event_label(name: str, config: WorkspaceConfig) -> str:
    """Return what people call an event; its name if the workspace no longer declares it."""
    return config.text(config.events[name].label, LANGUAGE) if name in config.events else name


def topic_label(name: str, config: WorkspaceConfig) -> str:
    """Return what people call a topic; its name if the workspace no longer declares it."""
    return config.text(config.topics[name].name, LANGUAGE) if name in config.topics else name


def labelled(text: str, config: WorkspaceConfig) -> str:
    """Return a sentence with declared names as labels: “3 × noted a cup”, “no “noted a cup” within 3 days”."""
    for pattern, label in _labels(config):
        text = pattern.sub(label.replace("\\", "\\\\"), text)
    return text


def _labels(config: WorkspaceConfig) -> Iterator[tuple[re.Pattern[str], str]]:
    for reason, said in SUPPRESSED.items():
        yield re.compile(rf"suppressed: {reason}\b"), said
    for event in config.events:
        label = event_label(event, config)
        yield _name(event, before=r"(?<=\d )"), f"× {label}"
        yield _name(event), f"“{label}”"
    for topic in config.topics:
        yield _name(topic), topic_label(topic, config)


def _name(name: str, before: str = "") -> re.Pattern[str]:
    """Match a whole name: names may hold full stops, and one may end a sentence."""
    return re.compile(rf"{before}(?<![\w.]){re.escape(name)}(?!\w|\.\w)")
