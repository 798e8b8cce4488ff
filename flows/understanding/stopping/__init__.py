"""Requests to stop all mails, however they are said."""
