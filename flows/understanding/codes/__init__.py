"""What people say while a code is waited for: asking for another one, and that no mail has come."""
