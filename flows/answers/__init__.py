"""What an answer means: email addresses, numbers, phone numbers, patterns, dates."""
