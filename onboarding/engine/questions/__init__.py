"""Questions in mails: asking, waiting for the answer, taking it in."""
