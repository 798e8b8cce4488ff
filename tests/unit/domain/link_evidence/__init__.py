"""Tests of domain/link_evidence."""
