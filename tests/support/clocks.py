"""The suite at awkward moments: ``python -m tests.support.clocks [PYTEST WORDS]`` runs it at each and prints a table.

The moments are those at which programs break that take their time from the machine: at night, at the last second of a
day and of a year, on the day that most years lack, and across the changes of summer time of two continents.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

from tests.support.clock import START_SETTING
from tests.support.paths import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a run begins, and in which time zone the machine is."""

    name: str
    start: str
    """ISO 8601 with offset."""
    zone: str
    """IANA name, for the environment variable ``TZ``."""


MOMENTS = (
    Moment(name="Saturday 02:30", start="2026-11-28T02:30:00+01:00", zone="UTC"),
    Moment(name="Sunday 23:59:50", start="2026-11-29T23:59:50+14:00", zone="Pacific/Kiritimati"),
    Moment(name="31 December 23:59", start="2026-12-31T23:59:00-08:00", zone="America/Los_Angeles"),
    Moment(name="29 February 12:00", start="2028-02-29T12:00:00+01:00", zone="UTC"),
    Moment(name="Berlin, summer time begins", start="2027-03-28T01:59:30+01:00", zone="Europe/Berlin"),
    Moment(name="Berlin, summer time ends", start="2026-10-25T02:59:30+02:00", zone="Pacific/Kiritimati"),
    Moment(name="New York, summer time begins", start="2027-03-14T01:59:30-05:00", zone="America/New_York"),
    Moment(name="New York, summer time ends", start="2026-11-01T01:59:30-04:00", zone="America/Los_Angeles"),
)


AT_ONCE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""Words for pytest: on all processors, as ``make test`` does."""


def run_suite(moment: Moment, words: list[str]) -> tuple[int, str]:
    """Run pytest at a moment; return its exit code and all that it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env=environment | {START_SETTING: moment.start, "TZ": moment.zone},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


def main() -> int:
    """Run the suite at every moment; return 1 if a test failed at any."""
    failed = False
    for moment in MOMENTS:
        code, told = run_suite(moment, [*AT_ONCE, *sys.argv[1:]])
        failed |= code != 0
        counts = re.findall(r"^\d+ (?:passed|failed).*$", told, re.MULTILINE)
        sys.stdout.write(f"{moment.name:30} {moment.zone:22} {counts[-1] if counts else told[-500:]}\n")
        sys.stdout.write("".join(f"    {line}\n" for line in re.findall(r"^(?:FAILED|ERROR) .*$", told, re.MULTILINE)))
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
