"""The records of a registry's file, one by one: JSON of ROR (v1 and v2), tables, RDF. No file is ever in memory."""

import csv
import gzip
import json
import re
import tomllib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox

from ..errors import AtmpgraphError
from ..i18n import Sentence, TranslatedError, counting, message
from ..reasons import reason_of
from ..spreadsheets import SEPARATOR
from ..vocab import DCT, FOAF, RDFS, SCHEMA, SKOS
from .packed import text_of_file

ADDRESS: Final = ""  # in place of a code, where an identifier is a whole address
MOST_NAMES: Final = 100  # names of one record that count
_PIECE: Final = 1 << 20  # characters that are read at once
_LONGEST: Final = 16 << 20  # characters of one record
_LONGEST_LINE: Final = 1 << 20
_BLANKS: Final = " \t\r\n"
_BETWEEN: Final = re.compile(r"[ \t\r\n,]*")
_MOST_COLUMNS: Final = 1_000
_NAMES: Final = (f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{RDFS}label", f"{FOAF}name", f"{SCHEMA}name", f"{DCT}title")
_SAME: Final = ("http://www.w3.org/2002/07/owl#sameAs", f"{SCHEMA}sameAs", f"{SKOS}exactMatch")
_MARKS: Final = re.compile(r"[\W_]+")
_NO_RECORDS: Final = message(
    "{file}: no records with a name and an identifier; it takes the JSON of ROR, a table with such columns, or RDF"
)
_BROKEN: Final = counting(
    "{file}: cannot be read after {n} record: {reason}", "{file}: cannot be read after {n} records: {reason}"
)
_CUT: Final = message("it is not JSON, or cut off")
_LONG: Final = message("a line has more than {n} characters")
_WIDE: Final = message("it has {n} columns")
# A zip that is encrypted or packed in another way is a RuntimeError.
_UNREADABLE: Final = (
    *(ValueError, SyntaxError, EOFError, RuntimeError),
    *(csv.Error, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, AtmpgraphError),
)


@dataclass(frozen=True)
class Record:
    """One record of a registry.

    Attributes:
        key: its identifier, or its address.
        scheme: the code of the registry; empty where only the address says it.
        names: in any language; the first is the one that is shown.
        country: its code of two letters; empty where the record does not say it.
        identifiers: those in other registries, by code.
    """

    key: str
    scheme: str
    names: tuple[str, ...]
    country: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()


@cache
def knowledge() -> dict[str, Any]:
    """What `forms.toml` says."""
    return tomllib.loads((files(__package__) / "forms.toml").read_text(encoding="utf-8"))


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file, by what is in it.

    Raises:
        TranslatedError: it cannot be read, or has no records.
    """
    number = 0
    try:
        for record in _reader(path):
            number += 1
            yield record
    except RecursionError:
        raise TranslatedError(_BROKEN, file=path, n=number, reason=Sentence(_CUT)) from None
    except _UNREADABLE as error:
        raise TranslatedError(_BROKEN, file=path, n=number, reason=reason_of(error)) from None
    if not number:
        raise TranslatedError(_NO_RECORDS, file=path)


def _reader(path: Path) -> Iterator[Record]:
    suffix = path.suffix.lower().removeprefix(".")
    fmt = ox.RdfFormat.from_extension(suffix)
    if fmt and suffix not in {"json", "txt"}:
        yield from _of_rdf(path, fmt)
        return
    with text_of_file(path) as file:
        start = file.read(4_096)
        file.seek(0)
        if start.lstrip()[:1] in {"[", "{"}:
            yield from filter(None, map(ror_record, json_items(file)))
        else:
            yield from _of_table(file, start)


def json_items(file: IO[str]) -> Iterator[Any]:
    """The members of an array, or one value after another (JSON Lines), each parsed when it has been read.

    Raises:
        TranslatedError: not JSON, cut, or a member is too long.
    """
    start = file.read(_PIECE).lstrip(_BLANKS)
    is_array = start.startswith("[")
    decoder, rest = json.JSONDecoder(), start[is_array:]
    while True:
        piece = file.read(_PIECE)
        rest += piece
        place = len(_BETWEEN.match(rest)[0])  # type: ignore[index]  # it matches nothing too
        while place < len(rest) and not (is_array and rest[place] == "]"):
            try:
                item, place = decoder.raw_decode(rest, place)
            except json.JSONDecodeError:
                if not piece or len(rest) - place > _LONGEST:
                    raise TranslatedError(_CUT) from None
                break
            yield item
            place += len(_BETWEEN.match(rest, place)[0])  # type: ignore[index]
        else:
            if place < len(rest) or not piece:
                _require_end(rest[place:], is_array)
                return
        rest = rest[place:]


def _require_end(rest: str, is_array: bool) -> None:
    if is_array and (not rest or rest[1:].strip()):
        raise TranslatedError(_CUT)


def ror_record(item: object) -> Record | None:
    """A record of ROR; None for anything else, and for a record that was withdrawn."""
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or item.get("status") == "withdrawn":
        return None
    if isinstance(item.get("names"), list):  # v2
        shown = sorted(_dicts(item["names"]), key=lambda name: "ror_display" not in _list(name.get("types")))
        names = [name.get("value") for name in shown]
        places = [place.get("geonames_details") for place in _dicts(item.get("locations"))]
        country = next((place.get("country_code") for place in _dicts(places)), "")
        external = [(each.get("type"), each.get("all")) for each in _dicts(item.get("external_ids"))]
    else:  # v1
        labels = [label.get("label") for label in _dicts(item.get("labels"))]
        names = [item.get("name"), *labels, *_list(item.get("aliases")), *_list(item.get("acronyms"))]
        country = next(iter(_dicts([item.get("country")])), {}).get("country_code")
        listed = item.get("external_ids")
        external = [
            (kind.lower(), each.get("all"))
            for kind, each in (listed.items() if isinstance(listed, dict) else ())
            if isinstance(each, dict)
        ]
    schemes = knowledge()["ror"]
    identifiers = {
        (schemes[kind], str(value))
        for kind, values in external
        if isinstance(kind, str) and kind in schemes
        for value in ([values] if isinstance(values, str) else _list(values))
    }
    return _record(item["id"], ADDRESS, names, country, identifiers)


def _of_table(file: IO[str], start: str) -> Iterator[Record]:
    """The records of a table, by the first form that fits its heading."""
    named = SEPARATOR.match(start)
    if named:
        file.readline(_LONGEST_LINE)
    separator = named[1] if named else max("\t;,", key=start.partition("\n")[0].count)
    rows = csv.reader(_lines(file), delimiter=separator)
    heading = next(rows, [])
    if len(heading) > _MOST_COLUMNS:
        raise TranslatedError(_WIDE, n=len(heading))
    columns = {_MARKS.sub("", name).lower(): place for place, name in reversed(list(enumerate(heading)))}
    form = next(form for form in knowledge()["forms"] if columns.keys() >= set(form["needs"]))
    keys, names, countries = ([columns[name] for name in form[part] if name in columns] for part in _PARTS)
    identifiers = {scheme: columns[name] for scheme, name in form["identifiers"].items() if name in columns}
    if not keys or not names:
        return
    for row in rows:
        if len(row) > max(keys[0], names[0]):
            country = next((row[place] for place in countries if place < len(row)), "")
            others = {
                (scheme, row[at].strip()) for scheme, at in identifiers.items() if at < len(row) and row[at].strip()
            }
            record = _record(
                row[keys[0]], form.get("scheme", ADDRESS), [row[at] for at in names if at < len(row)], country, others
            )
            if record:
                yield record


def _lines(file: IO[str]) -> Iterator[str]:
    """The lines of a file, none of which fills the memory."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise TranslatedError(_LONG, n=_LONGEST_LINE)
        yield line


_OTHER_CODES: Final = {"EL": "GR", "UK": "GB"}  # of the EU, beside ISO 3166
_PARTS: Final = ("key", "names", "country")


def _of_rdf(path: Path, fmt: ox.RdfFormat) -> Iterator[Record]:
    """What RDF names, a subject at a time; statements about a subject stand together, as in what registries publish."""
    quads = ox.parse(path=str(path), format=fmt, lenient=True)
    for subject, about in groupby(quads, key=lambda quad: quad.subject):
        names, same = list[object](), set[tuple[str, str]]()
        for quad in about:
            if quad.predicate.value in _NAMES and isinstance(quad.object, ox.Literal):
                names.append(quad.object.value)
            elif quad.predicate.value in _SAME and isinstance(quad.object, ox.NamedNode):
                same.add((ADDRESS, quad.object.value))
        if isinstance(subject, ox.NamedNode) and (record := _record(subject.value, ADDRESS, names, "", same)):
            yield record


def _record(
    key: str, scheme: str, names: Iterable[object], country: object, identifiers: Iterable[tuple[str, str]]
) -> Record | None:
    texts = tuple(dict.fromkeys(name.strip() for name in names if isinstance(name, str) and name.strip()))
    code = country.upper() if isinstance(country, str) and len(country) == len("BE") else ""
    code = _OTHER_CODES.get(code, code)
    key = key.strip()
    return Record(key, scheme, texts[:MOST_NAMES], code, frozenset(identifiers)) if key and texts else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]
