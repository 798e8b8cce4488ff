"""The engine: load a record, decide its events, and commit the decision."""
