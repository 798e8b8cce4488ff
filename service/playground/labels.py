"""Puts labels in place of declared names: the history is written in names, people read labels.  Pure."""

import re
from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig

PAGE_LANGUAGE = "en"
"""The language of the page, in which labels are shown."""

SUPPRESSION_TEXTS = {
    "not_me": "blocked by its owner (this was not me)",
    "complaint": "blocked, since its owner called a mail spam",
    "hard_bounce": "blocked, since its mailbox takes no mail",
    "unsubscribed": "unsubscribed",
    "erased": "erased at its owner's wish",
}
"""Words by reason of a suppression."""

_QUOTED = re.compile(r"(“[^“”]*”)")


def event_label(name: str, config: WorkspaceConfig) -> str:
    """Return the label of an event; its name if the workspace no longer declares it."""
    return config.pick_text(config.events[name].label, PAGE_LANGUAGE) if name in config.events else name


def topic_label(name: str, config: WorkspaceConfig) -> str:
    """Return the label of a topic; its name if the workspace no longer declares it."""
    return config.pick_text(config.topics[name].name, PAGE_LANGUAGE) if name in config.topics else name


def replace_names(text: str, config: WorkspaceConfig) -> str:
    """Return a sentence with declared names as labels: “3 × noted a cup”, “no “noted a cup” within 3 days”."""
    for pattern, label in _name_patterns(config):
        text = pattern.sub(label.replace("\\", "\\\\"), text)  # a backslash in a label is no group reference
    for topic in config.topics:
        text = _replace_topic(text, topic, topic_label(topic, config))
    return text.replace("““", "“").replace("””", "”")  # “cup.noted” stood in quotes already


def _name_patterns(config: WorkspaceConfig) -> Iterator[tuple[re.Pattern[str], str]]:
    # Reasons first: they are no names that a workspace could declare.
    for reason, text in SUPPRESSION_TEXTS.items():
        yield re.compile(rf"suppressed: {reason}\b"), text
    for event in config.events:
        # Behind a number the event is counted: "2 of 3 cup.noted" becomes "2 of 3 × noted a cup".
        label = event_label(event, config)
        yield _whole_name(event, before=r"(?<=\d )"), f"× {label}"
        yield _whole_name(event), f"“{label}”"


def _replace_topic(text: str, topic: str, label: str) -> str:
    # A topic can be a plain word, such as “round”: in the quoted name of the mail “smaller round” it is none.
    pieces = _QUOTED.split(text)
    return "".join(
        piece if piece.startswith("“") and piece[1:-1] != topic else _whole_name(topic).sub(lambda _: label, piece)
        for piece in pieces
    )


def _whole_name(name: str, before: str = "") -> re.Pattern[str]:
    """Return a pattern for a whole name."""
    # Names may hold full stops ("cup.noted"), and a sentence may end with one, so a word boundary is not enough:
    # "cup.noted." is the name and a full stop, "cup.noted.twice" another name.
    return re.compile(rf"{before}(?<![\w.]){re.escape(name)}(?!\w|\.\w)")
