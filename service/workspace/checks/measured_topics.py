"""Checks what a topic measures: the wording announces it, denies nothing of it, and opens stand alone.

Whether a wording announces something is looked for by its words, in English and German: a sentence about clicks says
“click” or “link”.  A sentence that says “not”, “neither” or the like before it, or behind it, denies it.
"""

import re
from collections.abc import Iterator, Mapping

from domain.links.measured import CLICKS, OPENS
from domain.workspace_config import Topic, WorkspaceConfig
from flows.compiled.catalog import FlowCatalog
from language.findings import Finding
from language.yaml_source import YamlSource
from onboarding.issues.catalog import IssueCatalog
from onboarding.language.catalog import SequenceCatalog
from service.workspace.checks.consent_wordings import count_most_mails

WORDS: Mapping[tuple[str, str], str] = {
    (CLICKS, "en"): r"\b(?:click|link)", (CLICKS, "de"): r"klick|\blink",
    (OPENS, "en"): r"\b(?:open|read\b)", (OPENS, "de"): r"öffn|\b(?:les|lies|gelesen)",
}  # fmt: skip
"""By measure and language: how a wording speaks of it."""
DENIALS: Mapping[str, str] = {
    "en": r"\b(?:neither|nor|not|no|never|without|don't)\b", "de": r"\b(?:weder|noch|nicht|kein\w*|nie|ohne)\b",
}  # fmt: skip
ONE_CLICK: Mapping[str, str] = {"en": r"\bone(?: |-)click|click in (?:each|every)", "de": r"\bein klick"}
"""How wordings tell of unsubscribing, which is no word about counting."""
_SENTENCES = re.compile(r"[^.;!?]+")
EXAMPLES: Mapping[str, str] = {
    CLICKS: "we count which links you follow", OPENS: "we count whether you open our mails",
}  # fmt: skip


def check_measures(
    source: YamlSource, config: WorkspaceConfig, sequences: SequenceCatalog, flows: FlowCatalog, issues: IssueCatalog
) -> Iterator[Finding]:
    """Yield what is wrong with the measures of each topic."""
    for name, topic in config.topics.items():
        if not topic.measures:
            continue
        path = ("topics", name, "measures")
        if topic.basis == "contract":
            message = f"Nobody agrees to “{name}”, since it rests on a contract, so nothing can be counted under it."
            yield source.finding_at(path, "measure-contract", message, "Take “measures” out.", key=True)
            continue
        mails = count_most_mails(name, sequences, flows) + sum(one.topic == name for one in issues.issues.values())
        if OPENS in topic.measures and (mails or CLICKS in topic.measures):
            message = f"Opens need a consent of their own, and “{name}” is one to something else, too."
            hint = "Declare a topic of its own with “measures: [opens]”, under which no mail goes."
            yield source.finding_at(path, "measure-opens", message, hint, key=True)
        yield from _check_wordings(source, name, topic)


def _check_wordings(source: YamlSource, name: str, topic: Topic) -> Iterator[Finding]:
    for language, wording in topic.wording.items():
        for measure in dict.fromkeys(topic.measures):
            path = ("topics", name, "wording", language)
            about = _find_sentences(wording, measure, language)
            if about is None:  # in other languages nobody here can tell
                continue
            denied = next((one for one in about if re.search(DENIALS[language], one, re.IGNORECASE)), None)
            if denied:
                message = f"The wording of “{name}” says “{denied.strip()[:60]}”, and {measure} are counted."
                yield source.finding_at(path, "measure-denied", message, f"Say instead: {EXAMPLES[measure]}.")
            elif not about:
                message = f"The wording of “{name}” does not say that {measure} are counted."
                yield source.finding_at(path, "measure-unannounced", message, f"Say such as “{EXAMPLES[measure]}”.")


def _find_sentences(wording: str, measure: str, language: str) -> list[str] | None:
    """Return the sentences that speak of a measure; None for a language whose words are not known."""
    if (measure, language) not in WORDS:
        return None
    # “Stop any time: one click in each mail” is in every wording, and announces nothing.
    plain = re.sub(ONE_CLICK[language], "", wording, flags=re.IGNORECASE)
    return [
        one for one in _SENTENCES.findall(plain) if re.search(WORDS[measure, language], one, re.IGNORECASE)
    ]  # fmt: skip
