"""The languages of a publication that the interface has no texts in, or not all; and a file to write them in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from babel.core import get_global

from ..findings import Finding, Place, Severity
from ..i18n import CatalogueError, counting, every_language, is_known, lacking, own_texts, to_translate, wrong_texts
from ..languages import PLACEHOLDER, is_tag, ranges
from ..settings import FILE_NAME, Settings
from ..sources.package import Package

# Two letters for the three of ISO 639-3, where there are two (CLDR).
_SHORT: Final[Mapping[str, str]] = get_global("language_aliases")


def language_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with texts of the publication, and a warning for each language that lacks some."""
    folder = settings.path(settings.folders.texts)
    own_texts(folder)
    for file in filter(Path.is_file, sorted(folder.glob("*.po"))):
        name = (settings.folders.texts / file.name).as_posix()
        try:
            yield from _named(file.stem, name)
            yield from _wrong(file, name)
        except CatalogueError as error:
            message = every_language("not a catalogue of gettext in UTF-8; correct it, or take the file away")
            yield Finding("files", Severity.VIOLATION, message, (Place(name, error.line),))
    for language in settings.languages:
        number, total = lacking(language)
        if number:
            message = every_language(
                counting(
                    "{n} of {total} texts of the interface is not there in {language}; English stands for it until"
                    " 'atmpgraph texts {language}' has written {file} and you have translated it",
                    "{n} of {total} texts of the interface are not there in {language}; English stands for them until"
                    " 'atmpgraph texts {language}' has written {file} and you have translated it",
                ),
                n=number,
                total=total,
                language=language,
                file=(settings.folders.texts / f"{language}.po").as_posix(),
            )
            yield Finding("files", Severity.WARNING, message, (Place(FILE_NAME),), language)


def other_languages(settings: Settings, package: Package) -> Iterator[Finding]:
    """A warning for each column in a language that is neither one of the publication nor that of one of its sources.

    Args:
        settings: of the publication.
        package: its tables, which can be read.
    """
    wanted = {tag.lower() for tag in settings.languages} | set(_of_sources(package))
    for file in package.tables:
        for field in package.declared[file]:
            if PLACEHOLDER not in field["name"]:
                continue
            for column, tag in package.in_languages(file, field["name"]).items():
                if wanted.isdisjoint(ranges(tag)):
                    message = every_language(
                        "{language} is no language of this publication, and no source is in it: is another one meant?"
                        " Else add it to the setting {setting}, or take the column away",
                        language=tag,
                        setting="languages",
                    )
                    yield Finding("table", Severity.WARNING, message, (Place(file, 1, column),))


def _of_sources(package: Package) -> Iterator[str]:
    """The languages of the sources."""
    for table in package.tables.values():
        columns = table.header()
        if table.name == "sources" and "language" in columns:
            for _, cells in table.rows():
                code = cells[columns.index("language")].lower()
                yield _SHORT.get(code, code)


def _named(tag: str, name: str) -> Iterator[Finding]:
    """A warning for a file whose name is no language that anybody knows."""
    if is_tag(tag) and is_known(tag):
        return
    message = every_language(
        "no language is called {tag}, so that numbers and dates in it are English; the file has the tag of a language"
        " (BCP 47) as its name, such as pt-BR.po: rename it",
        tag=tag,
    )
    yield Finding("files", Severity.WARNING, message, (Place(name),), tag)


def _wrong(file: Path, name: str) -> Iterator[Finding]:
    """A violation for each text that would fail where it is shown, and a warning for each that never is."""
    for text in wrong_texts(file):
        if not text.is_pattern:
            message = every_language("a bracket of this text has no counterpart; write {{ or }} where one is meant")
            yield Finding("files", Severity.VIOLATION, message, (Place(name, text.line),), text.key)
        elif text.lacks:
            names = ", ".join(f"{{{each}}}" for each in text.names)
            message = every_language("{names} is not in this text, so that nobody reads its value; add it", names=names)
            yield Finding("files", Severity.WARNING, message, (Place(name, text.line),), text.key)
        elif text.names:
            names = ", ".join(f"{{{each}}}" for each in text.names)
            message = every_language("{names} stands for nothing in this text; take it away", names=names)
            yield Finding("files", Severity.VIOLATION, message, (Place(name, text.line),), text.key)
        else:
            message = every_language("the interface has no such text, so that nobody sees its translation; remove it")
            yield Finding("files", Severity.WARNING, message, (Place(name, text.line),), text.key)


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
