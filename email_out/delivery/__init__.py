"""From a claimed mail to its outcome: gates, hand-over to a transport, settlement."""
