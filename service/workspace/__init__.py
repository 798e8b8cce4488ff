"""A workspace as one checked value: the edition, and the shipped workspace beside it."""
