"""The words of a release: from its store, sorted on disk by thing, so memory does not grow with the data."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, Self, get_args

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.canonical import CanonicalWriter
from ..store import Store
from ..vocab import RDF
from .fields import FieldName, fields
from .words import clean

_CLASS: Final = ""  # sorts before the fields
_FIELDS: Final = get_args(FieldName)


@dataclass(frozen=True)
class Text:
    """A text of a thing: its field, the tag of its language (empty for none) and the clean text."""

    field: FieldName
    language: str
    text: str


@dataclass(frozen=True)
class Entry:
    """A thing as it is searched.

    Attributes:
        iri: of the thing.
        kind: the IRI of the class that it is listed under; empty where it has none.
        classes: all its classes.
        texts: names first.
    """

    iri: str
    kind: str
    classes: tuple[str, ...]
    texts: tuple[Text, ...]

    @classmethod
    def of_json(cls, content: bytes) -> Self:
        """Read one that was written as JSON; earlier versions wrote no classes."""
        iri, kind, texts, *classes = json.loads(content)
        return cls(iri, kind, tuple(*classes), tuple(Text(*text) for text in texts))

    def as_json(self) -> str:
        """All of it on one line."""
        texts = [[text.field, text.language, text.text] for text in self.texts]
        return json.dumps([self.iri, self.kind, texts, self.classes], ensure_ascii=False)


def entries(store: Store, scratch: Path, things: Collection[str] | None = None) -> Iterator[Entry]:
    """The things that have a document and words, by IRI.

    Args:
        store: of the statements.
        scratch: a folder for intermediate files.
        things: the IRIs of those that are looked at; None for all.
    """
    documented = Addresses(store.base).documented
    with CanonicalWriter(scratch) as lines:
        for line in _lines(store, things):
            if line.startswith(documented):
                lines.add(line)
        rows = map(_row, lines.lines())
        for iri, of_thing in groupby(rows, key=lambda row: row[0]):
            if "#" not in iri and (entry := _entry(iri, of_thing)):
                yield entry


def queries() -> dict[str, str]:
    """The queries of all that is searched, by the rank of the field."""
    ranked = {_CLASS: f"SELECT ?thing ?text {{ ?thing <{RDF}type> ?text }}"}
    for field, paths in fields().paths.items():
        for place, path in enumerate(paths):
            ranked[f"{_FIELDS.index(field)}{place:02}"] = f"SELECT ?thing ?text {{ ?thing {path} ?text }}"
    return ranked


def _lines(store: Store, things: Collection[str] | None) -> Iterator[str]:
    """What is searched, a line each: the thing, the rank of the field, the language and the text."""
    identifier = str(_FIELDS.index("identifier"))
    only = "" if things is None else f"VALUES ?thing {{ {' '.join(f'<{each}>' for each in sorted(things))} }}"
    for rank, query in queries().items():
        for row in store.select(query.replace("{", f"{{ {only}", 1)):
            text = row["text"]
            if isinstance(text, ox.Literal):
                yield _line(row["thing"], rank, text.language or "", text.value)
            elif rank == _CLASS or rank.startswith(identifier):
                yield _line(row["thing"], rank, "", text.value)


def _line(thing: ox.NamedNode, rank: str, language: str, text: str) -> str:
    return f"{thing.value}\t{rank}\t{language}\t{json.dumps(text, ensure_ascii=False)}\n"


def _row(line: bytes) -> tuple[str, str, str, str]:
    iri, rank, language, text = line.decode("utf-8", "surrogatepass").split("\t", 3)
    return iri, rank, language, json.loads(text)


def _entry(iri: str, rows: Iterable[tuple[str, str, str, str]]) -> Entry | None:
    classes, texts = list[str](), dict[tuple[str, str], Text]()
    for _, rank, language, value in rows:
        if rank == _CLASS:
            classes.append(value)
        elif text := clean(value):
            texts.setdefault((text, language), Text(_FIELDS[int(rank[0])], language, text))
    kind = fields().kind(classes)
    if kind is None or all(text.field == "identifier" for text in texts.values()):
        return None
    return Entry(iri, kind, tuple(classes), tuple(texts.values()))
