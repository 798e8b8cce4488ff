"""Tests of reading addresses."""
