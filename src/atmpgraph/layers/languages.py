"""The languages of a publication that the interface has no texts in, or not all; and a file to write them in."""

from collections.abc import Iterator
from pathlib import Path

from ..findings import Finding, Place, Severity
from ..i18n import every_language, lacking, own_texts, to_translate
from ..settings import FILE_NAME, Settings


def language_findings(settings: Settings) -> Iterator[Finding]:
    """A warning for each language whose texts are missing, since English stands in their place."""
    own_texts(settings.path(settings.folders.texts))
    for language in settings.languages:
        number, total = lacking(language)
        if number:
            message = every_language(
                "{n} of {total} texts of the interface are not there in {language}; English stands for them until"
                " 'atmpgraph texts {language}' has written {file} and you have translated it",
                n=number,
                total=total,
                language=language,
                file=(settings.folders.texts / f"{language}.po").as_posix(),
            )
            yield Finding("files", Severity.WARNING, message, (Place(FILE_NAME),), language)


def write_texts(settings: Settings, language: str) -> tuple[Path, int]:
    """Write a file of the texts that a language lacks, to be translated; what is in the file already stays.

    Returns:
        The file, and how many of its texts are to be translated.
    """
    folder = settings.path(settings.folders.texts)
    folder.mkdir(parents=True, exist_ok=True)
    own_texts(folder)
    file = folder / f"{language}.po"
    content, number = to_translate(language, file)
    file.write_bytes(content)
    return file, number
