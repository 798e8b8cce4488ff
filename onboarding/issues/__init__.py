"""Newsletter issues: their file, who is a reader, and what the event of an issue means for one of them."""
