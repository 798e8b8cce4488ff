"""``make judges``: asks every judge about every shipped mail; exits 1 if one of them has found something.

With words, such as ``ARGS=axe``, only the judges whose names begin with one of them are asked.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from bench.judges import ask_browser, ask_node, ask_spam_filter, ask_standard
from bench.judges.received import list_sources, receive_mails
from bench.judges.verdict import JudgeMissingError, Mails, Verdict

MOST_PRINTED = 20
"""Findings of one judge that are printed."""


def main(words: Sequence[str]) -> int:
    """Return the exit code."""
    mails, records = asyncio.run(receive_mails())
    sources = list_sources()
    judges: Mapping[str, Callable[[], Verdict]] = {
        "standard library, strict": lambda: ask_standard.read_strictly(mails),
        "dkimpy": lambda: ask_standard.verify_signatures(mails, records),
        "SpamAssassin": lambda: ask_spam_filter.score_mails(mails),
        "html-validate": lambda: ask_node.validate(ask_node.list_html(mails), {}),
        "mjml strict": lambda: ask_node.validate({}, sources),
        "axe, light and dark": lambda: ask_browser.look_at(ask_node.list_html(mails)),
    }
    print(f"{len(mails)} mails, {len(sources)} sources")
    # All are asked, also after one that has found something.
    found = [_ask(name, judge, mails) for name, judge in judges.items() if not words or name.startswith(tuple(words))]
    return int(any(found))


def _ask(name: str, judge: Callable[[], Verdict], mails: Mails) -> bool:
    """Ask one judge and print what it said; return True if it has found something."""
    began = perf_counter()
    try:
        verdict = judge()
    except JudgeMissingError as missing:
        print(f"{name:26} left out: {missing}")
        return False
    told = f"; {verdict.note}" if verdict.note else ""
    print(
        f"{name:26} {verdict.asked or len(mails):4} asked, {len(verdict.findings)} findings{told} "
        f"({perf_counter() - began:.0f} s)"
    )
    for finding in verdict.findings[:MOST_PRINTED]:
        print(f"  {finding}")
    return bool(verdict.findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
