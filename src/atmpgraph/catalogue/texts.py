"""What the catalogue says of files, graphs and services in the languages of the publication.

The queries in `dcat/` have a `{place}` for the rows of a VALUES block. A language that the interface has no texts in
gets no row: texts with an English word in them would be in no language. Without any that has texts, English stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from ..i18n import SOURCE, lacking, message, texts

_NAME: Final = "{name}"
_OF_GRAPH: Final = (
    message("According to the source “{name}”"),
    message("The statements taken from this source: “{name}”."),
)
_OF_FILE: Final = {
    "dump": (message("The whole graph: {name}"), message("All statements of all sources in one file.")),
    "graph": (message("The statements of the source: {name}"), message("What this source states, in one file.")),
    "dataset": (message("The dataset: {name}"), message("The whole dataset in one file.")),
    "package": (
        message("The description of the tables: {name}"),
        message("The Data Package: the tables, their columns, keys and rules."),
    ),
}
_OF_TABLE: Final = (
    message("The table “{name}”: {format}"),
    message("The table as people keep it; its columns are described in the Data Package."),
)
_OF_SERVICE: Final = {
    "sparql": (
        message("SPARQL service"),
        message("Query the graph with SPARQL 1.1, each source in its named graph."),
    ),
    "graphs": (
        message("Graph service"),
        message("Read what a source states by the name of its graph (Graph Store Protocol)."),
    ),
    "stream": (
        message("Change stream"),
        message("Follow each version of each thing, from one release to the next (LDES)."),
    ),
}


def filled(query: str, languages: Sequence[str]) -> str:
    """A query with the rows of texts.

    Args:
        query: with the places of the rows.
        languages: of the publication.
    """
    written = [tag for tag in languages if not _is_without_texts(tag)] or [SOURCE]
    for place, rows in (
        ("{texts of graphs}", _graphs(languages, written)),
        ("{texts of files}", _files(written)),
        ("{texts of services}", _services(written)),
    ):
        query = query.replace(place, " ".join(rows))
    return query


def _is_without_texts(language: str) -> bool:
    missing, total = lacking(language)
    return missing == total


def _graphs(languages: Sequence[str], written: Sequence[str]) -> Iterator[str]:
    """The language, and what stands around the name of a source: nothing, where there is no text."""
    for tag in dict.fromkeys((*languages, *written)):
        around = (
            [texts(tag).gettext(text).partition(_NAME)[::2] for text in _OF_GRAPH] if tag in written else [("", "")] * 2
        )
        yield _row(*map(_literal, (tag, *around[0], *around[1])))


def _files(written: Iterable[str]) -> Iterator[str]:
    """The role, the language, what stands before and after the name of a table, and the description."""
    for tag in written:
        words = texts(tag)
        for role, (title, text) in _OF_FILE.items():
            before = words.gettext(title).partition(_NAME)[0]
            yield _row(*map(_literal, (role, tag, before, "", words.gettext(text))))
        before, _, after = words.gettext(_OF_TABLE[0]).replace("{format}", "").partition(_NAME)
        yield _row(*map(_literal, ("table", tag, before, after, words.gettext(_OF_TABLE[1]))))


def _services(written: Iterable[str]) -> Iterator[str]:
    """The service, the language, the title and the description."""
    for tag in written:
        for name, about in _OF_SERVICE.items():
            yield _row(f"<id/service/{name}>", *map(_literal, (tag, *map(texts(tag).gettext, about))))


def _row(*terms: str) -> str:
    return f"({' '.join(terms)})"


def _literal(text: str) -> str:
    return str(ox.Literal(text))
