"""The stemmers of the languages that we read; their package would load those of 30 languages, 3 MB of each process."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer
    from snowballstemmer.german_stemmer import GermanStemmer

_PACKAGE = "snowballstemmer"
_CLASSES = {"english_stemmer": "EnglishStemmer", "german_stemmer": "GermanStemmer"}


def load_stemmers() -> "tuple[EnglishStemmer | GermanStemmer, ...]":
    """Return the English and the German stemmer."""
    spec = find_spec(_PACKAGE)
    if _PACKAGE in sys.modules or spec is None or not spec.submodule_search_locations:
        return _import_stemmers()
    # A package without its own code: its modules are found, and import their base, but none of their siblings.
    bare = ModuleType(_PACKAGE)
    bare.__path__ = list(spec.submodule_search_locations)
    sys.modules[_PACKAGE] = bare
    try:
        return _import_stemmers()
    finally:
        # Whoever imports the package later gets it whole.
        del sys.modules[_PACKAGE]


def _import_stemmers() -> "tuple[EnglishStemmer | GermanStemmer, ...]":
    return tuple(getattr(import_module(f"{_PACKAGE}.{module}"), name)() for module, name in _CLASSES.items())
