"""Which of the addresses that were asked about a short answer names: “gmail of course”, “the gmx one”, “leo”."""

import re
from collections.abc import Sequence

from flows.answers.addresses.vocabulary import FILLERS

MOST_CHARACTERS = 60
"""Characters of an answer that only names one."""
_WORD = re.compile(r"[\w.+-]*\w")
_DENYING = frozenset(("not", "nicht", "kein", "keine", "without", "ohne", "statt", "instead", "wrong", "falsch"))
_AROUND = FILLERS | {"natürlich", "obviously", "clearly", "ups", "typo", "vertippt", "sure", "gmail", "letter", "mit"}


def pick_by_name(text: str, emails: Sequence[str]) -> str:
    """Return the one address whose domain, name of it, or part before the @ is named; empty if none or several are."""
    if "@" in text or len(text) > MOST_CHARACTERS:
        return ""
    words = [word.casefold() for word in _WORD.findall(text)]
    names = {email: _list_names(email) for email in emails}
    named: dict[str, None] = {}
    known: set[str] = set().union(*names.values())
    for before, word in zip(["", *words], words, strict=False):
        if word in known and before not in _DENYING:
            named |= dict.fromkeys(email for email in emails if word in names[email])
    # “Gmail, but send it to my brother” says more.
    if len(named) != 1 or not all(word in known | _AROUND | _DENYING for word in words):
        return ""
    return next(iter(named))


def _list_names(email: str) -> set[str]:
    local, _, domain = email.casefold().rpartition("@")
    return {local, domain, domain.partition(".")[0]}
