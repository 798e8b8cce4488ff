"""Parts of compiled sequences that know nothing of the rest: waits, times, names, positions."""
