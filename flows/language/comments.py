"""Which comments on posts are answered privately, with what, and in which language (pure).

One flow answers a comment: one that names the post before one for any, one whose word was written before one that
takes every comment, then the first by file name.  The language is the workspace's first, unless only a translation has
the word.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from domain.workspace_config import WorkspaceConfig
from flows.language.matching import normal
from flows.language.model import ANY
from flows.language.read_files import FlowSource
from flows.language.text_template import Text, TextError, compile_text


class Answering(Struct, frozen=True, kw_only=True, gc=False):
    """Comments that a flow answers."""

    flow: str
    posts: frozenset[str]
    """Ids of posts, whole or without the Page's id before them; empty: any."""
    words: Mapping[str, tuple[str, ...]]
    """By language, normalised words one of which the comment has to hold; all empty: any comment."""
    say: Mapping[str, Text]
    """The private reply, by language."""

    def fits(self, post: str, said: str, first: str) -> tuple[int, str] | None:
        """Return how well a comment fits, and the language its word tells (empty: none); None if it does not.

        ``said`` is the normalised text, ``first`` the workspace's first language.
        """
        if self.posts and self.posts.isdisjoint((post, post.rpartition("_")[2])):
            return None
        rank = 2 * bool(self.posts)
        if not any(self.words.values()):
            return rank, ""
        spoken = [language for language, words in self.words.items() if any(f" {one} " in said for one in words)]
        if not spoken:
            return None
        return rank + 1, "" if first in spoken else spoken[0]


def compile_comments(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> tuple[Answering, ...]:
    """Return the comments that these flows answer, in the order of their files."""
    return tuple(_answering(name, one, config) for name, one in flows.items() if one.text.start.comments)


def _answering(name: str, one: FlowSource, config: WorkspaceConfig) -> Answering:
    comments = one.text.start.comments
    assert comments is not None  # noqa: S101  only such flows are compiled
    own = one.text.language or config.default_language
    translated = {code: text.comments for code, (text, _) in one.translations.items() if text.comments}
    words = {own: comments.words, **{code: text.words for code, text in translated.items()}}
    said = {own: comments.say, **{code: text.say for code, text in translated.items() if text.say}}
    return Answering(
        flow=name,
        posts=frozenset() if ANY in comments.posts else frozenset(comments.posts),
        words={code: tuple(normal(word) for word in many) for code, many in words.items()},
        say={code: _compiled(said.get(code, comments.say)) for code in config.languages},
    )


def _compiled(text: str) -> Text:
    try:
        return compile_text(text)
    except TextError:
        return Text(text)


def find(ways: Iterable[Answering], post: str, text: str, first: str) -> tuple[Answering, str] | None:
    """Return which flow answers a comment and the language its words tell; None if no flow does."""
    said = f" {normal(text)} "
    best: tuple[int, Answering, str] | None = None
    for way in ways:
        fits = way.fits(post, said, first)
        if fits and (best is None or fits[0] > best[0]):
            best = (fits[0], way, fits[1])
    return best[1:] if best else None
