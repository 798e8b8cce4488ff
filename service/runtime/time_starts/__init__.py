"""Jobs of the worker for starts by conditions and dates: looking at people for a new start, and letting them begin."""
