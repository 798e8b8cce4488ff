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
_CHAT = re.compile(r'(<a\b[^>]*\bhref=")https://m\.me/[^"?#]*(?:\?ref=([^"&#]*))?[^"]*"', re.IGNORECASE)
_ANSWER = re.compile(
    r'(<a\b[^>]*\bhref=")https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(/[at]/[^"?#]*)"', re.IGNORECASE
)
"""A link to the page of an answer, or of a task of the team."""
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)


def in_scheme(html: str, scheme: str, person: str = "") -> str:
    """Return a mail as a reader with this colour scheme sees it.  Links open in a new tab.

    A link into the chat leads into the playground's, for this person, instead of to the real platform; the page of an
    answer opens in the frame of the mail.
    """
    base = f'<base target="_blank"><meta name="color-scheme" content="{"dark" if scheme == "dark" else "light"}">'

    # Nothing is at .example (RFC 2606), so those links lead to a page that says so.
    def explain_link(link: re.Match[str]) -> str:
        return f'{link[1]}/playground/elsewhere?{urlencode({"to": unescape(link[2])})}"'

    def lead_into_chat(link: re.Match[str]) -> str:
        return f'{link[1]}/playground?{urlencode({"person": person, "follow": unescape(link[2] or "")})}"'

    mail = _CHAT.sub(lead_into_chat, html) if person else html
    mail = _NOWHERE.sub(explain_link, settle_scheme(mail, scheme))
    # In the frame itself, against the base above: the visitor keeps the mail and its answer in one place.
    mail = _ANSWER.sub(rf'\1/playground/page\2?scheme={"dark" if scheme == "dark" else "light"}" target="_self"', mail)
    return re.sub(r"<head([^>]*)>", rf"<head\1>{base}", mail, count=1) if "<head" in mail else base + mail


def settle_scheme(html: str, scheme: str) -> str:
    """Return a page whose queries for the colour scheme are settled, so that they hold always or never."""

    # The visitor chooses the scheme on the page, whatever the machine prefers.
    def settle_query(query: re.Match[str]) -> str:
        return "(min-width: 0)" if query[1].lower() == scheme else "(max-width: 0)"

    return _SCHEME.sub(settle_query, html)
