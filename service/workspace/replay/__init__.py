"""Replays recent conversations on a changed edition, to see which answers would now lead elsewhere."""
