"""What comes back about mails: heard by LMTP or from files, matched to its mail, acted on."""
