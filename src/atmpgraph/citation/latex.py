"""Text for BibTeX: special characters escaped, and accents as commands, which every version reads."""

import unicodedata
from typing import Final

_SPECIAL: Final = {
    "\\": r"{\textbackslash}",
    "{": r"\{",
    "}": r"\}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{char: f"\\{char}" for char in "$&#%_"},
}
_LETTERS: Final = {
    **dict(zip("ßæÆœŒøØłŁıđĐ", ("ss", "ae", "AE", "oe", "OE", "o", "O", "l", "L", "i", "dj", "DJ"), strict=True)),
    "€": "texteuro",
    "’": "textquoteright",
    "‘": "textquoteleft",
    "“": "textquotedblleft",
    "”": "textquotedblright",
    "«": "guillemotleft",
    "»": "guillemotright",
    "–": "textendash",
    "—": "textemdash",
    "…": "ldots",
}
# Combining marks (Unicode) and their commands.
_ACCENTS: Final = dict(
    zip("\u0300\u0301\u0302\u0303\u0308\u0304\u0307\u0327\u030c\u030a\u030b\u0306\u0328", "`'^~\"=.cvrHuk", strict=True)
)


def latex(text: str) -> str:
    """The text on one line; a letter that has no command stays as it is, in UTF-8."""
    return "".join(map(_character, unicodedata.normalize("NFC", " ".join(text.split()))))


def _character(char: str) -> str:
    if char.isascii():
        return _SPECIAL.get(char, char)
    if char in _LETTERS:
        return f"{{\\{_LETTERS[char]}}}"
    if char == "\u00a0":
        return "~"
    decomposed = unicodedata.normalize("NFD", char)
    base, marks = decomposed[0], decomposed[1:]
    if not base.isascii() or not marks or not set(marks) <= set(_ACCENTS):
        return char
    command = f"\\{base}" if base in "ij" else base
    for mark in marks:
        command = f"\\{_ACCENTS[mark]}{{{command}}}"
    return f"{{{command}}}"
