"""Checks of hooks in doorstep.yaml: their addresses, and the fields that they are told."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, suggest_declaration
from language.yaml_source import YamlSource

_WEB = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)


def check_hooks(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield addresses that are none or would send what people said without encryption, and unknown fields."""
    for name, hook in config.hooks.items():
        if not _WEB.fullmatch(hook.url):
            hint = "Write it like https://crm.example/doorstep."
            yield source.finding_at(("hooks", name, "url"), "not-a-link", f"“{hook.url[:60]}” is no web address.", hint)
        elif not hook.url.lower().startswith("https://") and not hook.allow_private:
            message = f"“{hook.url[:60]}” would send what people said without encryption."
            hint = "Begin it with https://; only allow_private: true, for your own network, may do without."
            yield source.finding_at(("hooks", name, "url"), "hook-not-https", message, hint)
        elif not hook.allow_private and _is_private(hook.url):
            message = f"“{hook.url[:60]}” is an address of a private network, and none is called."
            hint = "Write allow_private: true under the hook if it is a program of yours in there."
            yield source.finding_at(("hooks", name, "url"), "private-hook", message, hint, severity="warning")
        for at, field in enumerate(hook.fields):
            if field not in config.fields:
                message = f"“{field[:60]}” is no field of doorstep.yaml."
                hint = suggest_declaration("field", field, config.fields)
                yield source.finding_at(("hooks", name, "fields", at), "unknown-field", message, hint)


def _is_private(url: str) -> bool:
    """Return True if an address is written as one that is not public; names are judged when they are resolved."""
    try:
        host = urlsplit(url).hostname or ""
        # Roughly as the hooks themselves judge it; those also look into addresses that hide another one.
        return host == "localhost" or not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
