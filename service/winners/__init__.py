"""Chooses the better part of a split for those who begin from then on."""
