"""Where a person stands at a step, what can follow from it, and how its texts are filled."""
