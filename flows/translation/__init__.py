"""Texts of flows in other languages: what is missing, what is stale, and files for translators."""
