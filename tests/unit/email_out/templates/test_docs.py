"""docs/mails.md is true: its sample compiles, and its table names every variable and filter there is."""

import re

from email_out.templates.compile import compile_mails
from email_out.templates.jinja import FILTERS
from email_out.templates.variables import VARIABLES
from tests.support.mail_world import SHIPPED
from tests.support.paths import ROOT
from tests.support.people import SHIPPED_CONFIG

TEXT = (ROOT / "docs" / "mails.md").read_text("utf-8")


def test_the_sample_compiles() -> None:
    """The mail that is shown can be copied as it stands."""
    found = re.search(r"```xml\n(.*?)```", TEXT, re.DOTALL)
    assert found
    catalog, findings = compile_mails({**SHIPPED, "emails/welcome.mjml": found[1]}, SHIPPED_CONFIG)
    assert findings == []
    assert ("welcome", "en") in catalog.templates


def test_every_variable_is_explained() -> None:
    """Nothing a mail may say is left out, and nothing is promised that does not exist."""
    shown = set(re.findall(r"\{\{ ([a-z_]+) \}\}", TEXT))
    assert shown == set(VARIABLES)


def test_every_filter_is_named() -> None:
    """The list of word changes is whole."""
    assert all(f"`{name}`" in TEXT for name in FILTERS)
