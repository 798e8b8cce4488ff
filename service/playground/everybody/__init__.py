"""All people of the playground at once: who gets what by tomorrow night, and what did not go."""
