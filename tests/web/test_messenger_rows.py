"""Each row of the error table: what was sent, what the platform answered, what Doorstep did."""

import pytest
import structlog

from bot.graph_api.errors import ERRORS, ErrorRow, SendOutcome
from bot.outbound.rate_limit import PAUSES
from tools import try_error_table
from tools.try_error_table import FailureTrial, try_failure

REFUSED = {
    SendOutcome.OUTSIDE_WINDOW: "outside_window",
    SendOutcome.UNAVAILABLE: "user_unavailable",
    SendOutcome.PERMANENT: "permanent",
}
FIRST = {rule.outcome: rule.first_s for rule in PAUSES}
ASKED = {4: 120, 80006: 120}
"""Seconds that the stand-in asks for with these."""


def expected(row: ErrorRow) -> FailureTrial:
    """Return what must come of a row."""
    kind = try_error_table.NAMES[row.code, row.subcode]
    answered = try_error_table._describe_answer(kind)
    if row.outcome in REFUSED:
        told = (REFUSED[row.outcome],)
        return FailureTrial(
            answer=answered, arrived_at_once=("2",), arrived_later=("2",), paused_s=0, waited_s=0, told_reasons=told
        )
    if row.outcome is SendOutcome.SENT_DESPITE_ERROR:
        both = ("1", "2")
        return FailureTrial(
            answer=answered, arrived_at_once=both, arrived_later=both, paused_s=0, waited_s=0, told_reasons=()
        )
    paused = ASKED.get(row.code if not row.subcode else 0, FIRST.get(row.outcome, 0))
    waited = min(paused, 30) or 12
    return FailureTrial(
        answer=answered, arrived_at_once=(), arrived_later=("1", "2"), paused_s=paused, waited_s=waited, told_reasons=()
    )


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: f"{row.code}/{row.subcode}")
async def test_a_row_is_tried(row: ErrorRow) -> None:
    """On the strict stand-in, with the real sender: nothing is lost that may go, nothing goes twice."""
    assert await try_failure(try_error_table.NAMES[row.code, row.subcode]) == expected(row)


async def test_the_table_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a row, in words."""
    monkeypatch.setattr(try_error_table, "ERRORS", [row for row in ERRORS if row.code in (190, 551)])
    monkeypatch.setattr(structlog, "configure", lambda **_: None)
    await try_error_table._print_table()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("|")][2:]
    told = "told the flow: user_unavailable; never sent it again; the next message went at once |"
    assert rows == [
        ["| “1”, then “2”", "403 551", "the person is not available", told],
        ["| “1”, then “2”", "403 551/1545041", "the person blocked us", told],
        ["| “1”, then “2”", "401 190", "token invalid or expired", "let the Page wait 30 s; then each arrived once |"],
    ]
