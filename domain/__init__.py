"""What the product is about: people, what happens to them, and what is decided.

Everything in this package is pure: no clock, no randomness, no I/O, no ``async``.  The packages above it (``flows``,
``onboarding``, ``bot``, ``email_out``, ``store``) speak to each other only in these words.
"""
