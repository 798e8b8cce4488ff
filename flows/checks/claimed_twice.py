"""Checks the entry points of flows: start words, links and the button, each claimed by one flow only."""

import re
from collections.abc import Iterator, Mapping

from domain.referral_codes import FORBIDDEN, LONGEST_REF
from domain.workspace_config import WorkspaceConfig
from flows.language.matching import collect_command_words, normalize_text
from flows.language.read_files import FlowSource
from flows.understanding.answer_words import KINDS, NO_WORDS, YES_WORDS
from flows.understanding.stop_words import collect_stop_words
from flows.understanding.stopping.stop_requests import read_stop_request
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

_STOP_WORDS = collect_stop_words()
_SIGN_UP = frozenset({"abonniere", "abonnieren", "anmelden"})
"""Words that agree to a subscription where one is asked about, and ask for it everywhere else."""
_ADDRESS = re.compile(r"https?:|m\.me", re.IGNORECASE)


def check_entry_points(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield each entry point that two flows claim, or that cannot begin a flow."""
    commands = collect_command_words(config)
    claimed_by: dict[tuple[str, str], str] = {}
    for name, flow in flows.items():
        for source, path, kind, word in _list_entry_points(flow):
            normalized = normalize_text(word) if kind == "word" else word.casefold()
            if kind == "word" and _is_unbracketed_list(source, path, word):
                message = f"“{word[:60]}” is one word here, with its comma."
                hint = f"A list needs brackets: [{word[:60]}]."
                yield source.finding_at(path, "comma-in-word", message, hint, severity="warning")
            if kind == "word" and (message := _why_reserved(word, commands)):
                yield source.finding_at(path, "reserved-word", message, "Use another word.")
            if kind == "word" and not normalized:
                yield source.finding_at(path, "empty-text", "A word of nothing begins no flow.", "Write a word.")
            if kind == "link":
                yield from _check_ref(source, path, word)
            # The first flow by file name keeps it, as in a conversation (flows/handlers/route_input.py).
            first_flow = claimed_by.setdefault((kind, normalized), name)
            if first_flow != name:
                message = f"The {kind} “{word or 'get started'}” begins the flow “{first_flow}” already."
                yield source.finding_at(path, "claimed-twice", message, "Leave it to one of them.")


def check_label_words(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield the choices whose label begins another flow elsewhere: where they are shown, the choice is taken."""
    begun: dict[tuple[str, str], str] = {}
    for name, flow in flows.items():
        begun |= {(_language_of(source, flow, config), normalize_text(word)): name
                  for source, _, kind, word in _list_entry_points(flow) if kind == "word"}  # fmt: skip
    for name, flow in flows.items():
        language = flow.text.language or config.default_language
        for step_name, step in flow.text.steps.items():
            for label, choice in step.choices.items():
                other = begun.get((language, normalize_text(label)), name)
                target = flow.text.steps.get(choice.go)
                # “Find my tea” that calls the flow of that word means the same in both places.
                if other != name and not (target and target.call == other):
                    message = (
                        f"“{label}” also begins the flow “{other}”; while this question is open, the choice is taken."
                    )
                    hint = "Use another label, if people would mean the flow."
                    yield flow.source.finding_at(
                        ("steps", step_name, "choices", label),
                        "label-is-word",
                        message,
                        hint,
                        severity="warning",
                        key=True,
                    )


def _is_unbracketed_list(source: YamlSource, path: YamlPath, word: str) -> bool:
    """Return True for a text with a comma where a list was meant: “words: tea, letter”."""
    return "," in word and path not in source.positions  # an item of a list has a place of its own


def _language_of(source: YamlSource, flow: FlowSource, config: WorkspaceConfig) -> str:
    own = flow.text.language or config.default_language
    return next((language for language, (_, other) in flow.translations.items() if other is source), own)


def _why_reserved(word: str, commands: Mapping[str, str]) -> str:
    """Return why a word cannot begin a flow; empty if it can."""
    normalized = normalize_text(word)
    if normalized in commands or read_stop_request(normalized, _STOP_WORDS) == "stop":
        return f"“{word}” works everywhere already and cannot begin a flow."
    if _is_answer(normalized):
        return f"“{word}” is an answer to many questions, and would begin the flow in the middle of one."
    return ""


def _is_answer(normalized: str) -> bool:
    """Tell whether a start word would be taken out of answers: yes, no, a digit, a letter."""
    plain = (
        normalized in YES_WORDS
        or normalized in NO_WORDS
        or (" " not in normalized and KINDS.get(normalized, "f") in "YyN" and normalized not in _SIGN_UP)
    )
    short = normalized.isdecimal() or (len(normalized) == 1 and normalized.isalpha())
    return plain or short


def _check_ref(source: YamlSource, path: YamlPath, ref: str) -> Iterator[Finding]:
    forbidden = FORBIDDEN.search(ref)
    if forbidden or len(ref) > LONGEST_REF or not ref:
        message = f"“{ref[:60]}” cannot be the ref of an m.me link."
        # Some paste the whole link, https://m.me/page?ref=spring, instead of spring.
        reminder = "Only what stands behind ref= in the link. " if _ADDRESS.match(ref) else ""
        reminder += f"A list needs brackets: [{ref[:60]}]. " if "," in ref else ""
        hint = f"{reminder}Letters without accents, digits, - and _; at most {LONGEST_REF}."
        yield source.finding_at(path, "bad-link", message, hint)


def _list_entry_points(flow: FlowSource) -> Iterator[tuple[YamlSource, YamlPath, str, str]]:
    start = flow.text.start
    if start.button:
        yield flow.source, ("start", "button"), "button", ""
    for number, word in enumerate(start.words):
        yield flow.source, ("start", "words", number), "word", word
    for number, ref in enumerate(start.links):
        yield flow.source, ("start", "links", number), "link", ref
    for text, source in flow.translations.values():
        for number, word in enumerate(text.words):
            yield source, ("words", number), "word", word
