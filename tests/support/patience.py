"""How long a test waits for something that another task or process does."""

PATIENCE_SECONDS = 120
"""A bound after which it counts as missing.  It is never waited out where things go right, so it is generous: a machine
under load is slow, not wrong."""
