"""Email addresses in what a person typed: found whole, asked about, or not taken."""
