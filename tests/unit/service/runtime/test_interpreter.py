"""A Python without profiles of its own use is told from one with them."""

import pytest

from service.runtime.interpreter import REMEDY, describe_slow_build


@pytest.mark.parametrize(
    ("options", "prefix", "told"),
    [
        ("'--prefix=/opt/python' '--enable-shared'", "/opt/python", REMEDY),
        ("'--prefix=/opt/python' '--enable-optimizations' '--with-lto'", "/opt/python", ""),
        ("'--prefix=/usr' '--without-ensurepip'", "/usr", ""),
        ("", "C:\\Python", ""),
    ],
)
def test_a_build_tells_how_it_was_made(options: str, prefix: str, told: str) -> None:
    """By the option, or because a distribution made it; who says nothing is not blamed."""
    assert describe_slow_build(options, prefix) == told
