"""Hooks: signed requests to programs of the workspace's own, and their answers."""
