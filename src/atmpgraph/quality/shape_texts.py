"""The text of a file of shapes, with what stands in it for the publication's base and languages.

`{base}` stands for the base where a relative IRI cannot: in literals. `{languages}` stands for the languages:

    sh:languageIn ( "{languages}" )                  a literal each: "fr" "nl"
    sh:qualifiedMinCount "{languages}"^^xsd:integer  how many they are
    "Add it in {languages}."@en                      their names, one of which is meant: French or Dutch

What stands for number words says `number_words.py`.
"""

import re
from collections.abc import Sequence
from typing import Final

from ..i18n import texts
from .number_words import with_number_words

_PLACEHOLDER: Final = "{languages}"
_COUNT: Final = f'"{_PLACEHOLDER}"^^xsd:integer'
_LIST: Final = f'"{_PLACEHOLDER}"'
_MESSAGE: Final = re.compile(r'"(?P<text>[^"\n]*\{languages\}[^"\n]*)"@(?P<tag>[A-Za-z0-9-]+)')


def filled(text: str, base: str, languages: Sequence[str]) -> str:
    """The text of a file for a publication.

    Args:
        text: of the file, in Turtle.
        base: of the publication.
        languages: its own.
    """
    text = with_number_words(text).replace("{base}", base).replace(_COUNT, f'"{len(languages)}"^^xsd:integer')
    text = text.replace(_LIST, " ".join(f'"{tag}"' for tag in languages))

    def named(literal: re.Match[str]) -> str:
        names = texts(literal["tag"]).alternatives(languages)
        return f'"{literal["text"].replace(_PLACEHOLDER, names)}"@{literal["tag"]}'

    return _MESSAGE.sub(named, text)
