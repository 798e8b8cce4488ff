"""Metrics of the mails.  Labels are names from our own tables, so none holds anything about a person."""

from prometheus_client import Counter

MAILS = Counter("doorstep_mails", "Mails that left a lane, by what became of them", ["lane", "status"])
