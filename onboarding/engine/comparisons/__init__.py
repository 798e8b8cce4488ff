"""Groups of people that are compared: who is held out of a sequence."""
