"""Pictures of flows, drawn from their compiled machines."""
