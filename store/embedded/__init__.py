"""The embedded Valkey server and its data folder."""
