"""Where it is kept: Valkey or Redis, and the embedded server that is used without a setting."""
