"""Lists the packages of a CycloneDX file with version and licence: ``python -m tools.list_packages FILE``."""

import json
import sys
from pathlib import Path
from typing import Any


def list_packages(sbom: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (name, version, licence) of each component, by name."""
    return sorted(
        (component["name"], component.get("version", ""), " or ".join(_licences_of(component)) or "not told")
        for component in sbom.get("components", ())
    )


def _licences_of(component: dict[str, Any]) -> list[str]:
    """Return the short names of the licences that a component declares."""
    told = (entry.get("expression") or _name_of(entry.get("license", {})) for entry in component.get("licenses", ()))
    return sorted({licence for licence in told if licence})


def _name_of(licence: dict[str, str]) -> str:
    # A package that puts its whole licence text into its metadata names nothing.
    name = licence.get("id") or licence.get("name", "")
    return "" if "\n" in name or name.startswith("declared license of") else name


if __name__ == "__main__":
    for name, version, licence in list_packages(json.loads(Path(sys.argv[1]).read_text("utf-8"))):
        print(f"{name:28} {version:16} {licence}")  # noqa: T201  a command prints
