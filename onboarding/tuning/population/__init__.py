"""Whole populations in virtual time: who does what, and what comes of it."""
