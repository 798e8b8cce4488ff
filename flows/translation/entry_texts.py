"""The texts of a flow itself for a translator: the words that begin it, and its private reply to comments."""

from collections.abc import Mapping, Sequence

from flows.language.model import FlowText, TranslationText

WORDS = "words"
"""Part of a flow: the words that begin it, with commas between them."""
REPLY, COMMENT_WORDS = "comments", "comments words"
"""Parts of a flow: what comments are answered privately, and the words that they hold."""


def originals(text: FlowText) -> dict[str, str]:
    """Return these texts of a flow, by part."""
    comments = text.start.comments
    told = {REPLY: comments.say, COMMENT_WORDS: _joined(comments.words)} if comments else {}
    return _given({WORDS: _joined(text.start.words), **told})


def translations(translation: TranslationText) -> dict[str, str]:
    """Return these texts of a translation, by part."""
    comments = translation.comments
    told = {REPLY: comments.say, COMMENT_WORDS: _joined(comments.words)} if comments else {}
    return _given({WORDS: _joined(translation.words), **told})


def written(texts: Mapping[str, str]) -> dict[str, object]:
    """Return these texts as they stand in a translation file."""
    words, reply, commented = (texts.get(part, "") for part in (WORDS, REPLY, COMMENT_WORDS))
    found: dict[str, object] = {WORDS: separated(words)} if separated(words) else {}
    if separated(commented):
        found["comments"] = {"words": separated(commented), **({"say": reply} if reply.strip() else {})}
    elif reply.strip():
        found["comments"] = reply
    return found


def separated(words: str) -> list[str]:
    """Return words that stand with commas between them."""
    return [one for each in words.split(",") if (one := each.strip())]


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words)


def _given(texts: Mapping[str, str]) -> dict[str, str]:
    return {part: text for part, text in texts.items() if text}
