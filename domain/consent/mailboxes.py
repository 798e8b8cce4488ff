"""Which addresses lead to one mailbox, so that limits count mailboxes and not their spellings.  Pure.

Only limits use it: an address is proven, mailed and shown as it was typed.
"""

_DOTTED = ("gmail.com",)
"""Providers that ignore dots before the @; support.google.com/mail/answer/7436150."""
_DASHED = ("yahoo.com", "ymail.com", "rocketmail.com")
"""Providers whose disposable addresses are ``base-word``; help.yahoo.com/kb/SLN28736."""
_SAME = {"googlemail.com": "gmail.com", "me.com": "icloud.com", "mac.com": "icloud.com", "protonmail.com": "proton.me"}
"""Domains whose mailboxes are those of another; support.google.com/mail/answer/10313 and the providers' own pages."""
LIST_DOMAIN = "lists.mailjet.com"
"""Contact lists of a mail provider: a mail there goes to everybody on the list, so it is nobody's own address."""


def is_contact_list(email: str) -> bool:
    """Return True if an address stands for a whole contact list at a mail provider."""
    domain = email.rpartition("@")[2].casefold().rstrip(".")
    return domain == LIST_DOMAIN or domain.endswith(f".{LIST_DOMAIN}")


def name_mailbox(email: str) -> str:
    """Return the address that stands for all spellings of a mailbox: ``mia@gmail.com`` for ``M.ia@googlemail.com``."""
    local, _, domain = email.casefold().rpartition("@")
    domain = _SAME.get(domain, domain)
    # So many mail servers offer plus-addressing (RFC 5233) that it counts everywhere.
    base = local.split("+", 1)[0]
    if domain in _DOTTED:
        base = base.replace(".", "")
    if domain in _DASHED:
        base = base.split("-", 1)[0]
    # “+tag@…” has nothing before its plus, so it is the name itself.
    return f"{base or local}@{domain}"
