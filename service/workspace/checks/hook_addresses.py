"""Checks of the addresses of hooks in doorstep.yaml."""

import re
from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from language.yaml_source import YamlSource

_WEB = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)


def check_hooks(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield addresses of hooks that are none, or that would send what people said without encryption."""
    for name, hook in config.hooks.items():
        if not _WEB.fullmatch(hook.url):
            hint = "Write it like https://crm.example/doorstep."
            yield source.finding_at(
                ("hooks", name, "url"), "not-a-link", f"“{hook.url[:60]}” is no web address.", hint
            )
        elif not hook.url.lower().startswith("https://") and not hook.allow_private:
            message = f"“{hook.url[:60]}” would send what people said without encryption."
            hint = "Begin it with https://; only allow_private: true, for your own network, may do without."
            yield source.finding_at(("hooks", name, "url"), "hook-not-https", message, hint)
