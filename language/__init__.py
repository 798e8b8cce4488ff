"""What workspace files are written in: YAML with positions, findings, conditions, durations, formats."""
