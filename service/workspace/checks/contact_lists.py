"""Checks of the contact lists at Mailjet that doorstep.yaml keeps in step."""

from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, suggest_declaration
from language.yaml_source import YamlSource, path_of_item


def check_contact_lists(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each topic that people do not agree to, and for a list that is named twice."""
    lists: set[int] = set()
    for number, sync in enumerate(config.sync):
        path = path_of_item(source, "sync", number)
        if sync.topic not in config.consent_topics:
            message = f"“{sync.topic[:60]}” is no topic that people agree to."
            hint = suggest_declaration("topic", sync.topic, config.consent_topics)
            yield source.finding_at((*path, "topic"), "unknown-topic", message, hint)
        if sync.list in lists:
            message = f"List {sync.list} is kept in step with another topic already."
            yield source.finding_at((*path, "list"), "list-twice", message, "Give each topic a list of its own.")
        lists.add(sync.list)
