"""The words of a release: from its store, sorted on disk by thing, so memory does not grow with the data."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Self, get_args

from ..addresses import Addresses
from ..rdf.canonical import CanonicalWriter
from ..store import Store
from ..store.row_texts import literal_of, take_rows
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
        read: the JSON that it was read from; empty where it was not.
    """

    iri: str
    kind: str
    classes: tuple[str, ...]
    texts: tuple[Text, ...]
    read: str = field(default="", compare=False, repr=False)

    @classmethod
    def of_json(cls, content: str) -> Self:
        """Read one that was written as JSON; earlier versions wrote no classes."""
        iri, kind, texts, *classes = json.loads(content)
        return cls(iri, kind, tuple(*classes), tuple(Text(*text) for text in texts), content)

    def as_json(self) -> str:
        """All of it on one line."""
        texts = [[text.field, text.language, text.text] for text in self.texts]
        return self.read or json.dumps([self.iri, self.kind, texts, self.classes], ensure_ascii=False)


def iri_in(content: str) -> str:
    """The IRI of a thing in its JSON, which stands first there and has no character that JSON escapes."""
    return content[2 : content.index('"', 2)]


def entries(store: Store, scratch: Path, things: Collection[str] | None = None) -> Iterator[Entry]:
    """The things that have a document and words, by IRI.

    Args:
        store: of the statements.
        scratch: a folder for intermediate files.
        things: the IRIs of those that are looked at; None for all.
    """
    with CanonicalWriter(scratch) as lines:
        _write_lines(store, things, lines)
        rows = map(_row, lines.lines())
        for iri, of_thing in groupby(rows, itemgetter(0)):
            if "#" not in iri and (entry := _entry(iri, of_thing)):
                yield entry


def queries() -> dict[str, str]:
    """The queries of all that is searched, by the rank of the field."""
    ranked = {_CLASS: f"SELECT ?thing ?text {{ ?thing <{RDF}type> ?text }}"}
    for name, paths in fields().paths.items():
        for place, path in enumerate(paths):
            ranked[f"{_FIELDS.index(name)}{place:02}"] = f"SELECT ?thing ?text {{ ?thing {path} ?text }}"
    return ranked


def _write_lines(store: Store, things: Collection[str] | None, lines: CanonicalWriter) -> None:
    """Write what is searched, a line each: the thing, the rank of the field, the language and the text as JSON."""
    identifier = str(_FIELDS.index("identifier"))
    only = "" if things is None else f"VALUES ?thing {{ {' '.join(f'<{each}>' for each in sorted(things))} }}"
    starts = tuple(f"<{space}" for space in Addresses(store.base).documented)
    for rank, query in queries().items():
        is_iri = rank == _CLASS or rank.startswith(identifier)

        def take(rows: list[bytes], rank: str = rank, is_iri: bool = is_iri) -> None:
            for row in rows:
                thing, _, text = row.decode().partition("\t")
                if thing.startswith(starts) and (searched := _searched(text, is_iri=is_iri)):
                    lines.add(f"{thing[1:-1]}\t{rank}\t{searched}\n")

        take_rows(store, query.replace("{", f"{{ {only}", 1), take)


def _searched(term: str, *, is_iri: bool) -> str:
    """The language and the text of a term of a row, as JSON; empty where nothing is searched in it.

    Args:
        term: as it stands in the row, where a text is written almost as in JSON.
        is_iri: whether that of an IRI counts.
    """
    if term.startswith('"') and term.isprintable() and "\\" not in term and "--" not in term:
        text, _, rest = term.rpartition('"')
        return f'{rest[1:] if rest.startswith("@") else ""}\t{text}"'
    if term.startswith("<"):
        return f"\t{json.dumps(term[1:-1], ensure_ascii=False)}" if is_iri else ""
    if (literal := literal_of(term.encode())) is None:
        return ""
    value, language = literal
    return f"{language}\t{json.dumps(value, ensure_ascii=False)}"


def _row(line: bytes) -> tuple[str, str, str, str]:
    iri, rank, language, text = line.decode().split("\t", 3)
    text = text[1:-2] if "\\" not in text else json.loads(text)
    return iri, rank, language, text


@lru_cache(1 << 10)
def _kind(classes: tuple[str, ...]) -> str | None:
    return fields().kind(classes)


def _entry(iri: str, rows: Iterable[tuple[str, str, str, str]]) -> Entry | None:
    classes, texts = list[str](), dict[tuple[str, str], Text]()
    for _, rank, language, value in rows:
        if rank == _CLASS:
            classes.append(value)
        elif text := clean(value):
            texts.setdefault((text, language), Text(_FIELDS[int(rank[0])], language, text))
    kind = _kind(tuple(classes))
    if kind is None or all(text.field == "identifier" for text in texts.values()):
        return None
    return Entry(iri, kind, tuple(classes), tuple(texts.values()))
