"""Stand-ins for Messenger and a mail server, spoken to over real HTTP and SMTP."""
