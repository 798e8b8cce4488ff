"""A mail as a reader sees it: shut in, in the colour scheme asked for.  Pure."""

import re
from html import unescape
from urllib.parse import urlencode

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""A mail runs nothing and fetches nothing from other hosts; its links open in a new tab."""

_NOWHERE = re.compile(r'(<a\b[^>]*\bhref=")(https?://[^"/]+\.example(?:[/?#][^"]*)?)"', re.IGNORECASE)
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)


def in_scheme(html: str, scheme: str) -> str:
    """Return a mail as a reader with this colour scheme sees it, whatever the machine's own is.

    Media queries for the scheme become ones that always or never hold; links open in a new tab, and those to
    ``.example``, where nothing is (RFC 2606), at a page that says so.
    """

    def settled(query: re.Match[str]) -> str:
        return "(min-width: 0)" if query[1].lower() == scheme else "(max-width: 0)"

    base = f'<base target="_blank"><meta name="color-scheme" content="{"dark" if scheme == "dark" else "light"}">'

    def explained(link: re.Match[str]) -> str:
        return f'{link[1]}/playground/elsewhere?{urlencode({"to": unescape(link[2])})}"'

    mail = _NOWHERE.sub(explained, _SCHEME.sub(settled, html))
    return re.sub(r"<head([^>]*)>", rf"<head\1>{base}", mail, count=1) if "<head" in mail else base + mail
