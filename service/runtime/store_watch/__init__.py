"""Watches the store while the service runs: is it still ours, does it keep what it is given, does it have our time."""
