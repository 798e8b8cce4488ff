"""Messages to Messenger: rendering, rate limits, and the sender that settles each claimed message."""
