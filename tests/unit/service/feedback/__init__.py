"""Tests of the desk for what comes back."""
