"""Ways to choose without the words of a label: by its place in the list, and by saying “none”, “no idea”, “not yet”."""
