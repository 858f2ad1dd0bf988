"""The files of a publication beside its tables, each judged by itself: so one run tells what is wrong with all.

What a file says of the data is judged later, of the graph; here it is whether it can be read at all.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from ..catalogue.curated import FILE as CATALOGUE
from ..errors import AtmpgraphError
from ..findings import Finding, Place, Severity
from ..i18n import SOURCE, TranslatedError, every_language
from ..lists.declared import declaration_findings
from ..mapping.compile import mapping_faults
from ..quality.shape_faults import shape_faults
from ..quality.shape_texts import filled
from ..reasons import reason_of
from ..settings import Settings
from ..sources import DESCRIPTOR
from ..sources.code_lists import CodeLists
from ..sources.declared import closest
from ..sources.package import Package
from ..sparql.library import query_finding


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
        *turtle_findings("files", filter(Path.is_file, [folder / CATALOGUE]), settings),
        *_queries(settings),
        *declaration_findings(settings.layered("lists"), settings.base, settings.languages),
        *unread(package, {CATALOGUE, settings.layered("coverage").own.name}),
    ]


def turtle_findings(check: str, files: Iterator[Path] | list[Path], settings: Settings) -> Iterator[Finding]:
    """A violation for each file that is not Turtle, with the line."""
    for file in files:
        try:
            text = filled(file.read_text("utf-8-sig"), settings.base, settings.languages)
            for _ in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=settings.base):
                pass
        except OSError:
            continue  # a link that leads nowhere, which the check of the layers says
        except UnicodeDecodeError:
            yield _finding(check, Place(file.name), every_language("the file is not in UTF-8; save it in UTF-8"))
        except (SyntaxError, ValueError) as error:
            texts = every_language("the file is not Turtle; correct it: {reason}", reason=reason_of(error))
            yield _finding(check, Place(file.name, getattr(error, "lineno", None)), texts)


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
        if close:
            texts = every_language("nothing reads this file; did you mean {close}?", close=close)
        else:
            texts = every_language("nothing reads this file; declare it in the Data Package, or take it away")
        yield Finding("files", Severity.WARNING, texts, (Place(file.name),))


def _mapping(error: AtmpgraphError) -> Finding:
    texts = (
        every_language(error.sentence, **error.values) if isinstance(error, TranslatedError) else {SOURCE: str(error)}
    )
    file = str(error).partition(":")[0]
    return _finding("mapping", Place(file), texts)


def _queries(settings: Settings) -> Iterator[Finding]:
    """Rules, datasets and coverage."""
    for kind in ("rules", "datasets"):
        for file in sorted(settings.layered(kind).glob("*.rq")):
            if finding := query_finding(file, settings.base):
                yield finding
    if finding := query_finding(settings.layered("coverage").file, settings.base):
        yield finding


def _finding(check: str, place: Place, texts: Mapping[str, str]) -> Finding:
    return Finding(check, Severity.VIOLATION, texts, (place,))
