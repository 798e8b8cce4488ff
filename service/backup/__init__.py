"""Backups: an encrypted file with everything that is kept, and bringing it back."""
