"""What was heard about mails, in the log."""

import asyncio

from structlog.testing import capture_logs

from service.feedback.heard_log import HeardLog


async def test_the_first_body_is_told_at_once_and_the_others_together() -> None:
    """A provider that posts a hundred bodies a second fills no log, and none of its events is left out."""
    log = HeardLog()
    with capture_logs() as lines:
        log.note_body({"delivered": 2, "hard": 1})
        assert [line["outcome"] for line in lines] == ["delivered 2, hard 1"]
        for _ in range(100):
            log.note_body({"delivered": 3})
        await asyncio.sleep(0)
        assert len(lines) == 1
        log.write_rest()
        log.write_rest()
    assert [line["outcome"] for line in lines] == ["delivered 2, hard 1", "delivered 300"]
