"""Erasure and Meta's data deletion requests."""
