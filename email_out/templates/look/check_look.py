"""Checks how mails look, for ``doorstep check`` alone: none of it keeps an edition from going live.

Letters must be read in light and in dark (WCAG 2.2 AA, 1.4.3), and Gmail cuts a mail off after 102 kB, footer and
all, so the way out would be gone.
"""

from collections.abc import Iterator, Mapping

from domain.workspace_config import WorkspaceConfig
from email_out.templates.check import make_finding
from email_out.templates.compile import CompiledHtml, compile_pages
from email_out.templates.look.colors import contrast, write_color
from email_out.templates.look.painted_text import PaintedText, paint_texts
from email_out.templates.look.stylesheet import SCHEMES
from email_out.templates.mjml_lint import MjmlDocument
from language.findings import Finding

CLIP_BYTES = 102 * 1024
"""Bytes of HTML after which Gmail shows “[Message clipped]”."""
LEAST_CONTRAST, LEAST_CONTRAST_LARGE = 4.5, 3.0
_LONGEST_QUOTE = 40


def check_look(files: Mapping[str, str], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a warning for each text that is hard to read in a colour scheme, and for each mail that gets clipped."""
    told: set[Finding] = set()
    for page in compile_pages(files, config):
        for finding in (*_check_contrast(page), *_check_size(page)):
            # What the layout does wrong, each of its mails does wrong.
            if finding not in told:
                told.add(finding)
                yield finding


def _check_contrast(page: CompiledHtml) -> Iterator[Finding]:
    # Each pair of colours once a mail and scheme: its paragraphs all look the same.
    for scheme in SCHEMES:
        seen: set[tuple[object, ...]] = set()
        for painted in paint_texts(page.html, scheme):
            paint = painted.paint
            needed = LEAST_CONTRAST_LARGE if paint.is_large else LEAST_CONTRAST
            reached = contrast(paint.ink, paint.paper)
            colors = (paint.ink, paint.paper, needed)
            if reached < needed and colors not in seen:
                seen.add(colors)
                document, line, column = _find_text(page, painted)
                message = (
                    f"“{painted.text[:_LONGEST_QUOTE]}” is hard to read in {scheme}: {write_color(paint.ink)} on "
                    f"{write_color(paint.paper)} is {reached:.1f}, and {needed} is needed."
                )
                hint = "Give it a css-class of the layout, or colours for both schemes."
                yield Finding(
                    file=document.file, line=line, column=column, code="low-contrast", message=message, hint=hint,
                    severity="warning",
                )  # fmt: skip


def _check_size(page: CompiledHtml) -> Iterator[Finding]:
    size = len(page.html.encode())
    if size > CLIP_BYTES:
        message = f"The HTML has {size / 1024:.0f} kB, and Gmail cuts mails off after {CLIP_BYTES // 1024}."
        hint = "Say less, or put a part of it on your website."
        yield make_finding(page.document, None, "clipped-mail", message, hint, severity="warning")


def _find_text(page: CompiledHtml, painted: PaintedText) -> tuple[MjmlDocument, int, int]:
    """Return the file, line and column where a text stands; the top of the mail if it is found nowhere."""
    words = painted.text[:_LONGEST_QUOTE]
    # The mail's own text first: the layout may say the same word.
    for document in (page.document, page.layout):
        at = document.source.find(words)
        # An entity, or a line break in the middle, hides the text; its first word still leads to it.
        at = document.source.find(f">{words.split()[0]}") + 1 if at < 0 else at
        if at > 0:
            return document, document.source.count("\n", 0, at) + 1, at - document.source.rfind("\n", 0, at)
    return page.document, 1, 1
