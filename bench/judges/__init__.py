"""Judges of the shipped mails: programs of others, asked about the raw source as it was received.

``make judges`` prints a line for each; one that is not installed is left out, and says how it is got.
"""
