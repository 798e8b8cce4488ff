"""What a test of a command is handed."""

from collections.abc import Callable

Doorstep = Callable[..., tuple[int, str]]
"""Calls the program with these words; returns its exit code, and what it printed."""
