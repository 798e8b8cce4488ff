"""Exceptions that the user can mend: each is printed as a sentence instead of a traceback, and has an exit code."""

from os import PathLike, fsdecode

from domain.keyring import ShortSecretError
from domain.ports import StoreError, StoreSettingsError
from service.backup.errors import BackupFileError
from service.cli import output
from service.runtime.settings import SettingsError
from service.runtime.supervisor import ServiceFailedError
from service.workspace.edition import WorkspaceError
from service.workspace.publishing.publish import NothingLiveError

WRONG_SETTINGS = (SettingsError, ShortSecretError, StoreSettingsError)
"""A setting is missing or unusable.  ``StoreSettingsError`` is a ``StoreError`` too, so these are looked at first."""
WRONG_OUTCOME = (StoreError, ServiceFailedError, NothingLiveError, BackupFileError)


def print_failure(error: Exception) -> int | None:
    """Print what an exception means to the user; return the exit code, or None if it is a fault of the program."""
    if isinstance(error, WorkspaceError):
        output.print_findings([finding for finding in error.findings if finding.severity == "error"])
        return _print_lines("the workspace has errors; nothing was done.", output.WRONG)
    if isinstance(error, WRONG_SETTINGS):  # before WRONG_OUTCOME: StoreSettingsError is in both
        return _print_lines(str(error), output.USAGE)
    if isinstance(error, WRONG_OUTCOME):
        return _print_lines(str(error), output.WRONG)
    # An OSError without a file name comes from a socket or a bug: its traceback is wanted.
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes | PathLike):
        return _print_lines(f"{fsdecode(error.filename)}: {error.strerror}.", output.WRONG)
    return None


def _print_lines(message: str, exit_code: int) -> int:
    for line in message.splitlines():
        output.err.print(f"doorstep: {line}", markup=False, soft_wrap=True)
    return exit_code
