"""Declared fields: values for them that programs and events tell."""
