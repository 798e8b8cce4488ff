"""Timelines: sequences as a product manager wants them to go, walked in virtual time by the real deciding."""
