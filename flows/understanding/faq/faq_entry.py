"""One answer of a table of questions, and how much of a text it accounts for."""

from collections.abc import Mapping
from dataclasses import dataclass

from language.text_template import TextTemplate

QUESTION_SHARE = 0.8
"""Weight of a word of the question beside one of the list, which somebody chose."""
ASPECT_WEIGHT = 1.5
"""Weight of an aspect beside words; the rarest word of ten questions weighs 2.4."""
BUSINESS = frozenset((
    "shop", "shops", "store", "stores", "business", "company", "laden", "geschäft", "filiale", "firma", "betrieb",
    "workshop", "office", "werkstatt",
))  # fmt: skip
"""Words for who is asked: “how old is the shop?” has none that tells a matter."""
_BUSINESS_SHARE = 0.3
"""Weight of such a word beside others."""
_DAYS = frozenset((
    "today", "tomorrow", "weekend", "weekends", "heute", "morgen", "wochenende",
    *(f"{day}{end}" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun") for end in ("day", "days")),
    *(f"{day}tag{end}" for day in ("mon", "diens", "donners", "frei", "sams", "sonn") for end in ("", "s")),
    "mittwoch", "mittwochs",
))  # fmt: skip
_TIME = frozenset(("time", "zeit"))
_VISITORS = frozenset(("i", "we", "you", "ich", "wir", "ihr", "man", "sie", "jemand", "someone", "somebody"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """One answer, and the words that find it."""

    id: str
    answer: TextTemplate
    listed: frozenset[str]
    """Content words of the list, and their stems."""
    asked: frozenset[str]
    """The same of the question."""
    groups: tuple[frozenset[str], ...]
    """Entries of the list that are no content words: “how long”, “auf”; each is enough where nothing else is said."""
    plain_groups: tuple[frozenset[str], ...]
    """Those of :attr:`groups` that name more than an aspect: “auf”, not “how long”."""
    aspects: frozenset[str]
    """Aspects that its list holds alone: “how much”."""
    aspect: str
    """What its question asks (:mod:`flows.understanding.faq.aspects`); empty if nothing of them."""
    told: frozenset[str]
    """Aspects that its answer tells."""

    def find_group(self, said: set[str]) -> int:
        """Return the number of words of the longest of :attr:`groups` that was said; 0 if none was."""
        return max((len(group) for group in self.groups if group <= said), default=0)

    def weigh_phrase(self, said: set[str], rare: float) -> float:
        """Return the weight of a phrase of several such words that was said, beside content words."""
        if any(len(group) > 1 and group <= said for group in self.plain_groups):
            return rare
        return ASPECT_WEIGHT if self.find_group(said) > 1 else 0.0

    def weigh_groups(self, said: set[str]) -> float:
        """Return the weight of its longest group where nothing else was said; an aspect alone weighs least."""
        if not any(group <= said for group in self.plain_groups):
            return 0.5 if self.find_group(said) else 0.0
        return float(self.find_group(said))

    def can_tell(self, aspect: str) -> bool:
        """Tell whether its answer can be one to a question for this aspect."""
        return aspect in self.told or aspect == self.aspect or aspect in self.aspects

    def answers_bare(self, aspect: str, said: set[str]) -> bool:
        """Tell whether it answers “how much is it?” and “when can I come?”, which name no matter."""
        if aspect == "price":
            return aspect in self.aspects
        # “Are you there on Sunday?” asks for a time, too.
        asks_when = aspect == "when" or (aspect == "" and not _DAYS.isdisjoint(said))
        return asks_when and self.aspect == "when" and not _VISITORS.isdisjoint(said) and not self.asks_for_time(said)

    @staticmethod
    def asks_for_time(said: set[str]) -> bool:
        """Tell whether somebody's time is asked for: “do you have time?”, not “what time do you open?”."""
        return not _TIME.isdisjoint(said) and "what" not in said

    def lists_any(self, found: Mapping[str, tuple[frozenset[str], float]]) -> bool:
        """Tell whether one of these words is of its list."""
        return any(not self.listed.isdisjoint(stems) for stems, _ in found.values())

    def weigh_words(self, found: Mapping[str, tuple[frozenset[str], float]], rare: float) -> tuple[float, float, float]:
        """Return the weight of the words that it accounts for, their rank among entries, and the weight of the rest.

        A known word that weighs less than ``rare`` belongs to several entries, and counts half against this one.
        """
        share = rank = missing = 0.0
        for word, (stems, full) in found.items():
            weight = full * _BUSINESS_SHARE if word in BUSINESS else full
            if not self.listed.isdisjoint(stems):
                share, rank = share + weight, rank + weight
            elif not self.asked.isdisjoint(stems):
                share, rank = share + weight, rank + weight * QUESTION_SHARE
            elif word not in BUSINESS:
                missing += weight if weight >= rare or not stems else weight / 2
        return share, rank, missing
