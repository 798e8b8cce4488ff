"""Every finding code with its meaning, its example and its remedy."""
