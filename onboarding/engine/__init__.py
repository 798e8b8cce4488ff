"""Deciding about sequences: behaviour, step rules, quiet hours."""
