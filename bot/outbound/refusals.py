"""How a refusal of the platform is told: in the send ledger, and in the log."""

import structlog

from bot.graph_api.errors import GraphAnswer
from domain.ports import Claim

_REMEDY = "look the code up in docs/messenger.md; with the trace the platform's support finds the call"

_log = structlog.get_logger(__name__)


def describe_refusal(answer: GraphAnswer) -> str:
    """Return outcome, status and codes of an answer; it holds no text of the platform, which may quote a person."""
    return f"{answer.outcome.value}: status {answer.status}, code {answer.code}/{answer.subcode}"


def log_refusal(event: str, claim: Claim, answer: GraphAnswer, *, strikes: int = 0, remedy: str = "") -> None:
    """Log a refused call at level error, with what the platform's support asks for."""
    _log.error(
        event,
        lane=claim.lane,
        outcome=answer.outcome.value,
        status=answer.status,
        code=answer.code,
        subcode=answer.subcode,
        trace=answer.trace,
        strikes=strikes,
        remedy=remedy or _REMEDY,
    )
