"""Questions and answers from a table of the team with the columns ``question``, ``words`` and ``answer``.

A wrong answer is worse than a person who helps, so an entry must account for what was written: its words (of the
question and the list) must make up most of the content words, by weight.  “My card was stolen” has a word of the entry
on payment and another that no entry knows, and finds nothing.

* Words are compared by their stems; long ones with a slip; compounds by what they begin with (“Versandkosten”).
* “how much”, “how long” and the like are an *aspect* of the question, not its matter: they decide between entries, and
  are enough alone only where an entry lists them.
* A statement must be accounted for more than a question.
* If two entries fit equally well, neither is given.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.language.matching import normalize_text
from flows.language.tables import Row, Table
from flows.understanding.content_words import (
    LEAST_STEM,
    LONG_WORD,
    find_slip,
    stem_word,
)
from flows.understanding.faq.aspects import ASPECTS, find_aspect, tells_aspect
from flows.understanding.faq.condition_clauses import list_main_questions
from flows.understanding.faq.faq_entry import ASPECT_WEIGHT, BUSINESS, FaqEntry
from flows.understanding.faq.matters import list_matters, read_question
from flows.understanding.questions import split_question
from flows.understanding.synonyms import SYNONYMS
from language.text_template import TextError, TextTemplate, compile_text

QUESTION, WORDS, ANSWER = "question", "words", "answer"
"""Columns of the table; ``question`` and ``words`` may each be missing, not both."""

LEAST_ASKED, LEAST_STATED = 0.6, 0.75
"""Least share, by weight, of the words of a question, and of a statement, that an entry must account for."""
MOST_WORDS = 40
"""Words of a message that are compared."""

COMPOUND_TAIL = re.compile(
    r"(?<=\w{4})(?:s?(?:möglichkeit(?:en)?|arten?|methoden?|mittel|optionen|zeit(?:en)?|dauer|liste|service|dienst|kosten|preise?|weisen?))$"
)
"""Last parts of compounds that name no matter: “Zahlungsarten”, “Parkmöglichkeiten”."""
_TAILS = frozenset(("service", "services", "dienst", "option", "options"))
"""Words that only close a phrase."""
_APART = frozenset(("price", "long"))
"""Aspects that exclude each other: the price of a delivery is not its time."""
_TROUBLE = frozenset(("not", "nicht", "never", "nie", "didnt", "hasnt", "havent", "isnt", "wasnt", "doesnt", "arent"))
_TELLS = re.compile(
    r"(?:ich|wir) (?:bin|war|habe?|hatte|sind|waren|haben|hatten)\b|(?:im|ive|i am|i was|i have|i had|we are|we were"
    r"|we have|we had)\b(?! (?:looking|interested|searching|to)\b)"
)
"""Tells of somebody: “ich bin mit dem Auto da” does not ask where to park."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """A table of questions in one language."""

    entries: tuple[FaqEntry, ...]
    weights: Mapping[str, float]
    """Weight of each word and stem; a word of many entries weighs little."""
    rare: float = 0.0
    """Weight of a word that one entry has."""
    particles: frozenset[frozenset[str]] = frozenset()
    """Entries of the lists that are one word which stands anywhere: “auf”, “zu”."""
    long_words: tuple[str, ...] = field(default=())
    """Words that a slip may be corrected to."""
    openers: tuple[str, ...] = field(default=())
    """Words and stems that a compound may begin with."""

    def find_entry(self, text: str) -> FaqEntry | None:
        """Return the entry that answers a text; None if no entry fits or two fit equally well."""
        for asked in (*list_main_questions(text), text):
            entry = self._find_by_words(*read_question(asked, MOST_WORDS))
            if entry is not None:
                return entry
        # “My bike won't move, can you pick it up?” tells first why it asks.
        typed, asks = read_question(split_question(text)[1], MOST_WORDS)
        return self._find_by_words(typed, asks) if asks and self._names_matter(typed) else None

    def _names_matter(self, typed: str) -> bool:
        """Tell whether a part of a text has a matter of its own: “how long does it take?” has none."""
        ends_apart = frozenset((typed.rpartition(" ")[2],)) in self.particles
        return (
            bool(list_matters(typed))
            or ends_apart
            or any(entry.weigh_phrase(_list_said(typed), 1) for entry in self.entries)
        )

    def _find_by_words(self, typed: str, asks: bool) -> FaqEntry | None:  # noqa: FBT001  as read_question returns it
        aspect, said = find_aspect(typed), _list_said(typed)
        # “My parcel has not arrived” tells of a trouble; a person helps better than the answer on delivery.
        if not asks and (not said.isdisjoint(_TROUBLE) or _TELLS.match(typed)):
            return None
        found = {word: self._match_word(word) for word in list_matters(typed)}
        # “A pick-up service” is no inspection.
        if any(entry.weigh_phrase(said, 1) == 1 for entry in self.entries):
            found = {word: match for word, match in found.items() if word not in _TAILS}
        last = typed.rpartition(" ")[2]
        ranked = self._rank_entries(found, said, aspect, asks=asks, last=last) if found else []
        if not ranked and BUSINESS.issuperset(found):
            ranked = self._rank_bare(said, aspect, asks=asks)
        # The two best are equal: “How much is it?” may be the price or the postage.
        if not ranked or (len(ranked) > 1 and math.isclose(ranked[0][0], ranked[1][0])):
            return None
        return self.entries[ranked[0][1]]

    def _rank_bare(self, said: set[str], aspect: str, *, asks: bool) -> list[tuple[float, int]]:
        """Return rank and place of the entries that fit a text without a word that tells a matter, best first."""
        lengths = ((entry.weigh_groups(said), at) for at, entry in enumerate(self.entries))
        ranked = sorted((found for found in lengths if found[0]), reverse=True)
        if not ranked and (asks or aspect == "price"):
            ranked = [(1.0, at) for at, entry in enumerate(self.entries) if entry.answers_bare(aspect, said)]
        return ranked

    def _rank_entries(
        self, found: Mapping[str, tuple[frozenset[str], float]], said: set[str], aspect: str, *, asks: bool, last: str
    ) -> list[tuple[float, int]]:
        """Return rank and place of the entries that account for enough of a text, best first.

        Where one lists a word of it, those that account only for what is asked of it are out: “how much is
        collection” is no question for the price of something else.
        """
        ranked: dict[bool, list[tuple[float, int]]] = {True: [], False: []}
        for at, entry in enumerate(self.entries):
            share, rank, missing = entry.weigh_words(found, self.rare)
            holds_word = entry.lists_any(found)
            # “pick up” is made of words that stand anywhere; “zu” alone says little beside a content word.
            length = entry.find_group(said)
            phrase = entry.weigh_phrase(said, self.rare)
            share, rank = share + phrase, rank + phrase
            if not asks and not length:
                missing += any(other.find_group(said) for other in self.entries)
            # “Macht die Post morgen auf?” ends with a word of another entry.
            if not length and frozenset((last,)) in self.particles:
                missing += self.rare
            if not share or {aspect, entry.aspect} == _APART or not entry.can_tell(aspect):
                continue
            # “How old is the shop?” is not “when is the shop open?”.
            if BUSINESS.issuperset(found) and aspect != entry.aspect and not entry.lists_any(found):
                continue
            # An aspect counts for an entry that has it, and half against one that has none.
            has_aspect = aspect != "" and aspect == entry.aspect
            bonus = ASPECT_WEIGHT if has_aspect else 0.0
            missing += ASPECT_WEIGHT / 2 if aspect in _APART and not has_aspect else 0.0
            if (share + bonus) / (share + bonus + missing) >= (LEAST_ASKED if asks else LEAST_STATED):
                ranked[holds_word].append((rank + bonus, at))
        return sorted(ranked[True] or ranked[False], reverse=True)

    def _match_word(self, word: str) -> tuple[frozenset[str], float]:
        """Return the words of the table that a typed word stands for, and its weight."""
        stems = stem_word(word)
        known = frozenset(stem for stem in stems if stem in self.weights)
        if not known:
            known = frozenset(stem for other in SYNONYMS.get(word, ()) for stem in stem_word(other)
                              if stem in self.weights)  # fmt: skip
        if not known and (slip := find_slip(word, self.long_words)):
            known = frozenset(stem for stem in stem_word(slip) if stem in self.weights)
        if not known:
            known = frozenset(f"{mark}{opener}" for mark, opener in self._find_openers(word)) or self._match_parts(word)
        # A word that no entry knows weighs most: it is what the text is about.
        return known, max((self.weights[stem] for stem in known), default=self.rare)

    def _match_parts(self, word: str) -> frozenset[str]:
        """Return what a compound is made of: “leihräder” of “leihen” and “rad”, “zahlungsarten” of “zahlung”."""
        head = COMPOUND_TAIL.sub("", word)
        if head != word:
            return self._match_part(head)
        for at in range(LEAST_STEM, len(word) - 2):
            first, second = self._match_part(word[:at]), self._match_part(word[at:])
            if first and second:
                return first | second
        return frozenset()

    def _match_part(self, part: str) -> frozenset[str]:
        stems = {stem for other in (part, *SYNONYMS.get(part, ())) for stem in (*stem_word(other), f"~{other}")}
        return frozenset(stem for stem in stems if stem in self.weights)

    def _find_openers(self, word: str) -> Iterable[tuple[str, str]]:
        """Yield what a compound begins with: the “versand” of “versandkosten”."""
        for opener in self.openers:
            bare = opener.removeprefix("~")
            if word.startswith(bare):
                yield ("~" if opener != bare else ""), bare


def asks_bare_price(text: str) -> bool:
    """Tell whether a text asks for a price and does not say of what: “what does it cost?”."""
    typed = normalize_text(text)
    return find_aspect(typed) == "price" and not list_matters(typed)


def compile_faqs(tables: Mapping[str, Table], languages: Iterable[str]) -> dict[str, dict[str, Faq]]:
    """Return every table that holds questions and answers, by name and language."""
    return {
        name: {language: _compile_faq(table.rows_in(language)) for language in languages}
        for name, table in tables.items()
        if is_faq(table)
    }


def _list_said(typed: str) -> set[str]:
    """Return the words of a text and their stems: “picking up” is “pick up”."""
    words = typed.split()
    return {*words, *(stem.removeprefix("~") for word in words if len(word) > LEAST_STEM for stem in stem_word(word))}


def is_faq(table: Table) -> bool:
    """Tell whether a table has the columns of questions and answers."""
    return ANSWER in table.columns and bool({QUESTION, WORDS} & table.columns)


def _compile_faq(rows: Iterable[Row]) -> Faq:
    answered = [row for row in rows if row.get(ANSWER)]
    entries = tuple(_compile_entry(row) for row in answered)
    counts = Counter(word for entry in entries for word in entry.listed | entry.asked)
    # Inverse document frequency: “tea” in 9 of 10 entries weighs 0.7, “caffeine” in one of 10 weighs 2.4.
    weights = {word: math.log(1 + len(entries) / count) for word, count in counts.items()}
    return Faq(
        entries=entries,
        weights=weights,
        rare=math.log(1 + len(entries)),
        particles=frozenset(group for entry in entries for group in entry.plain_groups if len(group) == 1),
        long_words=tuple(sorted(word for word in weights if len(word) >= LONG_WORD and not word.startswith("~"))),
        openers=tuple(sorted(word for word in weights if len(word.removeprefix("~")) >= LONG_WORD)),
    )


def _compile_entry(row: Row) -> FaqEntry:
    question = normalize_text(str(row.get(QUESTION) or ""))
    words = row.get(WORDS)
    listed = [normalize_text(str(word)) for word in (words if isinstance(words, tuple) else ())]
    content = {word: list_matters(word) for word in listed}
    bare = [word for word, of_word in content.items() if word and not of_word]
    asked = list_matters(question)
    return FaqEntry(
        id=str(row["id"]), answer=_compile_answer(str(row[ANSWER])),
        listed=_collect_stems(word for of_word in content.values() for word in of_word),
        asked=_collect_stems(asked),
        groups=tuple(frozenset(word.split()) for word in bare),
        plain_groups=tuple(frozenset(word.split()) for word in bare if not find_aspect(word)),
        aspects=frozenset(map(find_aspect, bare)) - {""},
        aspect=find_aspect(question),
        told=frozenset(aspect for aspect in ASPECTS if tells_aspect(str(row[ANSWER]), aspect)),
    )  # fmt: skip


def _collect_stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for word in words for stem in stem_word(word))


def _compile_answer(answer: str) -> TextTemplate:
    """Compile an answer; a text that does not compile is sent as it is written (the checks report it)."""
    try:
        return compile_text(answer)
    except TextError:
        return TextTemplate(answer)
