"""The same conversation on other frameworks, in small apps of our own."""
