"""Servers of the embedded store's own program, started for tests: alone, as a cluster, with sentinels."""
