"""A stand-in for Mailjet's API over real HTTP: sending, messages, contacts and lists, events."""
