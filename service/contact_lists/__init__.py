"""Contact lists at a mail provider: kept in step with who agreed here, and compared each night."""
