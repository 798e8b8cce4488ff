"""Transcripts: conversations as a marketer wants them to go, played in virtual time against the real deciding."""
