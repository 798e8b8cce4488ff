"""Requests that no question waits for: for a person, for a pause, for a flow."""
