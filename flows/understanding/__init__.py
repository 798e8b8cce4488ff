"""What a typed text means."""
