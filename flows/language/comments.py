"""Choose the flow that answers a comment on a post privately, and the language of the private reply (pure).

Exactly one flow answers a comment.  A flow that names the post wins over a flow for any post; a flow with a matching
word wins over a flow that takes every comment; then the first by file name wins.  The language is the workspace's
first, unless only a translation has the word.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from domain.workspace_config import WorkspaceConfig
from flows.language.matching import normalize_text
from flows.language.model import ANY
from flows.language.read_files import FlowSource
from language.text_template import TextError, TextTemplate, compile_text


class CommentTrigger(Struct, frozen=True, kw_only=True, gc=False):
    """The comments that one flow answers, and its private replies."""

    flow: str
    posts: frozenset[str]
    """Ids of posts, with or without the prefix of the Page's id; empty if any post counts."""
    words: Mapping[str, tuple[str, ...]]
    """By language, normalised words; the comment has to hold one of them.  All empty if any comment counts."""
    replies: Mapping[str, TextTemplate]
    """The private reply, by language."""

    def match_comment(self, post: str, comment: str, default_language: str) -> tuple[int, str] | None:
        """Return the rank of the match and the language of the matching word; None if the comment does not match.

        The language is empty if the word does not tell it.  ``comment`` is the normalised text with a space at each
        end, ``default_language`` the workspace's first.
        """
        # The platform sends “PAGEID_POSTID”; teams copy either that or the “POSTID” from the address of the post.
        if self.posts and self.posts.isdisjoint((post, post.rpartition("_")[2])):
            return None
        # The post weighs more than the word, so the ranks are 0 neither, 1 word, 2 post, 3 both.
        rank = 2 * bool(self.posts)
        if not any(self.words.values()):
            return rank, ""
        # Whole words only: “ tea ” is in “ more tea please ” and not in “ team ”.
        matching_languages = [
            language for language, words in self.words.items() if any(f" {word} " in comment for word in words)
        ]
        if not matching_languages:
            return None
        # “tea” in two languages says nothing about the language: the default then counts.
        return rank + 1, "" if default_language in matching_languages else matching_languages[0]


def compile_comment_triggers(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> tuple[CommentTrigger, ...]:
    """Return the comment triggers of these flows, in the order of their files."""
    return tuple(_compile_trigger(name, flow, config) for name, flow in flows.items() if flow.text.start.comments)


def _compile_trigger(name: str, flow: FlowSource, config: WorkspaceConfig) -> CommentTrigger:
    comments = flow.text.start.comments
    assert comments is not None  # noqa: S101  only such flows are compiled
    flow_language = flow.text.language or config.default_language
    translated = {code: text.comments for code, (text, _) in flow.translations.items() if text.comments}
    words = {flow_language: comments.words, **{code: text.words for code, text in translated.items()}}
    replies = {flow_language: comments.say, **{code: text.say for code, text in translated.items() if text.say}}
    return CommentTrigger(
        flow=name,
        posts=frozenset() if ANY in comments.posts else frozenset(comments.posts),
        words={code: tuple(normalize_text(word) for word in language_words) for code, language_words in words.items()},
        # Every language of the workspace gets a reply, the original where a translation has none.
        replies={code: _compile_reply(replies.get(code, comments.say)) for code in config.languages},
    )


def _compile_reply(text: str) -> TextTemplate:
    try:
        return compile_text(text)
    except TextError:
        # The checks report such a text; a comment still gets its reply, as it was written.
        return TextTemplate(text)


def find_trigger(
    triggers: Iterable[CommentTrigger], post: str, text: str, default_language: str
) -> tuple[CommentTrigger, str] | None:
    """Return the trigger that answers a comment and the language of its word; None if no flow answers."""
    comment = f" {normalize_text(text)} "
    best: tuple[int, CommentTrigger, str] | None = None
    for trigger in triggers:
        match = trigger.match_comment(post, comment, default_language)
        # Only a higher rank replaces the best, so of equals the first file stays.
        if match and (best is None or match[0] > best[0]):
            best = (match[0], trigger, match[1])
    return best[1:] if best else None
