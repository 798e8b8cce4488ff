"""Questions that a table of the team answers."""
