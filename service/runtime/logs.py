"""Logging: one line for each event, as JSON for programs or coloured for a terminal.

A line never holds an address, token, PSID or text of a person.  Only values under the keys of an allow-list are
written; any other is replaced by its type, so that a careless line cannot leak.
"""

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import Any

import structlog

from service.engine.failures import describe_error

LOGGED_KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "accepted",
        "code",
        "count",
        "duplicate",
        "edition",
        "event_name",  # a declared product event
        "error",  # type and place, such as "ValueError in read_step:41"
        "failures",
        "findings",
        "flow",
        "held",
        "hook",  # its declared name
        "issue",  # the declared name of a newsletter issue
        "invalid",
        "job",
        "lane",  # "chat:1234", "mail-marketing"
        "live",
        "note",
        "number",
        "outcome",
        "reason",
        "remedy",
        "role",
        "send",
        "since",
        "state",
        "status",
        "strikes",
        "subcode",
        "subscriber",  # a keyed hash
        "template",
        "trace",  # fbtrace_id of the Graph API
        "unknown_person",
        "url",
        "what",  # a Page id, a counter, a task, a command
        "where",
        "workspace",
    }
)
"""Keys whose values may stand in a log line; a test looks for keys that the product uses and this list lacks."""


def _mask_unknown_keys(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
    return {name: value if name in LOGGED_KEYS else f"<{type(value).__name__}>" for name, value in line.items()}


class _TypeAndPlace(logging.Formatter):
    """Formats a library's line as level, logger, and type and place of the error; its text may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{record.levelname} {record.name}: a library reported an error"
        kind, error, _ = record.exc_info or (None, None, None)
        if kind is None:
            return line
        return f"{line}: {describe_error(error) if error else kind.__name__}"


class _DropToldElsewhere:
    """Drops log events that the command reports in another way."""

    def __init__(self, events: Collection[str]) -> None:
        self._events = events

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
        if line.get("event") in self._events:
            raise structlog.DropEvent
        return line


def configure_logging(*, level: str = "INFO", pretty: bool = False, told_elsewhere: Collection[str] = ()) -> None:
    """Set up logging for this process; of libraries, only errors are logged.

    ``pretty`` writes for people even without a terminal.  Events in ``told_elsewhere`` are dropped, because the command
    reports them in another way.
    """
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=terminal)
        if pretty or terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            _DropToldElsewhere(told_elsewhere),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # After the processors that add keys of their own, and right before anything is written.
            _mask_unknown_keys,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_TypeAndPlace())
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    # These libraries log at ERROR what is handled, and logged, by our own code.
    for name in ("aiosmtplib", "aiohttp.access", "mail.log", "apscheduler", "transitions", "watchfiles"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
