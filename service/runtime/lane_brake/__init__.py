"""The brake of the marketing lane: what it counts, and what makes it stop the lane."""
