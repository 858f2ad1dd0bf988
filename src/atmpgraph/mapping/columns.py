"""The columns of a table in all its languages, each with a term map of its own.

A mapping document says once what holds in any language: `[ rml:reference "title_{language}" ;
rr:language "{language}" ]` stands for one such object map a column `title_…` of the table. All else in it is RML.
"""

from collections.abc import Iterator
from dataclasses import replace

from ..sources.package import Package
from .document import TermMap, TriplesMap


def in_languages(triples_map: TriplesMap, package: Package) -> TriplesMap:
    """A triples map whose object maps name columns that there are."""
    if triples_map.table not in package.tables:
        return triples_map  # the compiler says it

    def objects(terms: tuple[TermMap, ...]) -> Iterator[TermMap]:
        for term in terms:
            if not term.in_languages:
                yield term
                continue
            for column, tag in package.in_languages(triples_map.table, term.parts[0]).items():
                yield replace(term, parts=(column,), language=tag)

    statements = tuple(replace(each, objects=tuple(objects(each.objects))) for each in triples_map.statements)
    return replace(triples_map, statements=statements)
