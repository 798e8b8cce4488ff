"""Names of what a conversation remembers from one event to the next.

They are the keys of :attr:`domain.record.Conversation.variables`, so they are stored: a name never changes.
"""

ADDRESS = "address"
"""Keyed hash of the address that the person gave."""
ADDRESS_MID = "address_mid"
"""Id of the message that gave it."""
SHOWN = "wording"
"""Hash of the consent text that was shown last."""
SHOWN_AS = "wording_serial"
"""Number of the message that showed it."""
VOUCHER = "code"
"""The voucher that was drawn last."""
UNHEARD = "unheard"
"""Name of the step whose question could not be sent."""
ROW = "row"
"""Id of the table row whose card was tapped last."""
CARDS = "cards"
"""Titles of the cards that were shown last; a mail may name them."""
HALF = "half"
"""A step, and what an answer to it has told so far (:attr:`flows.answers.question.RejectedAnswer.half`)."""
