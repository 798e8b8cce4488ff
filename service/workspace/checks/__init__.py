"""Checks that need more than one file of a workspace."""
