"""Tests of what a product tells."""
