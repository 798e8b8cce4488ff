"""What typed words mean: stop, yes and no, choices, declines, small talk, questions."""
