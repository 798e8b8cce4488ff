"""Copies of a store: as it is at one moment, and back into empty servers."""
