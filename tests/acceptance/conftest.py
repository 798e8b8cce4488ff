"""One town a test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.running_service import Town, town


@pytest.fixture
async def amsel(tmp_path: Path) -> AsyncIterator[Town]:
    """Return a town with nobody in it yet."""
    async with town(tmp_path) as one:
        yield one
