"""Spelling of what people read, by the dictionaries of this machine; asked for with ``spelling: on``."""
