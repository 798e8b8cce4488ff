"""``make bench``, or ``python -m bench ROW …``: measures, prints tables, exits 1 if a target is missed."""

import sys
from collections.abc import Awaitable, Callable, Mapping

import uvloop
from rich.console import Console

from bench.rows import (
    bare,
    batch,
    confirmation,
    crowd,
    doorstep,
    due,
    feedback,
    hanging,
    mail,
    mailjet,
    memory,
    peers,
    rate,
    reply,
    sequences,
    starts,
    step,
    workspace,
)
from bench.rows.peers import PeerMissingError
from bench.sink import SinkMissingError
from bench.table import Figures, NotMeasuredError, print_tables

ROWS: Mapping[str, Callable[[Figures], Awaitable[None]]] = {
    "bare": bare.measure,
    "doorstep": doorstep.measure,
    "hanging": hanging.measure,
    "batch": batch.measure,
    "rate": rate.measure,
    "step": step.measure,
    "sequences": sequences.measure,
    "starts": starts.measure,
    "reply": reply.measure,
    "peers": peers.measure,
    "mail": mail.measure,
    "confirmation": confirmation.measure,
    "mailjet": mailjet.measure,
    "feedback": feedback.measure,
    "due": due.measure,
    "crowd": crowd.measure,
    "memory": memory.measure,
    "workspace": workspace.measure,
}


async def run_rows(names: list[str], console: Console) -> bool:
    """Measure the named rows; return True if every target that could be compared is met."""
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
    return print_tables(figures, console) and good


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 good, 1 a target is missed, 2 no such row."""
    unknown = sorted(set(arguments) - set(ROWS))
    console = Console()
    if unknown:
        console.print(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
        return 2
    return 0 if uvloop.run(run_rows(arguments or list(ROWS), console)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
