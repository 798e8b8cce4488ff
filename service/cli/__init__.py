"""What the ``doorstep`` command does, one module a command."""
