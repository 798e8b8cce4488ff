"""From rendered content to the bytes of a MIME message."""
