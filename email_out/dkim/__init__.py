"""DKIM for mail that goes out by SMTP: keys, signatures, and what belongs into DNS (RFC 6376, RFC 8463)."""
