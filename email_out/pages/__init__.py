"""The web pages that links in mails lead to: confirm, unsubscribe, preferences."""
