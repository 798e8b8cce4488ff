"""How an error is told in a log line, a metric or the store, and how long to wait after it.  Pure."""

LONGEST_PAUSE_MS = 3_600_000


class DecidingFailedError(Exception):
    """Deciding raised.  The record is unchanged and quarantined; ``doorstep sends`` lists it."""


def describe_error(error: BaseException) -> str:
    """Return type and place of an error, such as ``ValueError in read_step:41``; of a group, its first error's.

    The error's own text is left out, since it may quote a person.
    """
    while isinstance(error, BaseExceptionGroup):  # a task group wraps even a single error
        error = error.exceptions[0]
    frame = error.__traceback__
    # The last frame is where the error was raised; the first is where it was caught.
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" in {frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else ""
    return type(error).__name__ + where


def growing_pause_ms(failures: int, *, first_ms: int = 1_000) -> int:
    """Return the pause after so many failures: the first one, then each twice as long, up to an hour."""
    return min(LONGEST_PAUSE_MS, first_ms << min(failures, 12))
