"""Conditions in plain language, such as ``cup.noted at least 3 times in 7 days``."""
