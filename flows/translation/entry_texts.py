"""Texts of a flow's entry for translators: the words that begin it, and its private reply to comments."""

from collections.abc import Mapping, Sequence

from flows.language.model import FlowText
from flows.language.translation_model import TranslationText

WORDS = "words"
"""Part of a flow: the words that begin it, with commas between them."""
REPLY, COMMENT_WORDS = "comments", "comments words"
"""Parts of a flow: what comments are answered privately, and the words that they hold."""


def original_entry_texts(text: FlowText) -> dict[str, str]:
    """Return these texts of a flow, by part."""
    comments = text.start.comments
    comment_texts = {REPLY: comments.say, COMMENT_WORDS: _join_words(comments.words)} if comments else {}
    return _drop_empty({WORDS: _join_words(text.start.words), **comment_texts})


def translated_entry_texts(translation: TranslationText) -> dict[str, str]:
    """Return these texts of a translation, by part."""
    comments = translation.comments
    comment_texts = {REPLY: comments.say, COMMENT_WORDS: _join_words(comments.words)} if comments else {}
    return _drop_empty({WORDS: _join_words(translation.words), **comment_texts})


def build_entry_keys(texts: Mapping[str, str]) -> dict[str, object]:
    """Return these texts as they stand in a translation file."""
    words, reply, commented = (texts.get(part, "") for part in (WORDS, REPLY, COMMENT_WORDS))
    # Comments that need no words of their own are written short: ``comments: We wrote to you.``
    keys: dict[str, object] = {WORDS: split_words(words)} if split_words(words) else {}
    if split_words(commented):
        keys["comments"] = {"words": split_words(commented), **({"say": reply} if reply.strip() else {})}
    elif reply.strip():
        keys["comments"] = reply
    return keys


def split_words(words: str) -> list[str]:
    """Return words that are separated by commas."""
    return [word for part in words.split(",") if (word := part.strip())]


def _join_words(words: Sequence[str]) -> str:
    return ", ".join(words)


def _drop_empty(texts: Mapping[str, str]) -> dict[str, str]:
    return {part: text for part, text in texts.items() if text}
