"""Tests of domain/links."""
