"""What every test run shares: which tests can run here, and how often processes are killed."""

import os
import shutil

import pytest
from hypothesis import settings

from tests.support import clock

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

# A busy machine is no fault of the code. The examples are the same in every run, so that a change is refused
# for what it changed and not for the luck of a draw; `make explore` draws new ones and prints how to repeat them.
settings.register_profile("doorstep", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("DOORSTEP_EXAMPLES", "doorstep"))

clock.begin_test_time()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the length of the tests that kill processes."""
    parser.addoption("--kills", type=int, default=10, help="how often each chaos test kills (default: 10)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say of every browser test that it is skipped where there is no Chromium."""
    if any(shutil.which(name) for name in CHROMIUMS):
        return
    skip = pytest.mark.skip(reason="no Chromium on this machine (Debian: apt-get install chromium)")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """Return how often a chaos test kills."""
    count = request.config.getoption("--kills")
    assert isinstance(count, int)
    return count


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium that browser tests drive."""
    return next(path for path in map(shutil.which, CHROMIUMS) if path)
