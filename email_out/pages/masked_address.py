"""How a page names an address to whoever holds a link: mails get forwarded, so the holder need not be the person."""

_HIDDEN = "…"
"""Stands for any number of characters, so that the mask does not tell how long the address is."""
_SHORTEST = 3
"""Characters of a part whose first one may be shown; of a shorter part it would be most of it."""


def mask_email(email: str) -> str:
    """Return the address with all but two first letters and the top-level domain hidden: “m…@e….com”."""
    # The domain is hidden too: many people have one of their own, which is their name.
    local, _, domain = email.rpartition("@")
    name, dot, top = domain.rpartition(".")
    return f"{_mask_part(local)}@{_mask_part(name)}{dot}{top}"


def _mask_part(part: str) -> str:
    return (part[0] if len(part) >= _SHORTEST else "") + _HIDDEN
