"""Tests of requests to stop all mails."""
