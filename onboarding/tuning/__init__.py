"""Tools for tuning sequences: simulation and forecast, both pure."""
