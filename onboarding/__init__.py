"""Onboarding: sequences of mails that follow what a person does; their language, decisions and events API."""
