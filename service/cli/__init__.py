"""The ``doorstep`` command: one module for each of its commands, and a few that they share."""
