"""One running service for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.running_service import RunningService, run_service


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningService]:
    """Return a running service that has no subscribers yet."""
    async with run_service(tmp_path) as running:
        yield running
