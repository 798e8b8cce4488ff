"""Words as people spell them, and what only stands beside an answer."""
