"""Logging: one line an event, JSON for programs, coloured for a terminal; never an address, token, psid or text.

Values come only from a list of names that are known to be harmless; anything else is replaced by its type, so
that a careless line cannot leak.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HARMLESS = frozenset({
    "event", "level", "timestamp", "accepted", "code", "count", "duplicate", "edition", "error", "failures", "findings",
    "held", "invalid", "job", "lane", "outcome", "reason", "remedy", "role", "send", "state", "status", "strikes",
    "subcode", "subscriber", "template", "trace", "unknown_person", "url", "what", "where",
})
"""Names whose values may stand in a log line."""


def _harmless_only(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401  structlog
    return {
        name: value if name in HARMLESS else f"<{type(value).__name__}>" for name, value in line.items()
    }


def configure(*, level: str = "INFO") -> None:
    """Set logging up for this process; library loggers only speak of warnings."""
    pretty = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _harmless_only,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: a library reported an error")
    for name in ("aiosmtplib", "aiohttp.access", "mail.log", "apscheduler", "transitions", "watchfiles"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
