"""Reports that are read from counters and histories."""
