"""Logging: one line an event, JSON for programs, coloured for a terminal; never an address, token, psid or text.

Values come only from a list of names that are known to be harmless; anything else is replaced by its type, so
that a careless line cannot leak.
"""

import logging
import sys
import traceback
from collections.abc import Collection, MutableMapping
from typing import Any

import structlog

HARMLESS = frozenset(
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
        "held",
        "invalid",
        "job",
        "lane",
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
    }
)
"""Names whose values may stand in a log line."""


def _harmless_only(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
    return {name: value if name in HARMLESS else f"<{type(value).__name__}>" for name, value in line.items()}


class _NameOnly(logging.Formatter):
    """A library's line as its level, its logger, and the type and place of the error: its texts may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{record.levelname} {record.name}: a library reported an error"
        kind, error = (record.exc_info or (None, None, None))[:2]
        if kind is None:
            return line
        frames = traceback.extract_tb(error.__traceback__) if error else []
        place = f" in {frames[-1].name}:{frames[-1].lineno}" if frames else ""
        return f"{line}: {kind.__name__}{place}"


class _Untold:
    """Drops the events that are told in another way."""

    def __init__(self, told: Collection[str]) -> None:
        self._told = told

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
        if line.get("event") in self._told:
            raise structlog.DropEvent
        return line


def configure(*, level: str = "INFO", pretty: bool = False, told: Collection[str] = ()) -> None:
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
            _Untold(told),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _harmless_only,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_NameOnly())
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    for name in ("aiosmtplib", "aiohttp.access", "mail.log", "apscheduler", "transitions", "watchfiles"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
