"""Time to compile and check a large workspace, for which a marketer waits after each change."""

import time
from collections.abc import Iterator

from bench.table import Figures, NotMeasuredError
from service.workspace.edition import CONFIG_FILE, compile_edition, shipped_files

RUNS = 3
"""The quickest of these counts: the others tell of the machine.  Nothing is waited for: a core's time is the time."""


async def measure(figures: Figures) -> None:
    """Seconds of a core for 2,000 steps with two choices and variables in two languages; and for twice as many."""
    figures["2,000 steps in 20 flows, s"] = _compile_seconds(20, 100)
    figures["2,000 steps in one flow, s"] = _compile_seconds(1, 2000)
    figures["4,000 steps, s"] = _compile_seconds(40, 100)


def _compile_seconds(flows: int, steps: int) -> float:
    files = workspace_of(flows, steps)
    return min(_compile_once(files) for _ in range(RUNS))


def workspace_of(flows: int, steps: int) -> dict[str, str]:
    """Return the shipped workspace with these flows in place of its own."""
    shipped = shipped_files()
    files = {name: text for name, text in shipped.items() if not name.startswith("flows/")}
    # Nothing in the menu may begin a flow that is not here.
    files[CONFIG_FILE] = files[CONFIG_FILE].split("\nmenu:", 1)[0].split("\nice_breakers:", 1)[0] + "\n"
    for number in range(flows):
        files[f"flows/f{number}.yaml"] = "".join(_original_flow(number, steps))
        files[f"flows/f{number}.de.yaml"] = "".join(_german_flow(number, steps))
    return files


def _compile_once(files: dict[str, str]) -> float:
    began = time.process_time()
    _, found = compile_edition(files)
    took = time.process_time() - began
    wrong = [finding for finding in found if finding.file.startswith("flows/")]
    if wrong:
        message = f"the workspace is not good: {wrong[0]}"
        raise NotMeasuredError(message)
    return took


def _original_flow(number: int, steps: int) -> Iterator[str]:
    yield f"flow: f{number}\nlanguage: en\nstart: {{words: [begin {number}]}}\nsteps:\n"
    for at in range(steps):
        onward = f"s{at + 1}" if at + 1 < steps else "end"
        yield (
            f'  s{at}:\n    say: "{{{{ hi }}}}, this is question {at}. Which do you like?"\n    choices:\n'
            f"      Strong {at}: {onward}\n      Light {at}: {{say: Light it is., go: {onward}}}\n"
            f"    again: Tap one of them, please.\n    else: later\n"
        )
    yield "  later:\n    say: Another time, then.\n"


def _german_flow(number: int, steps: int) -> Iterator[str]:
    yield f"flow: f{number}\nlanguage: de\nsteps:\n"
    for at in range(steps):
        yield (
            f'  s{at}:\n    say: "{{{{ hi }}}}, das ist Frage {at}. Was magst du?"\n    choices:\n'
            f"      Strong {at}: Stark {at}\n      Light {at}: {{label: Leicht {at}, say: Leicht also.}}\n"
            f"    again: Bitte tipp eins an.\n"
        )
    yield "  later:\n    say: Dann ein andermal.\n"
