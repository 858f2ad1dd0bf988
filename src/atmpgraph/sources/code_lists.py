"""The code lists: the one place for each code, from which the columns take the values that they may have.

A field of the Data Package names its list, `"codes": "https://w3id.org/atmpgraph/auth/unit"`, instead of repeating the
codes; a list of the publication is named relative to its base (`auth/stage`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pyoxigraph as ox

from ..errors import AtmpgraphError
from ..vocab import ATMPGRAPH, SKOS


@dataclass(frozen=True)
class CodeLists:
    """Code lists (SKOS concept schemes).

    Attributes:
        base: of the publication.
        codes: of each list, by its IRI: each code, the last part of its IRI, with that IRI.
        evidence: the class of what proves a statement of a source, by the code of its kind, where there is one.
    """

    base: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def iris(self) -> frozenset[str]:
        """The IRIs of all codes."""
        return frozenset(iri for codes in self.codes.values() for iri in codes.values())

    def fill(self, descriptor: Mapping[str, Any]) -> None:
        """Give each field that names a list the codes of it.

        Raises:
            AtmpgraphError: there is no such list.
        """
        for resource in descriptor["resources"]:
            for column in resource.get("schema", {}).get("fields", []):
                if "codes" not in column:
                    continue
                column["codes"] = urljoin(self.base, column["codes"])
                if column["codes"] not in self.codes:
                    lists = ", ".join(sorted(self.codes))
                    raise AtmpgraphError(
                        f"datapackage.json: {resource['name']}, {column['name']}: the ontology has no code list "
                        f"<{column['codes']}>; add it there, or name one of {lists}"
                    )
                codes = list(self.codes[column["codes"]])
                column["constraints"] = {**column.get("constraints", {}), "enum": codes}


def read_code_lists(files: Iterable[Path], base: str) -> CodeLists:
    """Read the code lists from the files of an ontology; a code is the last part of its IRI.

    Raises:
        AtmpgraphError: a file is not Turtle.
    """
    codes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    evidence: dict[str, str] = {}
    for file in files:
        try:
            triples = [(t.subject, t.predicate.value, t.object) for t in _parsed(file, base)]
        except (SyntaxError, ValueError) as error:
            raise AtmpgraphError(f"{file}: {error}") from None
        for subject, predicate, value in triples:
            if not isinstance(subject, ox.NamedNode):
                continue
            if predicate == f"{SKOS}inScheme" and isinstance(value, ox.NamedNode):
                codes[value.value][subject.value.rpartition("/")[2]] = subject.value
            elif predicate == f"{ATMPGRAPH}evidence" and isinstance(value, ox.NamedNode):
                evidence[subject.value] = value.value
    return CodeLists(base, codes, evidence)


def _parsed(file: Path, base: str) -> Iterable[ox.Quad]:
    return ox.parse(file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri=base)
