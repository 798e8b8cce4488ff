"""Measure how readable the code is: ``python -m tools.measure_readability`` prints the table.

It counts what can be counted: names, circles, comments, sizes.  ``tests/unit/test_architecture.py`` holds the limits.
Imports under ``TYPE_CHECKING`` count like any other, because a reader follows them too.
"""

import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("bot", "domain", "email_out", "flows", "language", "onboarding", "service", "store")
"""The product: what is installed."""
MOST_MODULES = 20
"""Modules of a folder; more are listed as crowded."""
MOST_LINES = 300
"""Lines of a file; longer ones are listed."""
_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:\s*ignore|fmt:|pragma:)")
"""Beginning of a comment that speaks to a tool, even if it gives a reason: it explains the exception, not the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was counted in one checkout."""

    functions: int
    one_word_functions: int
    """Functions and methods whose name is one word; special methods are not counted."""
    repeated_classes: Mapping[str, tuple[str, ...]]
    """Class name to the modules that define it, where there is more than one."""
    module_circles: tuple[tuple[str, ...], ...]
    folder_circles: tuple[tuple[str, ...], ...]
    code_lines: int
    comment_lines: int
    """Lines that are a comment or end with one; lint exceptions are not counted."""
    crowded_folders: Mapping[str, int]
    """Folder to its number of modules, where there are more than :data:`MOST_MODULES`."""
    median_function_lines: float
    long_files: Mapping[str, int]
    """File to its number of lines, where there are more than :data:`MOST_LINES`; lines of comment alone do not count,
    so that no reason is left out to keep a file short."""

    @property
    def one_word_share(self) -> float:
        """Share of function names that are one word, 0 to 1."""
        return self.one_word_functions / self.functions

    @property
    def comment_share(self) -> float:
        """Share of lines with a comment among all lines, 0 to 1."""
        return self.comment_lines / self.code_lines


def measure_readability(root: Path, packages: Iterable[str] = PACKAGES) -> Measures:
    """Measure the packages below a root folder."""
    paths = [path for package in packages for path in sorted((root / package).rglob("*.py"))]
    trees = {_module_of(path.relative_to(root)): ast.parse(path.read_text("utf-8")) for path in paths}
    functions = [node for tree in trees.values() for node in _functions_of(tree)]
    imports = {module: _imports_of(tree, trees) - {module} for module, tree in trees.items()}
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
    folders = Counter(path.parent.relative_to(root).as_posix() for path in paths if path.name != "__init__.py")
    return Measures(
        functions=len(functions),
        one_word_functions=sum("_" not in node.name.strip("_") for node in functions),
        repeated_classes=_repeated_classes(trees),
        module_circles=find_circles(imports),
        folder_circles=find_circles(_folder_imports(imports, trees)),
        code_lines=sum(text.count("\n") for text in texts.values()),
        comment_lines=sum(_comment_lines(text) for text in texts.values()),
        crowded_folders={folder: count for folder, count in folders.items() if count > MOST_MODULES},
        median_function_lines=statistics.median(_lines_of(node) for node in functions),
        long_files={name: lines for name, text in texts.items() if (lines := _code_lines(text)) > MOST_LINES},
    )


def find_circles(edges: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the strongly connected parts of more than one node (Tarjan's algorithm), each sorted."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[tuple[str, ...]] = []

    def visit_node(node: str) -> None:
        # ``lowest`` is the earliest node that is still open and can be reached from here; a node that reaches none
        # before itself closes a part, and everything above it on the stack belongs to that part.
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for target in edges.get(node, ()):
            if target not in order:
                visit_node(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], order[target])
        if lowest[node] == order[node]:
            part = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(part) > 1:
                circles.append(tuple(sorted(part)))

    for node in edges:
        if node not in order:
            visit_node(node)
    return tuple(sorted(circles))


def _code_lines(text: str) -> int:
    return sum(not line.lstrip().startswith("#") for line in text.splitlines())


def _module_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        # Special methods have the names that Python gives them.
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__"):
            yield node


def _lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _imports_of(tree: ast.AST, modules: Mapping[str, ast.AST]) -> set[str]:
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                # “from flows import decide” names a module, “from flows.decide import Turn” something in one.
                name = f"{node.module}.{alias.name}"
                imported.add(name if name in modules else node.module)
    return {name for name in imported if name in modules}


def _folder_imports(imports: Mapping[str, Iterable[str]], trees: Mapping[str, ast.AST]) -> dict[str, set[str]]:
    """Return which folder imports which; a package's ``__init__`` is in its own folder."""

    def folder_of(module: str) -> str:
        is_package = any(other.startswith(f"{module}.") for other in trees)
        return module if is_package else module.rpartition(".")[0]

    edges: dict[str, set[str]] = defaultdict(set)
    for module, targets in imports.items():
        edges[folder_of(module)] |= {folder_of(target) for target in targets} - {folder_of(module)}
    return dict(edges)


def _repeated_classes(trees: Mapping[str, ast.AST]) -> dict[str, tuple[str, ...]]:
    homes: dict[str, list[str]] = defaultdict(list)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module)
    return {name: tuple(modules) for name, modules in sorted(homes.items()) if len(modules) > 1}


def _comment_lines(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    return len({comment.start[0] for comment in comments if not _DIRECTIVE.match(comment.string)})


def _describe_measures(measures: Measures) -> Iterator[tuple[str, str]]:
    share = f"{measures.one_word_functions:,} of {measures.functions:,} ({measures.one_word_share:.1%})"
    yield "functions named by one word", share
    yield "class names that stand twice", str(len(measures.repeated_classes))
    yield "circles of modules, of folders", f"{len(measures.module_circles)}, {len(measures.folder_circles)}"
    yield (
        "lines with a comment",
        f"{measures.comment_lines:,} of {measures.code_lines:,} ({measures.comment_share:.2%})",
    )
    yield (
        f"folders of more than {MOST_MODULES} modules",
        ", ".join(f"{folder} {count}" for folder, count in measures.crowded_folders.items()) or "0",
    )
    yield (
        f"files of more than {MOST_LINES} lines",
        ", ".join(f"{name} {lines}" for name, lines in measures.long_files.items()) or "0",
    )
    yield "lines of a function, median", f"{measures.median_function_lines:g}"


def main() -> None:
    """Print the table; with ``-v`` also the names behind it."""
    measures = measure_readability(Path.cwd())
    for name, value in _describe_measures(measures):
        sys.stdout.write(f"{name:34} {value}\n")
    if "-v" in sys.argv:
        for name, modules in measures.repeated_classes.items():
            sys.stdout.write(f"  {name}: {', '.join(modules)}\n")
        for circle in (*measures.module_circles, *measures.folder_circles):
            sys.stdout.write(f"  circle: {' <-> '.join(circle)}\n")


if __name__ == "__main__":
    main()
