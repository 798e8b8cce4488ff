"""The clock of a test run: it begins at the same moment whenever the tests are run, and passes from there.

Tests whose subject is time move a clock of their own.  All others, and the processes that they start, take the time
from here, so that no hour, date or time zone of the machine can change what they see.  ``make clocks`` runs the suite
at other moments (:mod:`tests.support.clocks`), to show that no test counts on this one either.
"""

import os
from datetime import UTC, datetime, timedelta

from service.engine import clock

TEST_START = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
"""A Monday, 10:00 in Berlin: outside the quiet hours, far from any change of summer time."""

START_SETTING = "DOORSTEP_TEST_START"
"""Environment variable with another moment to begin at, ISO 8601 with offset."""

_AHEAD = "DOORSTEP_TEST_CLOCK_AHEAD"
"""Environment variable that hands the offset in seconds to processes, so that all of a run have the same: time never
goes back when one is killed and started again."""


def begin_test_time() -> None:
    """Let business time begin at :data:`TEST_START`; called once a process, before anything asks for the time."""
    start = datetime.fromisoformat(os.environ.get(START_SETTING) or TEST_START.isoformat())
    seconds = os.environ.setdefault(_AHEAD, str((start - clock.system_now()).total_seconds()))
    clock.run_ahead(timedelta(seconds=float(seconds)))


def doorstep_program() -> str:
    """Return Python code that runs ``doorstep`` on the clock of this test run, for ``python -c CODE WORDS``."""
    return (
        "import sys; from datetime import timedelta; from service.engine import clock; "
        f"clock.run_ahead(timedelta(seconds={os.environ[_AHEAD]})); "
        "from service.cli.main import main; sys.argv = ['doorstep', *sys.argv[1:]]; main()"
    )
