"""What is noted in memory is written once, and kept while the store is away."""

from structlog.testing import capture_logs

from domain.ports import StoreAwayError
from service.engine.note_buffer import NoteBuffer


def test_notes_are_taken_once_and_in_their_order_also_after_the_store_was_away() -> None:
    """What came while it was away stands behind what waited; the log names the work, and nothing that was noted."""
    buffer: NoteBuffer[str] = NoteBuffer(job="brake")
    buffer.add("first")
    with capture_logs() as lines, buffer.take() as notes:
        buffer.add("second")
        raise StoreAwayError
    assert notes == ["first"]
    assert lines == [{"event": "store_away", "job": "brake", "error": "StoreAwayError", "log_level": "warning"}]
    with buffer.take() as notes:
        buffer.add("third")
    assert notes == ["first", "second"]
    with buffer.take() as notes:
        assert notes == ["third"]
