"""What comes back about mails that were sent: what it means, and whom it is about.  Pure."""
