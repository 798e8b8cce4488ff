"""Product events over HTTP: ``POST /api/events``."""
