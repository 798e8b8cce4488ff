"""Likely slips in the domain of an address: “gmial.com”, “gmail.con”, “web.ed”, “mia@gmail”.

A slip is asked about, never mended: a company may be called like one.
"""

import functools

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.answers.addresses.top_level_domains import TOP_LEVEL_DOMAINS
from flows.answers.addresses.vocabulary import (
    CLOSED_PROVIDERS,
    OTHER_NAMES,
    PROVIDER_DOMAINS,
    PROVIDER_ENDINGS,
    PROVIDERS,
    SHORT_SLIPS,
    WRONG_ENDINGS,
)

LONG_NAME, VERY_LONG_NAME = 5, 8
"""Letters from which a name may have one slip, and two."""
MOST_SLIPS = 2
"""Letters by which a name that is said to be wrong may differ from the right one."""
_GLUED = {domain.replace(".", ""): domain for domain in PROVIDER_DOMAINS} | {"t.online.de": "t-online.de"}
"""“gmailcom” → “gmail.com”."""
_NAMES = tuple(name for name in PROVIDERS if len(name) >= LONG_NAME)


@functools.lru_cache(maxsize=4096)
def suggest_domain(domain: str) -> str:
    """Return the domain that was probably meant instead of this one (small letters); empty if it is as good as any."""
    if domain in PROVIDER_DOMAINS:
        return ""
    if "." not in domain:
        return _GLUED.get(domain) or _main_domain(_nearest_name(domain))
    if known := _GLUED.get(domain) or _within_longer(domain):
        return known
    name, _, ending = domain.partition(".")
    return _suggest_for_provider(name, ending) or _mend_ending(domain)


def has_real_ending(domain: str) -> bool:
    """Tell whether the ending of a domain is one of the root zone; endings in other scripts are taken as they are."""
    last = domain.rpartition(".")[2].casefold()
    return last in TOP_LEVEL_DOMAINS or not last.isascii()


def is_slip_of(word: str, domain: str) -> bool:
    """Tell whether a word is nearly a domain or its name, and not quite: “gmial” of “gmail.com”."""
    typed, right = word.casefold(), domain.casefold()
    names = (right, right.partition(".")[0])
    # Two swapped letters and two wrong ones; a short word is near to many.
    return all(typed != name for name in names) and any(
        OSA.distance(typed, name) <= MOST_SLIPS < len(typed) for name in names
    )


def names_domain(word: str, domain: str) -> bool:
    """Tell whether a word is a domain or its name, or a slip of it."""
    return word.casefold() in (domain.casefold(), domain.casefold().partition(".")[0]) or is_slip_of(word, domain)


def _within_longer(domain: str) -> str:
    """Return the provider's domain that others stand around: “www.gmail.com”, “gmail.com.com”."""
    bare = domain.removeprefix("www.")
    if bare in PROVIDER_DOMAINS:
        return bare
    for known in PROVIDER_DOMAINS:
        # “yahoo.com.br” is a domain of its own: other providers have such endings.
        is_closed = known.partition(".")[0] in CLOSED_PROVIDERS
        if domain.startswith(f"{known}.") and (is_closed or domain.count(known.rpartition(".")[2]) > 1):
            return known
    return ""


def _suggest_for_provider(name: str, ending: str) -> str:
    meant = _nearest_name(name)
    if not meant:
        return ""
    mended = f"{meant}.{WRONG_ENDINGS.get(ending, ending)}"
    if mended in PROVIDER_DOMAINS:
        return mended
    is_slip = ending in WRONG_ENDINGS or ending in PROVIDER_ENDINGS
    return _main_domain(meant) if is_slip or meant in CLOSED_PROVIDERS else ""


def _mend_ending(domain: str) -> str:
    """Return a domain whose ending does not exist with the one that was meant: “example.con”, “example.comthanks”."""
    rest, _, ending = domain.rpartition(".")
    if not ending.isascii() or ending in TOP_LEVEL_DOMAINS:
        return ""
    if ending in WRONG_ENDINGS:
        return f"{rest}.{WRONG_ENDINGS[ending]}"
    before = rest.rpartition(".")
    # “example.com.Danke”: a full stop and the next sentence.
    if before[0] and before[2] in TOP_LEVEL_DOMAINS:
        return rest
    glued = next((known for known in ("com", "net", "org", "de") if ending.startswith(known)), "")
    return f"{rest}.{glued}" if glued else ""


def _nearest_name(name: str) -> str:
    """Return the provider whose name this is, or nearly is; empty if it is none, or several are equally near."""
    if name in PROVIDERS:
        return name
    if name in OTHER_NAMES or len(name) < LONG_NAME - 1:
        return SHORT_SLIPS.get(name, "")
    limit = 2 if len(name) >= VERY_LONG_NAME else 1
    matches = process.extract(name, _NAMES, scorer=OSA.distance, score_cutoff=limit, limit=2)
    if not matches or (len(matches) > 1 and matches[0][1] == matches[1][1]):
        return SHORT_SLIPS.get(name, "")
    return str(matches[0][0])


def _main_domain(name: str) -> str:
    return f"{name}.{PROVIDERS[name]}" if name else ""
