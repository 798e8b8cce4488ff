"""The Messenger bot: webhook events in, Send API messages out."""
