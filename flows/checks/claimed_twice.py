"""What flows do to each other: words, links and the button that two of them claim."""

import re
from collections.abc import Iterator, Mapping

from domain.referral_codes import FORBIDDEN, LONGEST_REF
from domain.workspace_config import WorkspaceConfig
from flows.language.matching import collect_command_words, normalize_text
from flows.language.read_files import FlowSource
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

_ADDRESS = re.compile(r"https?:|m\.me", re.IGNORECASE)


def check(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield each way in that is claimed twice, or cannot be one."""
    commands = collect_command_words(config)
    claimed: dict[tuple[str, str], str] = {}
    for name, one in flows.items():
        for source, path, kind, word in _claims(one):
            folded = normalize_text(word) if kind == "word" else word.casefold()
            if kind == "word" and folded in commands:
                message = f"“{word}” works everywhere already and cannot begin a flow."
                yield source.finding_at(path, "reserved-word", message, "Use another word.")
            if kind == "word" and not folded:
                yield source.finding_at(path, "empty-text", "A word of nothing begins no flow.", "Write a word.")
            if kind == "link":
                yield from _ref(source, path, word)
            other = claimed.setdefault((kind, folded), name)
            if other != name:
                message = f"The {kind} “{word or 'get started'}” begins the flow “{other}” already."
                yield source.finding_at(path, "claimed-twice", message, "Leave it to one of them.")


def _ref(source: YamlSource, path: YamlPath, ref: str) -> Iterator[Finding]:
    wrong = FORBIDDEN.search(ref)
    if wrong or len(ref) > LONGEST_REF or not ref:
        message = f"“{ref[:60]}” cannot be the ref of an m.me link."
        whole = "Only what stands behind ref= in the link. " if _ADDRESS.match(ref) else ""
        hint = f"{whole}Letters without accents, digits, - and _; at most {LONGEST_REF}."
        yield source.finding_at(path, "bad-link", message, hint)


def _claims(one: FlowSource) -> Iterator[tuple[YamlSource, YamlPath, str, str]]:
    start = one.text.start
    if start.button:
        yield one.source, ("start", "button"), "button", ""
    for at, word in enumerate(start.words):
        yield one.source, ("start", "words", at), "word", word
    for at, ref in enumerate(start.links):
        yield one.source, ("start", "links", at), "link", ref
    for text, source in one.translations.values():
        for at, word in enumerate(text.words):
            yield source, ("words", at), "word", word
