"""One module for each kind of input that a conversation reacts to."""
