"""What ``make bench`` measures: rates and latencies beside a bare handler, the peers and the standard library."""
