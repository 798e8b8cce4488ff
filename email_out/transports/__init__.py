"""How a finished message reaches a mail server, and what the server answers."""
