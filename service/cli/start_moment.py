"""``--at``: when time begins in ``chat``, ``simulate`` and ``demo``.

Without it a talk or a simulation would begin at the hour at which it is run, and show other mails at night, in the
quiet hours, than by day.  Therefore it begins on a Monday at 10:00 unless the user names another moment.
"""

from datetime import datetime
from typing import Annotated

import typer

from language.durations import UnclearTimeError, parse_moment
from language.zones import zone_or_default

DEFAULT_START = "Mon 10:00"
"""In the workspace's time zone: a workday, outside of the quiet hours."""

StartOption = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="TIME",
        help="When it begins, such as “Mon 10:00” or “2026-12-04 09:00”; default: next Monday, 10:00.",
    ),
]


def choose_start(written: str, timezone: str, now: datetime) -> datetime:
    """Return the moment that ``--at`` names in the workspace's time zone, aware, in UTC.

    ``now`` is the machine's time: a weekday or a time of day means the next one after it.  Raises
    :class:`typer.BadParameter` if the text is not a moment.
    """
    # The setting was checked with the workspace; a zone that this machine does not know falls back to UTC.
    try:
        return parse_moment(written or DEFAULT_START, now, zone_or_default(timezone, "UTC"))
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint="--at") from None
