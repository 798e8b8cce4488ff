"""The variables that texts of sequences may use: notices to the team, and what is said in the chat."""

from domain.workspace_config import WorkspaceConfig

FIXED_VARIABLES = ("bot", "brand", "company", "website", "privacy_url")
"""Variables that are the same for everybody."""
PERSON_VARIABLES = ("hi", "first_name", "code")
"""Variables about a person besides the declared fields and counters."""


def text_variables(config: WorkspaceConfig) -> frozenset[str]:
    """Return the variables that a text of a sequence may use."""
    return frozenset({*FIXED_VARIABLES, *PERSON_VARIABLES, *config.fields, *config.event_by_counter})
