"""The language of workspace files: YAML with positions, findings, conditions, durations, formats."""
