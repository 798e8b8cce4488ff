"""Tells the sentences of several passes apart: those of the orders 4711 and 4712 read alike.  Pure."""

from collections.abc import Iterable, Mapping

from domain.decision import Reason
from language.conditions.sequence_tests import sequence_of
from onboarding.language.catalog import SequenceCatalog


def label_passes(reasons: Iterable[Reason], catalog: SequenceCatalog) -> Mapping[str, str]:
    """Return by pass what it is for, such as ``order 4711``; none of a sequence with one pass, which needs no label."""
    labels: dict[str, dict[str, str]] = {}
    for about in dict.fromkeys(reason.about for reason in reasons):
        sequence, _, key = about.partition("/")
        if key and sequence in catalog.sequences:
            labels.setdefault(sequence, {})[about] = f"{catalog.sequences[sequence].start.each} {key}".strip()
    return {about: label for several in labels.values() if len(several) > 1 for about, label in several.items()}


def tell_reason(reason: Reason, labels: Mapping[str, str]) -> str:
    """Return the sentence of a reason, with the pass it speaks of if there are several."""
    label = labels.get(reason.about, "")
    return f"{reason.text.removesuffix('.')} ({label})." if label else reason.text


def is_start(reason: Reason) -> bool:
    """Return True if a reason tells that a pass began."""
    return reason.text.startswith(f"{sequence_of(reason.about)} starts:")
