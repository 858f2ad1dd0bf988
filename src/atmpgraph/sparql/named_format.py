"""The format of a result by the name that a parameter gives it, as clients of many endpoints name formats.

`format=` and `output=` take a media type, the suffix of a URL or another common name, in any case. A name that nobody
knows is refused: another format in its place would be taken for the one that was named.
"""

from collections.abc import Sequence
from typing import Final

from ..formats import (
    CSV,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_JSON,
    RESULTS_XML,
    TRIG,
    TSV,
    TURTLE,
    Format,
)
from ..http.negotiate import choose
from ..http.problem import Problem, ProblemError, not_acceptable

# Common names beside the suffixes; several formats share one where the kind of the result decides.
_NAMES: Final[dict[Format, tuple[str, ...]]] = {
    RESULTS_JSON: ("srj", "sparql-results+json", "sparql-json", "js"),
    RESULTS_XML: ("srx", "sparql-results+xml", "sparql-xml"),
    CSV: (),
    TSV: ("tab", "tab-separated-values"),
    TURTLE: ("turtle", "n3"),
    JSON_LD: ("json-ld", "ld+json", "json", "js"),
    RDF_XML: ("xml", "rdfxml", "rdf-xml", "rdf/xml", "rdf+xml"),
    N_TRIPLES: ("ntriples", "n-triples", "ntriple"),
    TRIG: (),
    N_QUADS: ("nquads", "n-quads"),
    HTML: ("xhtml",),
}
_SHOWN: Final = 100  # characters of a name in a sentence


def named_format(names: Sequence[str], offered: tuple[Format, ...]) -> Format | None:
    """The first of the formats that are named and that a result has; None if no name is given.

    Args:
        names: the values of the parameters, in their order; empty ones count as none.
        offered: the formats of the result.

    Raises:
        ProblemError: 400 a name is none of a format; 406 the result has no format that is named.
    """
    wanted = [name.strip().replace(" ", "+") for name in names if name.strip()]  # a plus sign that was not encoded
    if not wanted:
        return None
    for name in wanted:
        if fmt := _fitting(name, offered):
            return fmt
    if any(_fitting(name, tuple(_NAMES)) for name in wanted):
        raise not_acceptable(offered)
    values = {"name": wanted[0][:_SHOWN], "names": ", ".join(fmt.suffix for fmt in offered)}
    raise ProblemError(Problem(400, "No format is called {name}. This result has these: {names}.", values=values))


def _fitting(name: str, offered: tuple[Format, ...]) -> Format | None:
    if "/" in name and (chosen := choose(name, offered)) and "*" not in name:
        return chosen[0]
    return next((fmt for fmt in offered if name.lower() in {fmt.suffix, *_NAMES.get(fmt, ())}), None)
