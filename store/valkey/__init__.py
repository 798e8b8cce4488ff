"""The store on Valkey or Redis: one pipeline, and Lua scripts that commit all or nothing."""
