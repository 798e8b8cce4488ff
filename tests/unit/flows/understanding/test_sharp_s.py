"""Texts are compared with “ss” for “ß”, so that a word that is known with “ß” alone would never be found."""

import ast
import re
from pathlib import Path

import pytest

import flows.understanding

FOLDER = Path(flows.understanding.__file__).parent
AS_TYPED = {"signatures.py", "matters.py"}
"""Modules that read texts before they are compared."""
WORD = re.compile(r"[^\W\d_]*ß[^\W\d_]*")


def _list_texts(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    docs = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_no_word_is_known_with_sharp_s_alone(path: Path) -> None:
    """Either it stands with “ss”, too, or the pattern has both."""
    texts = [] if path.name in AS_TYPED else _list_texts(path)
    # A list may be written with “ß” and normalised when it is read, as the phrases of small talk are.
    normalises = "normalize_text(phrase)" in path.read_text()
    known = " ".join(texts)
    lonely = {
        word
        for text in texts
        for word in WORD.findall(text.replace("(?:ß|ss)", "ss"))
        if word.replace("ß", "ss") not in known
    }
    assert normalises or not lonely
