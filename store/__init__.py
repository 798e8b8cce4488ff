"""Where it is kept: one port, two stores (memory and Valkey/Redis), and the embedded server."""
