"""Old conversations played again on a new edition."""
