"""Mailbox providers by the domain of an address: who judges a sender together.  Pure."""

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


def name_provider(email: str) -> str:
    """Return who keeps the mailbox of an address, as far as its domain tells."""
    # No question to DNS: a plan reads every reader, and a look-up each would tell others who reads.
    return PROVIDERS.get(email.rpartition("@")[2].casefold(), OTHER)
