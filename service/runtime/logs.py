"""Logging: one line an event, JSON for programs, coloured for a terminal; never an address, token, psid or text.

Values come only from a list of names that are known to be harmless; anything else is replaced by its type, so
that a careless line cannot leak.
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
        "error",
        "failures",
        "findings",
        "flow",
        "held",
        "invalid",
        "job",
        "lane",
        "live",
        "note",
        "number",
        "outcome",
        "reason",
        "remedy",
        "role",
        "send",
        "state",
        "status",
        "strikes",
        "subcode",
        "subscriber",
        "template",
        "trace",
        "unknown_person",
        "url",
        "what",
        "where",
        "workspace",
    }
)
"""Names whose values may stand in a log line."""


def _mask_unknown_keys(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
    return {name: value if name in LOGGED_KEYS else f"<{type(value).__name__}>" for name, value in line.items()}


class _TypeAndPlace(logging.Formatter):
    """A library's line as its level, its logger, and the type and place of the error: its texts may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{record.levelname} {record.name}: a library reported an error"
        kind, error, _ = record.exc_info or (None, None, None)
        if kind is None:
            return line
        return f"{line}: {describe_error(error) if error else kind.__name__}"


class _DropToldElsewhere:
    """Drops the events that are told in another way."""

    def __init__(self, told: Collection[str]) -> None:
        self._told = told

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
        if line.get("event") in self._told:
            raise structlog.DropEvent
        return line


def configure_logging(*, level: str = "INFO", pretty: bool = False, told_elsewhere: Collection[str] = ()) -> None:
    """Set logging up for this process; library loggers only speak of warnings.

    ``pretty`` writes for people even where there is no terminal; events in ``told`` are told in another way.
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
    for name in ("aiosmtplib", "aiohttp.access", "mail.log", "apscheduler", "transitions", "watchfiles"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
