"""Says whether the Python that runs this was built with profiles of its own use, which makes all of it faster."""

import sys
import sysconfig

OPTION = "--enable-optimizations"
PACKAGED = "/usr"
"""Prefix of a distribution's own Python.  Debian's names no such option, since it profiles by rules of its own."""
REMEDY = "This Python was built without profiles; one with them takes about a tenth less time: docs/performance.md."


def describe_slow_build(options: str | None = None, prefix: str | None = None) -> str:
    """Return what to do about a Python that was built without profiles; empty if it was built with them.

    ``options`` are those of its ``configure``, ``prefix`` where it is installed; by default those of this one.
    """
    told = sysconfig.get_config_var("CONFIG_ARGS") if options is None else options
    # One that tells nothing of its making (as on Windows) is taken for a good one: a wrong blame would send people away
    # to build what they have.
    if not told or OPTION in told or (prefix or sys.base_prefix) == PACKAGED:
        return ""
    return REMEDY
