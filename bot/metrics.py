"""Metrics of the Messenger bot.  Labels are names from our own tables, so none holds anything about a person."""

from prometheus_client import Counter, Gauge

EVENTS = Counter("doorstep_webhook_events", "Webhook items by kind, read or ignored", ["kind"])
REQUESTS = Counter("doorstep_webhook_requests", "Webhook requests by status answered", ["status"])
SENDS = Counter("doorstep_chat_sends", "Attempts to send a chat message, by outcome", ["outcome"])
PAUSED = Gauge("doorstep_page_paused_until", "Server time (s) until which a Page sends nothing", ["lane"])
POLICY = Counter("doorstep_policy_enforcement", "What the platform told of its policy", ["action"])
