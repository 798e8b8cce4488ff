"""Tests of email_out/links."""
