"""The shared vocabulary: what is known of a person, what happens to them, and what is decided.

Everything in this package is pure: no clock, no randomness, no I/O, no ``async``.  The rooms above
(``flows``, ``onboarding``, ``bot``, ``email_out``, ``store``) speak to each other only in these words.
"""
