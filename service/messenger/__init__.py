"""Setting up a Page and watching over it: profile, ``doorstep messenger doctor``, and the webhook watchdog."""
