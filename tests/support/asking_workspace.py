"""The shipped workspace with a sequence that asks why somebody leaves, and gives the team a task by the answer."""

from pathlib import Path

from service.demo.compose import copy_shipped_workspace

SEQUENCE = """sequence: leaving
topic: boxes
start: {start}
steps:
  why:
    send: why_leave
    choices: {Unclear: help, Too expensive: end}
    labels: {de: {Unclear: Unklar, Too expensive: Zu teuer}}
    at_most: 10 days
    free: city
    else: end
  help:
    task: {team: support, say: "Offer {{ first_name|default('somebody') }} a call.", due: 2 workdays}
    choices: {Booked: end, No answer: end}
    at_most: 5 days
    else: end
"""


def add_asking_sequence(workspace: Path, *, start: str = "cup.noted") -> None:
    """Add the sequence and its mail to a workspace; it begins with this event."""
    for ending in ("mjml", "de.mjml"):
        mail = (workspace / "emails" / f"box_sent.{ending}").read_text("utf-8")
        before, _, rest = mail.partition("<mj-button")
        after = rest.partition("</mj-button>")[2]
        asking = f'{before}<mj-text css-class="ink">{{{{ choices }}}}</mj-text>{after}'
        (workspace / "emails" / f"why_leave.{ending}").write_text(asking, "utf-8")
    (workspace / "sequences" / "leaving.yaml").write_text(SEQUENCE.replace("{start}", start), "utf-8")


def write_asking_workspace(folder: Path) -> None:
    """Write the shipped workspace with it into ``workspace`` of a folder."""
    copy_shipped_workspace(folder / "workspace")
    add_asking_sequence(folder / "workspace")
