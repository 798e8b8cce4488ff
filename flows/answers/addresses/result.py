"""What a text holds: one address, one to ask about, several to choose from, or none and why."""

from dataclasses import dataclass
from typing import Literal

SuggestionReason = Literal["typo", "spaces", "spoken", "signs", "denied"]
"""Why an address is asked about: a likely slip, spaces within it, words for signs, signs that need not belong to it, a
“not” beside it."""
Problem = Literal["", "no_at", "no_dot", "one_side", "two_ats", "signs", "long", "list", "former"]
"""What is wrong with something that was meant as an address; empty if nothing looks like one;
``former`` if all that were named are no longer in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAddress:
    """One address, beyond doubt."""

    email: str
    """Normalised (RFC 5321, RFC 6531)."""
    cut: str = ""
    """Signs that stood directly around it and are not part of it, such as an emoji."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedAddress:
    """An address that was probably meant: the person is asked before it is used."""

    email: str
    reason: SuggestionReason
    typed: str = ""
    """The address exactly as it was typed, if it can be one: the person may insist on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralAddresses:
    """Different addresses, or different readings of one: the person is asked which."""

    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAddress:
    """No address that can be used."""

    problem: Problem = ""


AddressReading = OneAddress | SuggestedAddress | SeveralAddresses | NoAddress
