"""Who keeps a mailbox, by the domain of its address: the providers that most people use.  Pure.

Companies keep their mail with the same providers under names of their own; those count as “other”, since only their MX
records would tell.
"""

PROVIDERS: dict[str, tuple[str, ...]] = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": ("outlook", "hotmail", "live", "msn.com"),
    "Yahoo": ("yahoo", "ymail.com", "aol"),
    "Apple": ("icloud.com", "me.com", "mac.com"),
    "GMX and web.de": ("gmx", "web.de"),
    "T-Online": ("t-online.de", "magenta.de"),
}
"""By provider: its domains; one without an ending stands for all endings (outlook.de, outlook.com)."""
OTHER = "other"


def find_provider(email: str) -> str:
    """Return the provider of an address; ``other`` if it is none of the large ones."""
    domain = email.rpartition("@")[2].lower()
    # hotmail.co.uk → also “hotmail”
    names = (domain, domain.partition(".")[0])
    return next((provider for provider, known in PROVIDERS.items() if any(name in known for name in names)), OTHER)
