"""What the variables in a text stand for."""

from flows.book import Voice
from flows.texts import Text
from subscribers.record import Subscriber

FIRST_NAME = 40
"""Characters of a first name that are said; a profile can hold anything."""


def variables(text: Text, voice: Voice, record: Subscriber, *, address: str, begins: str) -> dict[str, object]:
    """Return the values a text needs; ``address`` is the conversation's, ``begins`` a word that begins a flow."""
    values: dict[str, object] = {**voice.fallbacks, **voice.constants}
    values.update((name, value) for name, value in record.fields.items() if value not in (None, ""))
    name = " ".join(str(record.fields.get("first_name") or record.profile.first_name).split())[:FIRST_NAME]
    if name:
        values["first_name"] = name
    if "hi" in text.variables:
        values["hi"] = voice.named.render(values) if name else voice.unnamed.render(values)
    if "email" in text.variables:
        held = record.addresses.get(address)
        values["email"] = held.email if held else voice.replies["your_inbox"].source
    if "word" in text.variables:
        values["word"] = begins or voice.constants["start_over"]
    return values
