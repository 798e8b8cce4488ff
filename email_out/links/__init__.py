"""Counted links of mails: their tokens, how they get into a mail, and what speaks against a person behind a request."""
