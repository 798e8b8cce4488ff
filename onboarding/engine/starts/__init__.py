"""What begins passes through sequences, besides confirmations and events."""
