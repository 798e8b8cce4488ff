"""Which events may begin a record, by which a person shows that they are there, and how each is called.  Pure."""

from domain.event_types.base import Event
from domain.events import (
    ChoiceAnswered,
    Commented,
    ConfirmPressed,
    FrequencyChosen,
    Message,
    MessageEdit,
    OptIn,
    Postback,
    PrivateReplyDelivered,
    ProductEvent,
    Reaction,
    Referral,
    Resubscribed,
    StopReasonGiven,
)

CREATING = (Message, Postback, Referral, OptIn, Commented, PrivateReplyDelivered)
"""Events that may create a record; all others speak of a subscriber who is known already."""

ENGAGING = (
    Message, Postback, Referral, OptIn, Commented, MessageEdit, Reaction, ConfirmPressed, StopReasonGiven, Resubscribed,
    ProductEvent, ChoiceAnswered, FrequencyChosen,
)  # fmt: skip
"""Events by which a person shows that they are there; all others are of machines, of the team, or a farewell."""


def event_tag(event: Event) -> str:
    """Return the name under which stores, histories and metrics know an event, whatever its class is called today."""
    return str(event.__struct_config__.tag)
