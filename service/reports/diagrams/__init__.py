"""Pictures of flows, drawn from their compiled steps."""
