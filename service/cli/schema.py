"""``doorstep schema``: JSON Schemas for editors, beside the workspace they belong to."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from service.cli import json_schema as made
from service.cli import output

FOLDER = "schemas"
MODELINE = "# yaml-language-server: $schema="
"""First line of a file that tells the YAML language server which schema it goes by."""


def schema(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Workspace to write schemas/ into.")] = Path(),
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the schemas instead of writing them.")] = False,
) -> None:
    """Write JSON Schemas of all workspace files, so that an editor completes and explains them."""
    found = made.schemas()
    if json:
        output.as_json(found)
        return
    if not folder.is_dir():
        message = f"There is no folder {folder}. To make a workspace: doorstep init {folder}"
        raise output.fail(message, output.USAGE)
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    for name, one in found.items():
        text = msgspec.json.format(msgspec.json.encode(one), indent=2).decode()
        (target / name).write_text(f"{text}\n", "utf-8")
    output.out.print(f"[green]Wrote {len(found)} schemas into {escape(str(target))}/.[/]", soft_wrap=True)
    output.out.print("First line of a file, for editors with the YAML language server:")
    for line in modelines():
        output.out.print(f"  {escape(line)}", soft_wrap=True)


def modelines() -> list[str]:
    """Return the line for each kind of file, with the place it belongs to."""
    lines = [f"doorstep.yaml      {MODELINE}{FOLDER}/doorstep.json"]
    for folder, (own, translated) in made.FOLDERS.items():
        lines.append(f"{folder + '/*.yaml':18} {MODELINE}../{FOLDER}/{own}")
        if translated != own:
            lines.append(f"{folder + '/*.de.yaml':18} {MODELINE}../{FOLDER}/{translated}")
    return lines
