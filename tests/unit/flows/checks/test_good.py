"""Valid flows that a coarser check would report: they have no findings."""

from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT
from tests.unit.service.workspace.test_broken_workspaces import told

GOOD: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "good" / "flows.yaml").read_text("utf-8"))
"""Each: what it is ``about``, its ``flow``, and the ``other`` flow that it calls."""


@pytest.mark.parametrize("case", GOOD, ids=[one["about"] for one in GOOD])
def test_a_good_flow_is_left_alone(case: dict[str, Any]) -> None:
    """A valid flow has no findings."""
    files = {"flows/other.yaml": case["other"]} if "other" in case else {}
    wording = ["doorstep.yaml", "two mails", "nine mails"]
    assert told({"flow": case["flow"], "files": files, "change": [wording]}) == []
