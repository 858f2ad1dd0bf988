"""The shapes of a publication as documents, stored with each release that was checked with them.

Those of the data hold on the data, those of the catalogue on the catalogue: each on the file that is published beside
it. They are the only documents with blank nodes, because SHACL allows no other way to write a path that is not a single
property or a list of values (SHACL §2.3.1). Their labels are canonical (RDFC-1.0): the same shapes give the same
bytes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..i18n import NOT_TURTLE, TranslatedError
from ..rdf.statements import text_of
from ..reasons import reason_of
from ..release.layout import ReleaseFolder
from ..release.release import Release
from ..settings.layers import Folder
from ..vocab import RDF, SH, prefixes
from .shape_texts import filled

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Stated: TypeAlias = dict[object, list[tuple[str, Term]]]  # property and value, by subject


# The folder of the shapes of the catalogue, in that of all shapes.
CATALOGUE: Final = "catalogue"
_NODE_SHAPE: Final = ox.NamedNode(f"{SH}NodeShape")


def write_shapes(release: ReleaseFolder, folder: Folder, base: str, languages: Sequence[str]) -> None:
    """Write the shapes of the data and those of the catalogue.

    Args:
        release: the folder of the release.
        folder: of the shapes.
        base: of the publication.
        languages: of the publication.

    Raises:
        AtmpgraphError: a file is not Turtle.
    """
    of_catalogue = sorted((folder / CATALOGUE).rglob("*.ttl"))
    of_data = sorted(file for file in folder.rglob("*.ttl") if file not in of_catalogue)
    for path, chosen in ((release.shapes, of_data), (release.catalogue_shapes, of_catalogue)):
        path.write_text("".join(_lines(chosen, base, languages)), encoding="utf-8")


def shapes_lines(folder: Folder, base: str, languages: Sequence[str]) -> list[str]:
    """All shapes in `folder` and below, as sorted N-Triples, for a publication with this base and these languages.

    Raises:
        AtmpgraphError: a file is not Turtle.
    """
    return _lines(sorted(folder.rglob("*.ttl")), base, languages)


def _lines(files: Iterable[Path], base: str, languages: Sequence[str]) -> list[str]:
    dataset = ox.Dataset()
    for number, file in enumerate(files):
        try:
            text = filled(file.read_text("utf-8-sig"), base, languages)
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base):
                dataset.add(ox.Quad(_of_file(quad.subject, number), quad.predicate, _of_file(quad.object, number)))
        except (SyntaxError, ValueError) as error:
            raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad.triple} .\n" for quad in dataset)


def _of_file(term: Any, number: int) -> Any:  # noqa: ANN401 - whatever term it was
    """A blank node of one file is none of another."""
    return ox.BlankNode(f"f{number}{term.value}") if isinstance(term, ox.BlankNode) else term


def released_shapes(release: Release) -> list[ox.Quad]:
    """The shapes of a release; none for one that was made without them.

    Raises:
        DamagedError: the file is not whole.
    """
    quads = list[ox.Quad]()
    for number, path in enumerate((release.folder.shapes, release.folder.catalogue_shapes)):
        if path.is_file():
            for quad in ox.parse(path=str(release.whole(path)), format=ox.RdfFormat.N_TRIPLES):
                # The nodes of the first keep their names: a release of before the second answers as it did.
                subject, value = (_of_file(end, number) if number else end for end in (quad.subject, quad.object))
                quads.append(ox.Quad(subject, quad.predicate, value))
    return quads


def first_shape(release: Release, document: str) -> str:
    """The name, after the address of the document, of the first shape of a file; empty where there is none."""
    begins, names = f"<{document}#".encode(), list[str]()
    for path in (release.folder.shapes, release.folder.catalogue_shapes):
        if path.is_file():
            with release.whole(path).open("rb") as lines:  # sorted
                line = next((line for line in lines if line.startswith(begins)), None)
            names += [line[len(begins) : line.index(b"> ")].decode()] if line else []
    return min(names, default="")


def parts(quads: Iterable[ox.Quad], document: str) -> dict[str, list[ox.Quad]]:
    """The statements about each shape or constraint that has a name, and about the blank nodes that it reaches.

    Those about the document itself go under its IRI; node shapes come before what they refer to, by name.
    """
    stated: dict[object, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        stated[quad.subject].append(quad)
    named = [term for term in stated if isinstance(term, ox.NamedNode)]
    of_nodes = {term for term in named if any(quad.object == _NODE_SHAPE for quad in stated[term])}
    named.sort(key=lambda term: (term.value != document, term not in of_nodes, term.value))
    return {term.value: _reached(term, stated) for term in named}


def _reached(term: Term, stated: dict[object, list[ox.Quad]]) -> list[ox.Quad]:
    quads = list(stated[term])
    for quad in stated[term]:
        if isinstance(quad.object, ox.BlankNode):
            quads += _reached(quad.object, stated)
    return quads


def reached(parts: Mapping[str, Iterable[ox.Quad]], head: str) -> list[str]:
    """A named shape, then the named constraints and property shapes that it leads to, none of them a node shape.

    Args:
        parts: the statements about each, by IRI.
        head: the IRI of the shape.
    """
    members, rest = dict.fromkeys([head]), [head]
    while rest:
        ends = {quad.object.value for quad in parts[rest.pop()] if isinstance(quad.object, ox.NamedNode)}
        new = [iri for iri in sorted(ends & parts.keys()) if iri not in members and not _is_node_shape(parts[iri], iri)]
        members |= dict.fromkeys(new)
        rest += new
    return list(members)


def groups(parts: Mapping[str, Iterable[ox.Quad]]) -> dict[str, list[str]]:
    """All shapes and constraints, each once: the node shapes with what they lead to first, then what none leads to."""
    left, by_head = set(parts), dict[str, list[str]]()
    for head in sorted(parts, key=lambda iri: not _is_node_shape(parts[iri], iri)):  # stable: by name
        if head in left:
            by_head[head] = [iri for iri in reached(parts, head) if iri in left]
            left.difference_update(by_head[head])
    return by_head


def _is_node_shape(quads: Iterable[ox.Quad], iri: str) -> bool:
    return any(quad.object == _NODE_SHAPE and text_of(quad.subject) == iri for quad in quads)


def written(term: Term, quads: Iterable[ox.Quad], base: str) -> str:
    """A term as people write it in SHACL: names shortened, paths as in SPARQL §9.1, lists in brackets."""
    stated: Stated = defaultdict(list)
    for quad in quads if isinstance(term, ox.BlankNode) else ():
        stated[quad.subject].append((quad.predicate.value, quad.object))
    return _written(term, stated, base)


def _written(term: Term, stated: Stated, base: str) -> str:
    if isinstance(term, ox.NamedNode):
        return _short(term.value, base)
    if not isinstance(term, ox.BlankNode):
        return text_of(term)
    members = _members(term, stated)
    if members is not None:
        return f"({' '.join(_written(member, stated, base) for member in members)})"
    by_name = {predicate.removeprefix(SH): value for predicate, value in stated[term]}
    if "inversePath" in by_name:
        return "^" + _written(by_name["inversePath"], stated, base)
    if "alternativePath" in by_name:
        options = _members(by_name["alternativePath"], stated) or []
        return " | ".join(_written(option, stated, base) for option in options)
    for name, sign in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")):
        if name in by_name:
            return _written(by_name[name], stated, base) + sign
    inside = (f"{_short(p, base)} {_written(o, stated, base)}" for p, o in stated[term])
    return f"[ {' ; '.join(sorted(inside))} ]"


def _members(term: Term, stated: Stated) -> list[Term] | None:
    """The members of an RDF list; None for anything else."""
    members: list[Term] = []
    while term != ox.NamedNode(RDF + "nil"):
        node = dict(stated.get(term, ()))
        if RDF + "first" not in node:
            return None
        members.append(node[RDF + "first"])
        term = node[RDF + "rest"]
    return members


@lru_cache(1 << 12)
def _short(iri: str, base: str) -> str:
    """An IRI with its prefix."""
    namespaces = prefixes(base)
    fitting = [prefix for prefix, namespace in namespaces.items() if iri.startswith(namespace) and iri != namespace]
    best = max(fitting, key=lambda prefix: len(namespaces[prefix]), default="")
    return f"{best}:{iri.removeprefix(namespaces[best])}" if best else iri
