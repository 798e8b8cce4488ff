"""``doorstep demo``: everything in one process, to look at and to play with."""

from collections.abc import Sequence
from pathlib import Path

import uvloop
from rich.panel import Panel

from language.findings import Finding
from service.cli import output
from service.demo.compose import Demo, running
from service.runtime import logs, settings
from service.runtime.serve import until_signal

WORKSPACE = Path("workspace")


def demo() -> None:
    """Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all."""
    logs.configure(level="WARNING", pretty=True, told=("edition_refused",))
    uvloop.run(_demo())


async def _demo() -> None:
    listen = settings.read(needed=False)
    async with (
        until_signal() as stop,
        running(WORKSPACE, host=listen.host, port=listen.port, data=listen.data) as one,
    ):
        one.doorstep.vital.watch(stop.set)
        one.doorstep.editions.changed.append(lambda: refused(one.doorstep.editions.findings))
        _welcome(one)
        await stop.wait()
        output.out.print("Stopping; everything is kept in var/ for the next time.")
    one.doorstep.vital.check()


def refused(findings: Sequence[Finding]) -> None:
    """Say of a saved file with errors what ``doorstep check`` says of it."""
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        output.findings(errors)
        output.out.print(f"[red]{output.counted(len(errors), 'error')}: the texts from before go on.[/]")


def _welcome(one: Demo) -> None:
    words = one.doorstep.editions.current.config
    output.out.print(
        Panel.fit(
            f"[bold]Open {one.url}/playground[/]\n\n"
            f"Chat with {words.bot} of {words.brand}, opt in, read your mail, move the clock.\n"
            f"Then edit a text and save it; it is taken over at once:\n\n"
            f"  {one.workspace}/flows/newsletter.yaml        what {words.bot} says\n"
            f"  {one.workspace}/sequences/tasting_book.yaml  which mails follow, and when\n"
            f"  {one.workspace}/emails/welcome.mjml          what they look like\n"
            f"  {one.workspace}/doorstep.yaml                who you are\n\n"
            f"Make it yours: doorstep init my-brand      Stop: Ctrl-C",
            title="Doorstep demo",
            border_style="green",
        )
    )
