"""Questions that mails ask: which run asked, and whether an answer still counts."""
