"""What a field of a person, a variable of a conversation, or a property of an event can hold."""

Value = str | int | float | bool | None
