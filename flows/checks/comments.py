"""Checks of comment triggers: post ids, words, the private reply, and comments that two flows claim."""

from collections.abc import Iterator, Mapping

from domain.private_replies import PLATFORM_ID
from domain.workspace_config import WorkspaceConfig
from flows.compiled.language_packs import fixed_variables
from flows.language.matching import normalize_text
from flows.language.model import ANY, Comments
from flows.language.read_files import FlowSource
from flows.language.split_text import MOST_TEXT
from flows.language.translation_model import TranslatedComments
from language.findings import Finding, suggest_name
from language.text_template import TextError, compile_text
from language.yaml_source import YamlPath, YamlSource

ORIGINAL_PATH: YamlPath = ("start", "comments")
TRANSLATION_PATH: YamlPath = ("comments",)


def check_comments(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the comment triggers of these flows."""
    claimed_by: dict[tuple[str, str], str] = {}
    for name, flow in flows.items():
        comments = flow.text.start.comments
        if comments:
            yield from _check_post_ids(flow.source, comments)
            yield from _check_words_and_reply(
                flow.source, ORIGINAL_PATH, comments, flow.text.language or config.default_language, config
            )
        for text, source in flow.translations.values():
            yield from _check_translation(source, text.comments, comments, text.language, config)
        for path, post, word, source in _list_claims(flow):
            first_flow = claimed_by.setdefault((post, normalize_text(word)), name)
            if first_flow != name:
                which = f"with “{word}”" if word else "of every text"
                where = "on any post" if post == ANY else f"on the post {post}"
                message = f"Comments {which} {where} are answered by the flow “{first_flow}” already."
                yield source.finding_at(path, "claimed-twice", message, "Leave them to one of them.", key=True)


def _check_post_ids(source: YamlSource, comments: Comments) -> Iterator[Finding]:
    for number, post in enumerate(comments.posts):
        if not PLATFORM_ID.fullmatch(post):
            message = f"“{post[:60]}” is no id of a post."
            hint = "Letters, digits and _ only, as behind /posts/ in its address; or any."
            yield source.finding_at((*ORIGINAL_PATH, "posts", number), "bad-link", message, hint)


def _check_translation(
    source: YamlSource,
    translated: TranslatedComments | None,
    original: Comments | None,
    language: str,
    config: WorkspaceConfig,
) -> Iterator[Finding]:
    if translated and not original:
        message = "The original answers no comments."
        hint = "Take it out, or give it to the original."
        yield source.finding_at(TRANSLATION_PATH, "not-in-original", message, hint, key=True)
    elif original and not (translated and translated.say):
        message = "The translation lacks the reply to comments; people read the original."
        yield source.finding_at(TRANSLATION_PATH, "not-translated", message, "Write it.", severity="warning", key=True)
    if original and translated:
        yield from _check_words_and_reply(source, TRANSLATION_PATH, translated, language, config)


def _check_words_and_reply(
    source: YamlSource, path: YamlPath, comments: Comments | TranslatedComments, language: str, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Yield what is wrong with the words and the reply of one language."""
    for number, word in enumerate(comments.words):
        if not normalize_text(word):
            yield source.finding_at(
                (*path, "words", number), "empty-text", "A word of nothing is in no comment.", "Write it."
            )
    reply_path = (*path, "say") if (*path, "say") in source.positions else path
    if not comments.say.strip():
        if isinstance(comments, Comments):
            message = "This text is empty, and Messenger refuses that."
            yield source.finding_at(reply_path, "empty-text", message, "Write it, or take the comments out.")
        return
    try:
        text = compile_text(comments.say)
    except TextError as error:
        yield source.finding_at(reply_path, "template", str(error), "Texts know {{ variable }}.")
        return
    # The private reply goes out before anything is known of the person, so only the fixed texts can be used.
    variables = fixed_variables(config, language)
    for name in sorted(text.variables - variables.keys()):
        message = f"Nobody knows yet who commented, so there is no “{name}”."
        yield source.finding_at(reply_path, "unknown-variable", message, suggest_name(name, variables))
    # A reply is measured with what is the same for all; variables of a person are errors above.
    longest = len(text.render(variables | dict.fromkeys(text.variables - variables.keys(), "")))
    if longest > MOST_TEXT:
        message = f"This has {longest:,} characters; a message holds {MOST_TEXT:,}."
        yield source.finding_at(reply_path, "too-long", message, "Say it in fewer words; a comment gets one message.")


def _list_claims(flow: FlowSource) -> Iterator[tuple[YamlPath, str, str, YamlSource]]:
    """Yield each pair of post and word that starts a flow; the word is empty if every comment starts it."""
    comments = flow.text.start.comments
    if comments is None:
        return
    word_lists: list[tuple[YamlSource, YamlPath, list[str]]] = [(flow.source, ORIGINAL_PATH, comments.words)]
    word_lists += [
        (source, TRANSLATION_PATH, text.comments.words) for text, source in flow.translations.values() if text.comments
    ]
    # Words in one language are enough: the flow then answers only comments with a word.
    every_comment = not any(words for _, _, words in word_lists)
    # “any” includes every other post of the list.
    for post in [ANY] if ANY in comments.posts else comments.posts:
        if every_comment:
            yield ORIGINAL_PATH, post, "", flow.source
        for source, path, words in word_lists:
            yield from (((*path, "words", at), post, word, source) for at, word in enumerate(words))
