"""Conversations: their language, how it is compiled and checked, and one pure step for each event."""
