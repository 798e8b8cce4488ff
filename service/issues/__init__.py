"""Releasing newsletter issues: their states, the plan, the release to the readers, and what became of it."""
