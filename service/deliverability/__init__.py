"""Whether mail arrives: what DNS says of the sender's domains, and what the doctor makes of it."""
