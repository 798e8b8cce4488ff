"""``make bench`` (or ``python -m bench ROW …`` for some rows): measure, print a table, exit 1 if a wish fails."""

import sys
from collections.abc import Awaitable, Callable, Mapping

import uvloop
from rich.console import Console

from bench.rows import bare, batch, crowd, doorstep, due, hanging, mail, memory, peers, rate, reply, step, workspace
from bench.rows.peers import PeerMissingError
from bench.sink import SinkMissingError
from bench.table import Figures, NotMeasuredError, show

ROWS: Mapping[str, Callable[[Figures], Awaitable[None]]] = {
    "bare": bare.measure,
    "doorstep": doorstep.measure,
    "hanging": hanging.measure,
    "batch": batch.measure,
    "rate": rate.measure,
    "step": step.measure,
    "reply": reply.measure,
    "peers": peers.measure,
    "mail": mail.measure,
    "due": due.measure,
    "crowd": crowd.measure,
    "memory": memory.measure,
    "workspace": workspace.measure,
}


async def run(names: list[str], console: Console) -> bool:
    """Measure the named rows; tell whether every wish that could be judged holds."""
    figures: Figures = {}
    good = True
    for name in names:
        console.print(f"measuring: {name}", style="dim")
        try:
            await ROWS[name](figures)
        except (PeerMissingError, SinkMissingError) as missing:
            console.print(f"left out: {missing}", style="yellow")
        except NotMeasuredError as failure:
            console.print(f"not measured: {failure}", style="red")
            good = False
    return show(figures, console) and good


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 good, 1 a wish does not hold, 2 no such row."""
    unknown = sorted(set(arguments) - set(ROWS))
    console = Console()
    if unknown:
        console.print(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
        return 2
    return 0 if uvloop.run(run(arguments or list(ROWS), console)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
