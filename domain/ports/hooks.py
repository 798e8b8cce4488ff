"""What the program behind a hook answers."""

from msgspec import Struct

from domain.record import Value


class HookAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """An answer of a hook."""

    taken: bool
    """False: there was no answer that counts."""
    fields: dict[str, Value] = {}
    """What it told, by field."""
