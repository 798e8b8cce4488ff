"""A Page set up and looked after: its profile from the workspace, and the checks of ``doorstep messenger doctor``."""
