"""Events from Messenger: signature, parsing, and the webhook that commits before it answers."""
