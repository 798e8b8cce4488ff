"""The numbers behind “did it help?”: intervals for every look, a check of the split, days to the goal."""
