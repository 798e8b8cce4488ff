"""Colours of CSS, and how well one is read on another (WCAG 2.2, success criterion 1.4.3)."""

import re

Color = tuple[int, int, int]
"""Red, green, blue: 0 to 255."""

_NAMES: dict[str, Color] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "red": (255, 0, 0), "maroon": (128, 0, 0), "yellow": (255, 255, 0),
    "olive": (128, 128, 0), "lime": (0, 255, 0), "green": (0, 128, 0), "aqua": (0, 255, 255), "teal": (0, 128, 128),
    "blue": (0, 0, 255), "navy": (0, 0, 128), "fuchsia": (255, 0, 255), "purple": (128, 0, 128),
    "orange": (255, 165, 0),
}  # fmt: skip
"""The names of CSS 2.1; the others are rare in mails."""
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\b", re.IGNORECASE)
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.IGNORECASE)


def read_color(written: str) -> Color | None:
    """Return the first colour of a CSS value, such as ``#1f5c4a`` or ``#fff url(…)``; None if there is none we know."""
    if found := _HEX.search(written):
        digits = found[0][1:]
        pairs = [digit * 2 for digit in digits] if len(digits) == 3 else [digits[at : at + 2] for at in (0, 2, 4)]  # noqa: PLR2004  #abc
        return int(pairs[0], 16), int(pairs[1], 16), int(pairs[2], 16)
    if found := _RGB.search(written):
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    return next((_NAMES[word] for word in written.lower().split() if word in _NAMES), None)


def write_color(color: Color) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours: 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    """Return the relative luminance (WCAG 2.2): 0 to 1."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  the curve of sRGB (IEC 61966-2-1)
        for value in (part / 255 for part in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
