"""The email door: templates, rendering, sending, and the pages that links in mails lead to."""
