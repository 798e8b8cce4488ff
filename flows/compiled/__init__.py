"""Compiled flows: the catalog, its steps, its transitions, and the texts of each language."""
