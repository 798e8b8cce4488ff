"""Finds the person whom a command names by an address, or by the name of their record."""

from typing import Annotated

import typer
from email_validator import EmailNotValidError, validate_email

from domain.consent import address_registry
from domain.keyring import Keyring
from domain.ports import Store

SubjectArgument = Annotated[
    str, typer.Argument(metavar="EMAIL|SUBSCRIBER", help="Their address, or the name of their record.")
]


class SubjectNotFoundError(LookupError):
    """There is no such person, or the address does not tell which one.  The message says what to do."""


def normalize_subject(subject_name: str) -> str:
    """Return an address in its normal form; a record's name unchanged."""
    if "@" not in subject_name:
        return subject_name
    try:
        return validate_email(subject_name, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error)) from None


async def find_subscriber(store: Store, keys: Keyring, subject_name: str) -> str:
    """Return the subscriber that an address or a record's name means; raises :class:`SubjectNotFoundError`.

    An address belongs to the person who proved it.  Others may have typed it too, and must not have their data exported
    or erased by its owner.
    """
    if "@" not in subject_name:
        if (await store.load(subject_name)).record is None:
            message = f"There is no record {subject_name[:80]}."
            raise SubjectNotFoundError(message)
        return subject_name
    state = address_registry.decode_state((await store.load_address(keys.address_hash(subject_name)))[0])
    if state.owner:
        return state.owner
    # Typed but never proven: which of them is meant, only the operator can find out.
    if not state.holders:
        message = "Nobody gave this address."
        raise SubjectNotFoundError(message)
    message = (
        f"Nobody has proven this address; it was typed by {', '.join(state.holders)}. "
        "If one of them is meant, give that name instead."
    )
    raise SubjectNotFoundError(message)
