"""SPARQL constraints (SHACL §5): the text of their query, with its prefixes."""

from collections.abc import Iterator

from rdflib import OWL, Graph
from rdflib.namespace import SH
from rdflib.term import Node


def constraint_text(shapes: Graph, constraint: Node) -> str:
    """The query of a constraint with its prefixes; empty where it has none."""
    select = shapes.value(constraint, SH.select)
    return "".join([*sorted(_prefixes(shapes, constraint)), str(select)]) if select is not None else ""


def _prefixes(shapes: Graph, constraint: Node) -> Iterator[str]:
    """SHACL §5.2.1."""
    for ontology in shapes.objects(constraint, SH.prefixes):
        for each in shapes.transitive_objects(ontology, OWL.imports):
            for declared in shapes.objects(each, SH.declare):
                yield f"PREFIX {shapes.value(declared, SH.prefix)}: <{shapes.value(declared, SH.namespace)}>\n"
