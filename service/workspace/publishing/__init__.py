"""Changing a workspace while people are inside: what differs, who stands where, and the swap that strands nobody."""
