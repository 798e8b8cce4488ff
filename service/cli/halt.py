"""``doorstep halt`` and ``doorstep go``: stop the mails of one step of a sequence at once, and let them go again."""

import asyncio
from typing import Annotated

import typer
from msgspec.structs import replace

from domain.house_values import HouseValues
from language.findings import suggest_name
from onboarding.language.catalog import Send
from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.house.stored_values import change_house, load_house
from service.runtime.base_parts import load_clock
from service.workspace.publishing.editions import load_live_edition

Place = Annotated[str, typer.Argument(metavar="SEQUENCE/STEP", help="Such as tasting_book/come_back.")]


def halt_step(place: Place) -> None:
    """Hold the mails of a step back within a second, in all processes: who comes to it waits there."""
    done = asyncio.run(_change(place, halts=True))
    output.out.print(
        f"{place} is halted. Let it go again: doorstep go {place}" if done else f"{place} was halted already.",
        soft_wrap=True,
    )


def let_step_go(place: Place) -> None:
    """Let the mails of a halted step go again, within an hour; each passes every rule again."""
    done = asyncio.run(_change(place, halts=False))
    output.out.print(f"{place} sends again." if done else f"{place} was not halted.")


async def _change(place: str, *, halts: bool) -> bool:
    async with open_existing_store() as (store, _):
        halted = (await load_house(store)).halted
        if not halts and place not in halted:
            return False
        sequences = (await load_live_edition(store)).rules.sequences.sequences
        known = [
            f"{sequence.name}/{step.name}"
            for sequence in sequences.values()
            for step in sequence.steps.values()
            if isinstance(step.action, Send)
        ]
        # A step that is gone meanwhile can still be let go.
        if halts and place not in known:
            message = f"“{place}” is no step that sends. {suggest_name(place, known)}"
            raise typer.BadParameter(message, param_hint="SEQUENCE/STEP")
        now = (await load_clock(store)).now()

        def change(house: HouseValues) -> HouseValues:
            kept = {name: since for name, since in house.halted.items() if name != place}
            if halts:
                return replace(house, halted=house.halted | {place: now})
            return replace(house, halted=kept, let_go=house.let_go | {place: now})

        await change_house(store, change)
        return not (halts and place in halted)
