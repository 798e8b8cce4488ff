"""Every locked package has its row in docs/dependencies.md, and every one that we name has its reason."""

import re
import tomllib

from tests.support.paths import ROOT
from tools.docs_dependencies import PAGE, REASONS, read_lock


def test_every_locked_package_has_its_row() -> None:
    """The page names each package with its locked version, and no other."""
    rows = re.findall(r"^\| ([a-z0-9_.-]+) \| (\d\S*) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    locked = read_lock((ROOT / "requirements.lock").read_text("utf-8"))

    assert dict(rows) == {name: version for name, (version, _) in locked.items()}


def test_every_package_that_we_name_has_a_reason() -> None:
    """No reason is missing, and none is left over."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]

    names = {re.match(r"[A-Za-z0-9_.-]+", one)[0].lower() for one in wanted}  # type: ignore[index]  # each begins with a name
    assert names - {"doorstep"} == REASONS.keys()
