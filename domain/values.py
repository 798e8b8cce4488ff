"""What a field, a variable or a property can hold, and words that several modules know."""

from typing import Literal

Value = str | int | float | bool | None
"""What a field of a person, a variable of a conversation, or a property of an event can hold."""
MailDays = Literal[0, 7, 30]
"""Least days between two marketing mails that a reader may choose; 0: as they come."""
StopReason = Literal["too_often", "not_for_me", "never_asked", "not_now", "other"]
"""Why somebody stopped a mail, as the page offers it; counted, never kept of a person."""
