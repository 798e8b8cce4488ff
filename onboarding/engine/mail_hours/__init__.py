"""The hours at which a person gets mail: no quiet ones, and best the one before they use the product."""
