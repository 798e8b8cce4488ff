"""Consent: decisions, double opt-in, the ledger that proves it, and the registry of addresses."""
