"""Comments that flows answer: what the private reply says, and that no two flows claim the same comments."""

from collections.abc import Iterator, Mapping

from domain.private_replies import PLATFORM_ID
from domain.workspace_config import WorkspaceConfig
from flows.compiled.language_packs import fixed_variables
from flows.language.matching import normalize_text
from flows.language.model import ANY, Comments
from flows.language.read_files import FlowSource
from flows.language.split_text import MOST_TEXT
from flows.language.text_template import TextError, compile_text
from flows.language.translation_model import TranslatedComments
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath, YamlSource

HERE: YamlPath = ("start", "comments")
TRANSLATED: YamlPath = ("comments",)


def check(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is to be mended in the comments of these flows."""
    claimed: dict[tuple[str, str], str] = {}
    for name, one in flows.items():
        comments = one.text.start.comments
        if comments:
            yield from _posts(one.source, comments)
            yield from _spoken(one.source, HERE, comments, one.text.language or config.default_language, config)
        for text, source in one.translations.values():
            yield from _translation(source, text.comments, comments, text.language, config)
        for path, post, word, source in _claims(one):
            other = claimed.setdefault((post, normalize_text(word)), name)
            if other != name:
                what = f"with “{word}”" if word else "of every text"
                where = "on any post" if post == ANY else f"on the post {post}"
                message = f"Comments {what} {where} are answered by the flow “{other}” already."
                yield source.finding_at(path, "claimed-twice", message, "Leave them to one of them.", key=True)


def _posts(source: YamlSource, comments: Comments) -> Iterator[Finding]:
    for at, post in enumerate(comments.posts):
        if not PLATFORM_ID.fullmatch(post):
            message = f"“{post[:60]}” is no id of a post."
            hint = "Letters, digits and _ only, as behind /posts/ in its address; or any."
            yield source.finding_at((*HERE, "posts", at), "bad-link", message, hint)


def _translation(
    source: YamlSource,
    translated: TranslatedComments | None,
    original: Comments | None,
    language: str,
    config: WorkspaceConfig,
) -> Iterator[Finding]:
    if translated and not original:
        message = "The original answers no comments."
        hint = "Take it out, or give it to the original."
        yield source.finding_at(TRANSLATED, "not-in-original", message, hint, key=True)
    elif original and not (translated and translated.say):
        message = "The translation lacks the reply to comments; people read the original."
        yield source.finding_at(TRANSLATED, "not-translated", message, "Write it.", severity="warning", key=True)
    if original and translated:
        yield from _spoken(source, TRANSLATED, translated, language, config)


def _spoken(
    source: YamlSource, path: YamlPath, comments: Comments | TranslatedComments, language: str, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Yield what is wrong with the words of one language, and with its reply."""
    for at, word in enumerate(comments.words):
        if not normalize_text(word):
            yield source.finding_at(
                (*path, "words", at), "empty-text", "A word of nothing is in no comment.", "Write it."
            )
    said = (*path, "say") if (*path, "say") in source.positions else path
    if not comments.say.strip():
        if isinstance(comments, Comments):
            message = "This text is empty, and Messenger refuses that."
            yield source.finding_at(said, "empty-text", message, "Write it, or take the comments out.")
        return
    try:
        text = compile_text(comments.say)
    except TextError as error:
        yield source.finding_at(said, "template", str(error), "Texts know {{ variable }}.")
        return
    known = fixed_variables(config, language)
    for name in sorted(text.variables - known.keys()):
        message = f"Nobody knows yet who commented, so there is no “{name}”."
        yield source.finding_at(said, "unknown-variable", message, suggest_name(name, known))
    longest = len(text.render(known | dict.fromkeys(text.variables - known.keys(), "")))
    if longest > MOST_TEXT:
        message = f"This has {longest:,} characters; a message holds {MOST_TEXT:,}."
        yield source.finding_at(said, "too-long", message, "Say it in fewer words; a comment gets one message.")


def _claims(one: FlowSource) -> Iterator[tuple[YamlPath, str, str, YamlSource]]:
    """Yield each pair of post and word that a flow answers; the word is empty where every comment is."""
    comments = one.text.start.comments
    if comments is None:
        return
    spoken: list[tuple[YamlSource, YamlPath, list[str]]] = [(one.source, HERE, comments.words)]
    spoken += [(source, TRANSLATED, text.comments.words) for text, source in one.translations.values() if text.comments]
    every = not any(words for _, _, words in spoken)
    for post in [ANY] if ANY in comments.posts else comments.posts:
        if every:
            yield HERE, post, "", one.source
        for source, path, words in spoken:
            yield from (((*path, "words", at), post, word, source) for at, word in enumerate(words))
