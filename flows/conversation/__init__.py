"""A conversation while one event is decided: its state, its speech, and the walk from step to step."""
