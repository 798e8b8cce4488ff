"""The Messenger door: webhook in, Send API out."""
