"""Tests of what typed texts mean."""
