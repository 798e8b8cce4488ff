"""The suite passes at any hour: the tests that depend on time are run at awkward moments (all: ``make clocks``)."""

import asyncio

from tests.support.clocks import MOMENTS, Moment, run_suite

SENSITIVE = (
    "tests/unit/service/transcripts/test_commands.py::test_a_talk_on_the_terminal",
    "tests/unit/service/cli/test_start_moment.py",
    "tests/acceptance/test_main_job.py::test_who_stays_away_is_asked_back",
    "tests/acceptance/test_main_job.py::test_german_from_the_first_word_to_the_mail",
)
"""Commands that take a start moment, and two ways from the first word to the last mail."""
AT_ONCE = 2


async def test_what_depends_on_time_passes_at_awkward_moments() -> None:
    """At night, at the last second of a day and a year, on 29 February, across changes of summer time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def run_at(moment: Moment) -> tuple[str, int, str]:
        async with room:
            code, printed = await asyncio.to_thread(run_suite, moment, list(SENSITIVE))
        return moment.name, code, "" if code == 0 else printed[-2000:]

    results = await asyncio.gather(*map(run_at, MOMENTS))

    assert results == [(moment.name, 0, "") for moment in MOMENTS]
