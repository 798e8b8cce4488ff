"""Every locked package has its row in docs/dependencies.md, and every one that we name has its reason."""

import re
import tomllib
from datetime import date

from tests.support.paths import ROOT
from tools.docs_dependencies import PAGE, REASONS, read_lock, read_releases
from tools.release_dates import list_old, read_last_release


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


def test_the_last_release_is_the_newest_file_that_was_not_withdrawn() -> None:
    """Files of an index come in no order; one that was withdrawn is no release."""
    files = [
        {"filename": "a-2.tar.gz", "upload-time": "2026-05-02T10:00:00.5Z", "yanked": False},
        {"filename": "a-1.tar.gz", "upload-time": "2024-01-01T10:00:00Z"},
        {"filename": "a-3.tar.gz", "upload-time": "2026-06-02T10:00:00Z", "yanked": "broken"},
    ]

    assert read_last_release({"files": files}) == date(2026, 5, 2)
    assert read_last_release({"files": [{"filename": "a-1.tar.gz"}]}) is None


def test_what_had_no_release_for_two_years_is_listed_the_longest_first() -> None:
    """It is worth a look."""
    releases = {"b": date(2024, 1, 1), "c": date(2026, 1, 1), "a": date(2020, 1, 1)}

    assert [line.split() for line in list_old(releases, date(2026, 11, 28))] == [
        ["a", "2020-01-01"],
        ["b", "2024-01-01"],
    ]


def test_nearly_every_row_says_when_its_package_was_last_released() -> None:
    """The dates are kept when the page is written anew without the index."""
    page = PAGE.read_text("utf-8")

    assert len(read_releases(page)) >= 0.95 * len(REASONS)
    assert "| last release |" in page
