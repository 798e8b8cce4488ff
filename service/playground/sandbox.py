"""Prepares a mail to be shown in a sandbox, in the colour scheme asked for.  Pure."""

import re
from html import unescape
from urllib.parse import urlencode

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""Content policy of a shown mail: it runs nothing and loads nothing from other hosts; links open in a new tab."""

_NOWHERE = re.compile(r'(<a\b[^>]*\bhref=")(https?://[^"/]+\.example(?:[/?#][^"]*)?)"', re.IGNORECASE)
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)


def in_scheme(html: str, scheme: str) -> str:
    """Return a mail as a reader with this colour scheme sees it.  Links open in a new tab."""

    # The visitor chooses the scheme on the page, whatever the machine prefers: queries for it become ones that always
    # or never hold.
    def settle_query(query: re.Match[str]) -> str:
        return "(min-width: 0)" if query[1].lower() == scheme else "(max-width: 0)"

    base = f'<base target="_blank"><meta name="color-scheme" content="{"dark" if scheme == "dark" else "light"}">'

    # Nothing is at .example (RFC 2606), so those links lead to a page that says so.
    def explain_link(link: re.Match[str]) -> str:
        return f'{link[1]}/playground/elsewhere?{urlencode({"to": unescape(link[2])})}"'

    mail = _NOWHERE.sub(explain_link, _SCHEME.sub(settle_query, html))
    return re.sub(r"<head([^>]*)>", rf"<head\1>{base}", mail, count=1) if "<head" in mail else base + mail
