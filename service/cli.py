"""The ``doorstep`` command.

Exit codes: 0 good; 1 the user's files or the outcome are wrong; 2 wrong usage or settings.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from os import PathLike, fsdecode
from typing import Annotated

import typer
from rich.markup import escape

from service import settings
from service.commands import printing
from service.commands.check import check
from service.commands.consent import consent
from service.commands.init import init
from service.commands.messenger import messenger
from service.commands.run import run
from service.commands.sends import sends
from service.commands.sendtest import send_test
from service.commands.simulate import simulate
from service.vital import ServiceFailedError
from service.workspace import WorkspaceError
from subscribers.keyring import ShortSecretError
from subscribers.ports import StoreError, StoreSettingsError

cli = typer.Typer(
    name="doorstep", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="A Messenger bot that proves an email opt-in twice and onboards by what people really do.",
)


def _say_version(wanted: bool) -> None:  # noqa: FBT001  typer hands the option's value over
    if wanted:
        typer.echo(f"doorstep {version('doorstep')}")
        raise typer.Exit


@cli.callback()
def _first(
    context: typer.Context,
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Warn of settings that nobody reads; ``run`` refuses them."""
    for line in settings.unknown() if context.invoked_subcommand != "run" else ():
        printing.err.print(f"[yellow]doorstep:[/] {escape(line)}", soft_wrap=True)


def demo() -> None:
    """Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all."""
    from service.commands import demo as whole  # noqa: PLC0415  ``run`` needs none of it in memory

    whole.demo()


COMMANDS: Sequence[Callable[..., None]] = (demo, run, init, check, simulate, sends)
for command in COMMANDS:
    cli.command()(command)
cli.command("send-test")(send_test)
cli.add_typer(consent, name="consent")
cli.add_typer(messenger, name="messenger")


def main() -> None:
    """Run the command; what the user can mend is told in a sentence, never as a traceback."""
    try:
        cli()
    except WorkspaceError as error:
        printing.findings(error.findings)
        _leave("the workspace has errors; nothing was started.", printing.WRONG)
    except (settings.SettingsError, ShortSecretError, StoreSettingsError) as error:
        _leave(str(error), printing.USAGE)
    except (StoreError, ServiceFailedError) as error:
        _leave(str(error), printing.WRONG)
    except OSError as error:
        if not isinstance(error.filename, str | bytes | PathLike):
            raise
        _leave(f"{fsdecode(error.filename)}: {error.strerror}.", printing.WRONG)


def _leave(message: str, code: int) -> None:
    for line in message.splitlines():
        printing.err.print(f"doorstep: {line}", markup=False, soft_wrap=True)
    sys.exit(code)
