"""Programs that follow links and load pictures of mails, by what they say of themselves: a table with sources.

Only names that no reader's browser has.  “Outlook” and “Thunderbird” are not here: those are people's programs.
"""

from collections.abc import Mapping

from domain.link_evidence.doubts import AGENT, IMAGE_PROXY, NO_AGENT, NOTHING, PRIVACY_PROXY

APPLE_PROXY = "mozilla/5.0"
"""Apple Mail Privacy Protection says this and no more (seen since iOS 15; ClickDimensions, Adobe Campaign)."""

PROGRAMS: Mapping[str, str] = {
    "barracuda": "Barracuda Email Security Service, Link Protection",
    "proofpoint": "Proofpoint Targeted Attack Protection",
    "mimecast": "Mimecast Targeted Threat Protection",
    "ironport": "Cisco Secure Email",
    "forcepoint": "Forcepoint Email Security",
    "fireeye": "Trellix (FireEye) Email Security",
    "fortimail": "Fortinet FortiMail",
    "trendmicro": "Trend Micro Email Security",
    "symantec": "Symantec Email Security (Click-time Protection)",
    "sophos": "Sophos Email, Time of Click",
    "messagelabs": "Symantec MessageLabs",
    "safelinks": "Microsoft Defender Safe Links",
    "urlanalyzer": "Microsoft-URLAnalyzer",
    "skypeuripreview": "link previews of Teams and Skype",
    "headlesschrome": "Chrome without a window: sandboxes that look at links",
    "phantomjs": "as above, older",
    "bot": "crawlers and link previews, such as Slackbot, Googlebot (their own pages)",
    "crawler": "as above",
    "spider": "as above",
    "facebookexternalhit": "link previews of Meta (developers.facebook.com, crawler)",
    "whatsapp/": "link previews of WhatsApp",
    "curl/": "curl", "wget/": "wget", "python-": "requests and urllib", "aiohttp": "aiohttp", "httpx": "httpx",
    "go-http-client": "Go's standard client", "java/": "Java's standard client", "okhttp": "OkHttp",
    "libwww-perl": "LWP", "ruby": "Ruby's standard client", "apache-httpclient": "Apache HttpClient",
}  # fmt: skip
"""Part of the agent, in lower case → what it is."""

IMAGE_PROXIES: Mapping[str, str] = {
    "googleimageproxy": "Gmail loads pictures when a mail is opened, and keeps them (Gmail blog, December 2013)",
    "yahoomailproxy": "Yahoo Mail, the same (its agent names help.yahoo.com)",
}
"""Part of the agent, in lower case → whose cache it is."""


def doubt_agent(agent: str, *, is_picture: bool) -> str:
    """Return what the agent of a request says against a person; empty if nothing."""
    said = agent.strip().lower()
    if not said:
        return NO_AGENT
    if said == APPLE_PROXY and is_picture:
        return PRIVACY_PROXY
    if any(name in said for name in IMAGE_PROXIES):
        return IMAGE_PROXY
    # For a link this agent is a program as well: Apple's browser says far more of itself.
    return AGENT if any(name in said for name in PROGRAMS) or said == APPLE_PROXY else NOTHING
