"""What people say in the chat to sequences: the answers to their questions."""
