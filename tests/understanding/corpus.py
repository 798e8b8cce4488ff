"""Reads the corpus: situations, and the lines that are typed in them, by their right meaning.

A file ``<kind>.<language>.yaml`` is a list of situations.  Every scalar is a text, so that ``no`` and ``1`` need no
quotes.  Keys of ``means`` are meanings (:mod:`tests.understanding.meaning`), their values the lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
KINDS = (
    "stop", "consent", "yes_no", "choice", "address", "code", "number", "date_time", "faq", "small_talk", "digression",
)  # fmt: skip
"""In the order in which they are printed."""
MONDAY = "2026-11-23 10:00"
"""When lines are typed, if the situation says nothing else; in the workspace's time zone."""


class CorpusModel(BaseModel):
    """Base of the models here.  Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Situation(CorpusModel):
    """What holds when a line is typed."""

    about: str = Field(description="The situation, as a sentence.")
    opens: str = Field(default="", description="The flow whose menu line was tapped; empty: no conversation.")
    then: list[str] = Field(default=[], description="What was typed before the line, one after the other.")
    wait: str = Field(default="", description="Time that passed since, such as 20 minutes.")
    consents: list[str] = Field(default=[], description="Topics confirmed a day before, for anna@example.org.")
    at: str = Field(default=MONDAY, description="The moment, in the workspace's time zone.")
    timezone: str = Field(default="", description="IANA name that the profile tells; empty: none.")


class Passage(CorpusModel):
    """A situation and its lines."""

    situation: Situation
    means: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A typed answer in its situation, with its right meaning."""

    kind: str
    language: str
    situation: Situation
    text: str
    means: str
    """The right meaning."""
    kept: bool
    """True if it lies in ``kept/``, which whoever tunes the matching does not read."""


def read_corpus(*, kept: bool) -> Iterator[Line]:
    """Yield the lines of the open files, or of the kept ones, by kind and language."""
    folder = FOLDER / "kept" if kept else FOLDER
    for kind in KINDS:
        for path in sorted(folder.glob(f"{kind}.*.yaml")):
            language = path.name.split(".")[1]
            for written in yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader):  # noqa: S506  it makes texts only
                passage = Passage.model_validate(written)
                for means, texts in passage.means.items():
                    for text in texts:
                        yield Line(
                            kind=kind,
                            language=language,
                            situation=passage.situation,
                            text=text,
                            means=means,
                            kept=kept,
                        )
