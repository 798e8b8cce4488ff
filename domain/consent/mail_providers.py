"""Mailbox providers: who judges a sender together, by the domain of an address or by its mail servers.  Pure."""

from collections.abc import Sequence

PROVIDERS: dict[str, str] = {
    # Each domain is told by its provider as one for private mailboxes; companies that rent theirs are “other”, since
    # only DNS knows them.
    **dict.fromkeys(("gmail.com", "googlemail.com"), "Gmail"),
    **dict.fromkeys(
        (
            "outlook.com", "outlook.de", "hotmail.com", "hotmail.de", "hotmail.co.uk", "hotmail.fr", "live.com",
            "live.de", "msn.com",
        ),
        "Microsoft",
    ),
    **dict.fromkeys(("yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "ymail.com", "aol.com", "aol.de"), "Yahoo"),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), "Apple"),
    **dict.fromkeys(("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de"), "GMX and web.de"),
    **dict.fromkeys(("t-online.de", "magenta.de"), "T-Online"),
}  # fmt: skip
OTHER = "other"

MAIL_SERVERS: tuple[tuple[str, str, str], ...] = (
    ("google.com", "Gmail", "https://support.google.com/a/answer/174125"),
    ("googlemail.com", "Gmail", "https://support.google.com/a/answer/174125"),
    ("outlook.com", "Microsoft", "https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records"),
    ("mx.microsoft", "Microsoft", "https://learn.microsoft.com/purview/how-smtp-dane-works"),
    ("yahoodns.net", "Yahoo", "dig MX yahoo.com"),
    ("icloud.com", "Apple", "https://support.apple.com/102374"),
    ("gmx.net", "GMX and web.de", "dig MX gmx.de"),
    ("web.de", "GMX and web.de", "dig MX web.de"),
    ("t-online.de", "T-Online", "dig MX t-online.de"),
)  # fmt: skip
"""Ends of the names of mail servers, whose they are, and the source."""
RESERVED = ("test", "example", "invalid", "localhost", "local", "internal", "example.com", "example.net", "example.org")
"""Names under which nobody has a mailbox that DNS knows (RFC 2606, 6761, 6762)."""


def name_provider(email: str) -> str:
    """Return who keeps the mailbox of an address, as far as its domain tells."""
    return PROVIDERS.get(domain_of(email), OTHER)


def domain_of(email: str) -> str:
    """Return the domain of an address, in lower case."""
    return email.rpartition("@")[2].casefold()


def is_asked_of_dns(domain: str) -> bool:
    """Return True if only DNS can tell who keeps the mailboxes of a domain."""
    if domain in PROVIDERS or "." not in domain:
        return False
    return not any(domain == name or domain.endswith(f".{name}") for name in RESERVED)


def name_by_servers(answers: Sequence[str]) -> str:
    """Return whose mail servers these are, written as ``10 mail.example.com``; the most preferred one decides."""
    # Equal preferences: by name, so that the same domain is always the same provider's.
    preferred = sorted((_read_preference(answer), answer.split()[-1].rstrip(".").casefold()) for answer in answers)
    for _, server in preferred[:1]:
        for ending, provider, _ in MAIL_SERVERS:
            if server == ending or server.endswith(f".{ending}"):
                return provider
    return OTHER


def _read_preference(answer: str) -> int:
    number = answer.split(maxsplit=1)[0]
    return int(number) if number.isdigit() else 0
