"""Letters that only look like Latin ones, such as Cyrillic ones, and figures in their place: “st0p”, “stop2quit”.

They come from keyboards of another script, from copied texts, and from people who want to get past a filter.  Read so,
a text is only searched for words of stopping; what it means otherwise is not touched.
"""

import re
import unicodedata

_SHAPES = {
    # Cyrillic, then Greek, then Armenian, IPA and small capitals.
    "a": "\u0430\u0410\u03b1\u0391\u1d00",
    "b": "\u0432\u0412\u0392\u044c\u042c\u0299",
    "c": "\u0441\u0421\u03f2\u1d04",
    "d": "\u0501\u0500\u1d05",
    "e": "\u0435\u0415\u0451\u0401\u03b5\u0395\u1d07",
    "g": "\u0581\u0261\u0262",
    "h": "\u043d\u041d\u04bb\u0397\u029c",
    "i": "\u0456\u0406\u0457\u0407\u03b9\u0399\u0269\u026a",
    "j": "\u0458\u0408\u1d0a",
    "k": "\u043a\u041a\u03ba\u039a\u1d0b",
    "l": "\u217c\u04cf\u029f",
    "m": "\u043c\u041c\u039c\u1d0d",
    "n": "\u0578\u039d\u0274\u0438\u0418",
    "o": "\u043e\u041e\u03bf\u039f\u0585\u1d0f",
    "p": "\u0440\u0420\u03c1\u03a1\u1d18",
    "q": "\u051b\u051a",
    "r": "\u0433\u0413\u0280",
    "s": "\u0455\u0405\ua731\u0282",
    "t": "\u0442\u0422\u03c4\u03a4\u1d1b",
    "u": "\u057d\u03c5\u1d1c",
    "v": "\u03bd\u0475\u0474\u1d20",
    "w": "\u051d\u051c\u1d21",
    "x": "\u0445\u0425\u03c7\u03a7",
    "y": "\u0443\u0423\u03a5\u028f",
}
"""By Latin letter, those of other scripts that look like it."""
_LETTERS = str.maketrans({sign: letter for letter, signs in _SHAPES.items() for sign in signs})
_FIGURES = str.maketrans("0134578$@", "oieastbsa")
_MIXED_WORD = re.compile(r"(?=[0-9$@]*[a-z])(?=[a-z]*[0-9$@])[a-z0-9$@]{4,}")
_JOINED = re.compile(r"(?<=[a-z]{3})[24](?=[a-z]{2})")
"""“stop2quit”, “stop4ever”: a figure that is read as a word."""
_MARKED_ONES = re.compile(r"!+1+[!1]*")
"""“stop!!1!”: the finger left the shift key."""
_HIDDEN = re.compile(r"(?<=[a-z])[*#](?=[a-z])")
"""“st*p”."""


def is_disguised(text: str) -> bool:
    """Tell whether a text holds letters, figures or signs that may stand for others."""
    return not text.isascii() or any(sign in "0123456789$@*#" for sign in text)


def read_through(text: str) -> str:
    """Return a text in the Latin letters that it looks like."""
    # Before case is folded: a Greek capital looks like another letter than its small one.
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LETTERS)
    plain = _HIDDEN.sub("o", _JOINED.sub(" ", _MARKED_ONES.sub("!", plain.casefold())))
    return _MIXED_WORD.sub(lambda found: found[0].translate(_FIGURES), plain)
