"""The hours at which a person gets mail: outside of the quiet ones, and before the one in which they use the product."""
