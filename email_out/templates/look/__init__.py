"""How a compiled mail looks, worked out without a browser: which colours meet, in light and in dark.  Pure."""
