"""Puts counted links into a mail: marked when its template is compiled, written when it is filled.  Pure.

Only what the marketer wrote as an address, or with ``{{ website }}``, is counted.  Everything else stays as it is:

* links that are the reader's own (unsubscribe, preferences, confirm, answers), and whatever else leads to us;
* links in which a value of the person stands;
* links to the chat: who comes there is seen there, and a redirect would open a browser before Messenger;
* ``mailto:`` and ``tel:``, and all of the text part: who reads that reads addresses, too.
"""

import html as html_escapes
import re

from domain.link_evidence.hits import HIDDEN, PIXEL
from domain.links.measured import CLICKS, OPENS
from email_out.links.tokens import CountedLink, is_countable, write_token
from email_out.templates.variables import MailScope

_MARK = "data-counted "
_ANCHOR = re.compile(r"(<a\b[^>]*?\s)(href=\"(?P<target>[^\"]*)\")", re.IGNORECASE)
_MARKED = re.compile(rf"{_MARK}href=\"(?P<target>[^\"]*)\"")
_WEBSITE = re.compile(r"\{\{\s*website\s*\}\}")
_CHAT = re.compile(r"https?://(?:www\.)?m\.me(?:/|$)", re.IGNORECASE)
_END = "</body>"
# No picture and no text: nothing is to be seen, heard or reached by keyboard.
_HIDDEN = '<div style="display:none;max-height:0;overflow:hidden;"><a href="{url}" tabindex="-1"></a></div>'
_PICTURE = '<img src="{url}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0;">'


def mark_links(html: str) -> str:
    """Return the HTML of a template in which links that may be counted carry a mark."""

    def mark(found: re.Match[str]) -> str:
        # Any other variable may hold something of the person, and “{%” may lead to two addresses.
        rest = _WEBSITE.sub("https://", found["target"])
        is_plain = rest.lower().startswith(("https://", "http://")) and "{" not in rest
        return f"{found[1]}{_MARK}{found[2]}" if is_plain else found[0]

    return _ANCHOR.sub(mark, html)


def write_links(html: str, scope: MailScope, measures: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Return the HTML without marks, with what is measured written into it, and what is counted of this very mail."""
    counted: set[str] = set()
    if CLICKS not in measures:
        html = html.replace(f'{_MARK}href="', 'href="')
    else:
        html, has_links = _count_links(html, scope)
        counted |= {CLICKS} if has_links else set()
    if OPENS in measures and (token := _write(scope, PIXEL, 0, "")):
        html = _add(html, _PICTURE.format(url=f"{scope.public_url}/o/{token}"))
        counted.add(OPENS)
    return html, frozenset(counted)


def _count_links(html: str, scope: MailScope) -> tuple[str, bool]:
    targets = dict.fromkeys(html_escapes.unescape(found["target"]) for found in _MARKED.finditer(html))
    counted = [url for url in targets if _may_count(url, scope)]
    # Two links to one address are one: a program that tries every link asks for each address once.
    places = {url: place for place, url in enumerate(counted, 1)}
    tokens = {url: _write(scope, place, len(counted), url) for url, place in places.items()}

    def write(found: re.Match[str]) -> str:
        token = tokens.get(html_escapes.unescape(found["target"]))
        return f'href="{scope.public_url}/r/{token}"' if token else f'href="{found["target"]}"'

    written = _MARKED.sub(write, html)
    # A mail of nobody, such as a sample, gets no token at all.
    if not any(tokens.values()):
        return written, False
    hidden = _write(scope, HIDDEN, len(counted), counted[0])
    return _add(written, _HIDDEN.format(url=f"{scope.public_url}/r/{hidden}")), True


def _may_count(url: str, scope: MailScope) -> bool:
    return is_countable(url) and not _CHAT.match(url) and not url.startswith(scope.public_url)


def _write(scope: MailScope, place: int, links: int, url: str) -> str:
    mail = scope.mail
    link = CountedLink(
        subscriber=scope.record.id, send=mail.id, link=place, links=links, topic=mail.topic, mail=mail.template, url=url
    )
    return write_token(link, scope.keys)


def _add(html: str, piece: str) -> str:
    # Before the last end of a body: one may stand in a comment further up.
    before, end, after = html.rpartition(_END)
    return f"{before}{piece}{end}{after}" if end else html + piece
