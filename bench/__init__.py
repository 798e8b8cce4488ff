"""``make bench``: rates and latencies, compared with a bare handler, two peers and the standard library."""
