"""Where a person stands at a step, what can follow from it, and the rules of waits."""
