"""What Messenger sends us: signature, parsing, and the webhook that commits before it answers."""
