"""``doorstep schema``: writes JSON Schemas for editors into the workspace."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from service.cli import json_schema, output

FOLDER = "schemas"
MODELINE = "# yaml-language-server: $schema="
"""First line of a file that names its schema to the YAML language server."""


def write_schemas(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Workspace to write schemas/ into.")] = Path(),
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the schemas instead of writing them.")] = False,
) -> None:
    """Write JSON Schemas of all workspace files, so that an editor completes and explains them."""
    schemas = json_schema.build_schemas()
    if json:
        output.print_json(schemas)
        return
    if not folder.is_dir():
        message = f"There is no folder {folder}. To make a workspace: doorstep init {folder}"
        raise output.print_error(message, output.USAGE)
    target = folder / FOLDER
    target.mkdir(exist_ok=True)  # written again after an update, with the new keys
    for name, content in schemas.items():
        text = msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
        (target / name).write_text(f"{text}\n", "utf-8")
    output.out.print(f"[green]Wrote {len(schemas)} schemas into {escape(str(target))}/.[/]", soft_wrap=True)
    output.out.print("First line of a file, for editors with the YAML language server:")
    for line in list_modelines():
        output.out.print(f"  {escape(line)}", soft_wrap=True)


def list_modelines() -> list[str]:
    """Return the first line for each kind of file, behind the paths of these files."""
    lines = [f"doorstep.yaml      {MODELINE}{FOLDER}/doorstep.json"]
    for folder, (own, translated) in json_schema.FOLDERS.items():
        lines.append(f"{folder + '/*.yaml':18} {MODELINE}../{FOLDER}/{own}")
        if translated != own:  # translations of sequences and transcripts have the same form as the original
            lines.append(f"{folder + '/*.de.yaml':18} {MODELINE}../{FOLDER}/{translated}")
    return lines
