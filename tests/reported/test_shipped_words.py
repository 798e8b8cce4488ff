"""Sentences of the shipped flows that people stumbled over."""

import pytest

from flows.language.default_replies import REPLIES
from tests.support.paths import ROOT

GONE = (
    "Two minutes. Shall it come to you too?", "Auch zu dir?", "gone cold", "Der Code ist kalt geworden",
    "Wohin damit?", "still being steeped", "Two things can come by mail, each on its own.",
    "Zweierlei kann per Mail kommen, jedes für sich.", "what a week. But I have something else.",
    "Was für ein Haus seid ihr?", "unsere Gastgeber", "und Mails kommen keine mehr", "keinen Tag her ist",
    "That does not fit.", "Schau jetzt in {{ email }}", "Which ones do you mean?",
)  # fmt: skip


@pytest.mark.parametrize("words", GONE)
def test_words_that_were_not_understood_are_gone(words: str) -> None:
    """From flows in both languages and from what the bot says whatever the flow."""
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "flows/library").rglob("*.yaml")}
    texts["replies"] = str(REPLIES)
    assert [name for name, text in texts.items() if words in text] == []
