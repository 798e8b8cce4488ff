"""Carrying out effects: what each effect does, and the ports that it needs."""
