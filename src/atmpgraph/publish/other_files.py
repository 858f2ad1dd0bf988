"""The files of a publication beside its tables, each judged by itself: so one run tells what is wrong with all.

What a file says of the data is judged later, of the graph; here it is whether it can be read at all.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pyoxigraph as ox

from ..catalogue.curated import FILE as CATALOGUE
from ..catalogue.curated import NO_CATALOGUE
from ..errors import NotExpressibleError
from ..findings import Finding, Place, Severity
from ..formats import JSON_LD, RDF_XML
from ..i18n import Sentence, every_language
from ..lists.declared import declaration_findings
from ..mapping.compile import mapping_faults
from ..mapping.faults import MappingError
from ..quality.shape_faults import shape_faults
from ..quality.shape_texts import filled
from ..rdf.datatypes import TermError
from ..rdf.expressible import expressible
from ..rdf.terms import term
from ..reasons import reason_of, why_unreadable
from ..settings import Settings
from ..settings.layers import Kind, supplied
from ..sources import DESCRIPTOR
from ..sources.code_lists import CodeLists
from ..sources.declared import closest
from ..sources.package import Package
from ..sparql.library import query_finding
from ..sparql.syntax.query_form import form


def other_findings(settings: Settings, package: Package) -> list[Finding]:
    """What is wrong with mapping, shapes, catalogue, lists and queries that make statements, and what nothing reads.

    Args:
        settings: of the publication.
        package: the tables.
    """
    folder = settings.path(settings.folders.data)
    return [
        *(_mapping(error) for error in mapping_faults(settings.layered("mapping"), package, settings.base)),
        *shape_faults(settings.layered("shapes"), settings.base, settings.languages),
        *_catalogue(folder / CATALOGUE, settings),
        *_queries(settings),
        *declaration_findings(settings.layered("lists"), settings.base, settings.languages),
        *unread(package, {CATALOGUE, settings.layered("coverage").own.name}),
        *_unread_folders(package, settings),
        *_above(package, settings),
    ]


def turtle_findings(check: str, files: Iterator[Path] | list[Path], settings: Settings) -> Iterator[Finding]:
    """A violation for each file that is not Turtle, with the line."""
    for file in files:
        try:
            text = filled(file.read_text("utf-8-sig"), settings.base, settings.languages)
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=settings.base):
                if wrong := _unpublishable(quad):
                    yield _finding(check, Place(file.name), wrong)
        except OSError:
            continue  # a link that leads nowhere, which the check of the layers says
        except UnicodeDecodeError:
            yield _finding(check, Place(file.name), every_language("the file is not in UTF-8; save it in UTF-8"))
        except (SyntaxError, ValueError) as error:
            texts = every_language("the file is not Turtle; correct it: {reason}", reason=reason_of(error))
            yield _finding(check, Place(file.name, getattr(error, "lineno", None)), texts)


def _catalogue(file: Path, settings: Settings) -> Iterator[Finding]:
    """What is wrong with the description for portals."""
    if why := why_unreadable(file):
        yield _finding("files", Place(file.name), every_language(why.text, **why.values))
    elif file.exists():
        yield from turtle_findings("files", [file], settings)
    else:
        yield _finding("files", Place(file.name), every_language(NO_CATALOGUE))


def _unpublishable(quad: ox.Quad) -> Mapping[str, str]:
    """Why a literal is not published, or a format that every release has cannot say the statement; else empty."""
    value = quad.object
    if isinstance(value, ox.Literal):
        try:
            term(value)
        except TermError as error:
            reason = Sentence(error.sentence, error.values)
            return every_language("{value} is not published: {reason}", value=str(value), reason=reason)
    try:
        for fmt in (RDF_XML, JSON_LD):
            for _ in expressible([quad], fmt):
                pass
    except NotExpressibleError as error:
        return every_language(error.sentence, **error.values)
    return {}


def lists_lacking(codes: CodeLists, package: Package) -> Iterator[Finding]:
    """Columns whose code list there is not; they are judged without it."""
    for table, column, named, close in list(codes.lacking(package.descriptor)):
        del column["codes"]
        if close:
            texts = every_language(
                "the ontology has no code list {list}; did you mean {close}?", list=named, close=close
            )
        else:
            lists = ", ".join(sorted(codes.codes))
            texts = every_language(
                "the ontology has no code list {list}; add it there, or name one of {lists}", list=named, lists=lists
            )
        yield _finding("table", Place(DESCRIPTOR, column=f"{table}, {column['name']}"), texts)


def unread(package: Package, others: set[str]) -> Iterator[Finding]:
    """A warning for each file beside the tables that nothing reads.

    Args:
        package: the tables.
        others: the names of the files that other parts of the software read.
    """
    read = {DESCRIPTOR, *others} | {table.source.origin.name for table in package.tables.values()}
    for file in sorted(package.folder.iterdir()) if package.folder.is_dir() else ():
        if file.name in read or not file.is_file() or file.name.startswith((".", "~")) or file.suffix == ".md":
            continue
        close = closest(file.name, list(package.read.absent))
        if file.name in package.tables:
            origin = package.tables[file.name].source.origin.name
            texts = every_language("nothing reads this file: its table is read from {file}; take one away", file=origin)
        elif close:
            texts = every_language("nothing reads this file; did you mean {close}?", close=close)
        else:
            texts = every_language("nothing reads this file; declare it in the Data Package, or take it away")
        yield Finding("files", Severity.WARNING, texts, (Place(f"{package.folder.name}/{file.name}"),))


def _unread_folders(package: Package, settings: Settings) -> Iterator[Finding]:
    """A warning for each folder with files beside the tables that is none of the settings, and has no table."""
    kinds: dict[str, Path] = {kind: settings.layered(kind).own for kind in get_args(Kind)}
    texts = map(settings.path, settings.folders.source_texts)
    tables = (table.source.origin for table in package.tables.values())
    read = [*kinds.values(), *map(supplied, get_args(Kind)), *texts, *tables]
    for folder in sorted(package.folder.iterdir()) if package.folder.is_dir() else ():
        if folder.name.startswith(".") or not folder.is_dir() or any(path.is_relative_to(folder) for path in read):
            continue
        if not any(path.is_file() for path in folder.rglob("*")):
            continue
        place = Place(f"{package.folder.name}/{folder.name}")
        sentence = every_language("nothing reads this folder; declare its files in the Data Package, or take it away")
        if folder.name in kinds:
            sentence = every_language("nothing reads this folder; did you mean {close}?", close=folder.name)
        yield Finding("files", Severity.WARNING, sentence, (place,))


def _above(package: Package, settings: Settings) -> Iterator[Finding]:
    """A warning for each file beside the settings with the name of one among the tables, where nothing reads it."""
    root, coverage = settings.path(Path()), settings.layered("coverage").own.name
    for file in sorted(root.iterdir()) if root != package.folder and root.is_dir() else ():
        if file.is_file() and file.name in {DESCRIPTOR, CATALOGUE, coverage, *package.tables, *package.read.absent}:
            close = (settings.folders.data / file.name).as_posix()
            texts = every_language("nothing reads this file; did you mean {close}?", close=close)
            yield Finding("files", Severity.WARNING, texts, (Place(file.name),))


def _mapping(error: MappingError) -> Finding:
    return _finding("mapping", Place(error.file), every_language(error.within.text, **error.within.values))


def _queries(settings: Settings) -> Iterator[Finding]:
    """Rules, datasets and coverage, which make statements."""
    files = [file for kind in ("rules", "datasets") for file in sorted(settings.layered(kind).glob("*.rq"))]
    for file in (*files, settings.layered("coverage").file):
        if finding := query_finding(file, settings.base):
            yield finding
        elif form(file.read_text("utf-8-sig")) not in {"CONSTRUCT", "DESCRIBE"}:
            yield _finding("query", Place(file.name), every_language("a CONSTRUCT query is expected"))


def _finding(check: str, place: Place, texts: Mapping[str, str]) -> Finding:
    return Finding(check, Severity.VIOLATION, texts, (place,))
