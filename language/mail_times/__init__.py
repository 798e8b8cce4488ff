"""When people get mail, and how much of it: caps and workdays."""
