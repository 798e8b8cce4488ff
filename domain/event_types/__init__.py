"""Events that :mod:`domain.events` joins with its own: what all have in common, and those of the team."""
