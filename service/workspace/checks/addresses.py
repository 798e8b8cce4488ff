"""Checks addresses in doorstep.yaml: of the contact, of senders and of the team."""

import re
from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]+")


def check_addresses(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield addresses that are none, and domains for bounces that are none."""
    written: list[tuple[YamlPath, str]] = [(("contact",), config.contact)]
    for stream in ("transactional", "marketing"):
        sender = getattr(config.senders, stream)
        written += [(("senders", stream, key), getattr(sender, key)) for key in ("email", "reply_to")]
        if sender.bounces and not _DOMAIN.fullmatch(sender.bounces):
            message = f"“{sender.bounces[:40]}” is no domain."
            path: YamlPath = ("senders", stream, "bounces")
            yield source.finding_at(path, "not-an-address", message, "Write it like bounce.example.com.")
    written += [(("team", name, "email"), team.email) for name, team in config.team.items()]
    for path, address in written:
        if (address or path[-1] != "reply_to") and not _ADDRESS.fullmatch(address):
            message = f"“{address[:40]}” is no email address."
            yield source.finding_at(path, "not-an-address", message, "Write it like hello@example.com.")
