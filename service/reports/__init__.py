"""Reports from records and counters."""
