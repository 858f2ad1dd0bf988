"""Kinds of long queries: whatever makes a parser, a planner or an evaluator recurse or repeat itself."""

from collections.abc import Callable
from typing import Final, TypeAlias

# A query of this kind from its length, in units of the kind.
Kind: TypeAlias = Callable[[int], str]

LONGEST: Final = 100_000  # characters of a query that the service accepts


def repeated(start: str, unit: str | Callable[[int], str], end: str, separator: str = "") -> Kind:
    """A unit, or one that depends on its number, many times."""
    each = unit if callable(unit) else lambda _: unit
    return lambda count: start + separator.join(each(number) for number in range(count)) + end


def nested(start: str, opening: str, inner: str, closing: str, end: str) -> Kind:
    """Something within itself."""
    return lambda count: start + opening * count + inner + closing * count + end


def _filtered(operand: Callable[[int], str], operator: str) -> Kind:
    return repeated("SELECT * { ?s ?p ?o FILTER(", operand, ") }", operator)


def _computed(operator: str) -> Kind:
    return repeated("SELECT (", "1", " AS ?x) {}", operator)


def _path(step: str, operator: str) -> Kind:
    return repeated("SELECT * { ?s ", step, " ?o }", operator)


def _where(unit: str | Callable[[int], str], separator: str = "") -> Kind:
    return repeated("SELECT * { ", unit, " }", separator)


def _within(opening: str, inner: str, closing: str) -> Kind:
    return nested("SELECT * { ", opening, inner, closing, " }")


def _solutions(modifier: str, unit: str | Callable[[int], str]) -> Kind:
    return repeated(f"SELECT (1 AS ?x) {{ ?s ?p ?o }} {modifier} ", unit, "")


KINDS: Final[dict[str, Kind]] = {
    "not": nested("SELECT * { FILTER(", "!", "1", "", ") }"),
    "not in a projection": nested("SELECT (", "!", "true", "", " AS ?x) {}"),
    "not in a bracket": nested("SELECT * { FILTER(", "!(", "1", ")", ") }"),
    "not and minus": nested("SELECT * { FILTER(", "!- ", "1", "", ") }"),
    "minus": nested("SELECT * { FILTER(", "- ", "1", "", ") }"),
    "plus": nested("SELECT * { FILTER(", "+ ", "1", "", ") }"),
    "not in an order": nested("SELECT * {} ORDER BY ", "!", "?x", "", ""),
    **{f"chain of {sign}": _computed(sign) for sign in ("||", "&&", "+", "-", "*", "/", "=")},
    "sums of products": repeated("SELECT (", "1*1", " AS ?x) {}", "+"),
    "disjunctions of comparisons": repeated("SELECT (", "1=(1)&&1", " AS ?x) {}", "||"),
    "variables": _filtered(lambda _: "?o", "||"),
    "equal to one of many": _filtered(lambda number: f"?o={number}", "||"),
    "different from all of many": _filtered(lambda number: f"?o!={number}", "&&"),
    "sequence path": _path("<p>", "/"),
    "alternative path": _path("<p>", "|"),
    "alternatives of sequences": _path("<p>/<q>", "|"),
    "sequence of closures": _path("<p>*", "/"),
    "sequence of inverses": _path("^<p>", "/"),
    "negated set": repeated("SELECT * { ?s !(", "<p>", ") ?o }", "|"),
    "inverses": nested("SELECT * { ?s ", "^", "<p>", "", " ?o }"),
    "negations": nested("SELECT * { ?s ", "!", "<p>", "", " ?o }"),
    "closures": nested("SELECT * { ?s ", "", "<p>", "*", " ?o }"),
    "closures of closures": nested("SELECT * { ?s ", "(", "<p>", ")*", " ?o }"),
    "inverses of inverses": nested("SELECT * { ?s ", "^(", "<p>", ")", " ?o }"),
    "union": _where("{ ?s <p> ?o }", " UNION "),
    "union of nothing": _where("{}", "UNION"),
    "optional": _where("OPTIONAL { ?s <p> ?o }"),
    "optional others": _where(lambda number: f"OPTIONAL {{ ?s <p> ?o{number} }}"),
    "optional nothing": _where("OPTIONAL{}"),
    "minus groups": _where("MINUS { ?s <p> ?o }"),
    "groups": _where("{?s ?p ?o}"),
    "empty groups": _where("{}"),
    "graphs": _where("GRAPH ?g{?s ?p ?o}"),
    "lateral": _where("LATERAL {?s ?p ?o}"),
    "triples": _where("?s <p> ?o ."),
    "chained triples": _where(lambda number: f"?s{number} <p> ?s{number + 1} ."),
    "predicates": repeated("SELECT * { ?s <p> ?o ", "; <p> ?o ", " }"),
    "semicolons": repeated("SELECT * { ?s <p> ?o ", ";", " }"),
    "full stops": _where("."),
    "objects": repeated("SELECT * { ?s <p> ?o ", ",?o", " }"),
    "collection": repeated("SELECT * { ?s <p> (", " 1", ") }"),
    "collections": nested("SELECT * { ?s <p> ", "(", "1", ")", " }"),
    "blank nodes": nested("SELECT * { ?s <p> ", "[<p> ", "1", "]", " }"),
    "triple terms": nested("SELECT * { ?s <p> ", "<<( <s> <p> ", "1", " )>>", " }"),
    "reified triples": nested("SELECT * { ?s <p> ", "<< <s> <p> ", "1", " >>", " }"),
    "functions of triples": nested("SELECT * { BIND(", "TRIPLE(<s>,<p>,", "1", ")", " AS ?x) }"),
    "annotations of annotations": nested("SELECT * { ?s <p> ?o ", "{| <p> ?o ", "", " |}", " }"),
    "annotations": repeated("SELECT * { ?s <p> ?o ", "{| <p> ?o |}", " }"),
    "reifiers": repeated("SELECT * { ?s <p> ?o ", "~ <r> ", " }"),
    "in": repeated("SELECT * { ?s ?p ?o FILTER(?o IN (", str, ")) }", ","),
    "in negative numbers": repeated("SELECT * { ?s ?p ?o FILTER(?o IN (", "-1", ")) }", ","),
    "not in": repeated("SELECT * { ?s ?p ?o FILTER(?o NOT IN (", "?s", ")) }", ","),
    "functions": nested("SELECT * { FILTER(", "STR(", "1", ")", ") }"),
    "conditions": nested("SELECT * { FILTER(", "IF(1,", "1", ",1)", ") }"),
    "exists in exists": _within("FILTER EXISTS {", "?s ?p ?o", "}"),
    "not exists in not exists": nested("SELECT * { FILTER ", "NOT EXISTS { FILTER ", "(1)", "}", " }"),
    "exists": _where("FILTER EXISTS {?s ?p ?o}"),
    "filters": repeated("SELECT * { ?s ?p ?o ", "FILTER(?o)", " }"),
    "filters of comparisons": repeated("SELECT * { ?s ?p ?o ", lambda number: f"FILTER(?o!={number})", " }"),
    "bind": _where(lambda number: f"BIND(1 AS ?x{number})"),
    "bind one to the next": repeated(
        "SELECT * { BIND(1 AS ?x0)", lambda number: f"BIND(?x{number}+1 AS ?x{number + 1})", " }"
    ),
    "projections": repeated("SELECT ", lambda number: f"(1 AS ?x{number})", " {}"),
    "projections of the one before": repeated(
        "SELECT (1 AS ?x0) ", lambda number: f"(?x{number}+1 AS ?x{number + 1})", " {}"
    ),
    "projected variables": repeated("SELECT ", lambda number: f"?x{number}", " {}"),
    "values": repeated("SELECT * { VALUES ?x {", lambda number: f"{number} ", "} }"),
    "rows": repeated("SELECT * { VALUES (?x ?y) {", lambda number: f"({number} UNDEF) ", "} }"),
    "columns": lambda count: (
        f"SELECT * {{ VALUES ({' '.join(f'?x{number}' for number in range(count))}) {{({'1 ' * count})}} }}"
    ),
    "values again": _where("VALUES ?x {1}"),
    "values of others": _where(lambda number: f"VALUES ?x{number} {{1}}"),
    "concat": repeated("SELECT (CONCAT(", "1", ") AS ?x) {}", ","),
    "concat of what is read": repeated("SELECT * { ?s ?p ?o FILTER(CONCAT(", "?s", ")='') }", ","),
    "coalesce": repeated("SELECT (COALESCE(", "?x", ") AS ?y) {}", ","),
    "selections in selections": nested("SELECT * ", "{SELECT * ", "{}", "}", ""),
    "selections": _where("{SELECT * {?s ?p ?o}}"),
    "prefixes": repeated("", lambda number: f"PREFIX p{number}:<urn:{number}> ", "SELECT * {}"),
    "one prefix": repeated("", "PREFIX p:<urn:> ", "SELECT * {}"),
    "bases": repeated("", "BASE <urn:> ", "SELECT * {}"),
    "group by": _solutions("GROUP BY", " ?s"),
    "group by what is computed": _solutions("GROUP BY", lambda number: f"(?s+1 AS ?g{number})"),
    "having": _solutions("GROUP BY ?s HAVING", "(COUNT(?s)>1)"),
    "order by": repeated("SELECT * { ?s ?p ?o } ORDER BY ", " ?s", ""),
    "order by what is computed": repeated("SELECT * { ?s ?p ?o } ORDER BY ", "(STR(?s))", ""),
    "aggregates": repeated("SELECT ", lambda number: f"(SUM(?o+{number}) AS ?x{number})", " { ?s ?p ?o }"),
    "distinct counts": repeated("SELECT ", lambda number: f"(COUNT(DISTINCT ?o) AS ?x{number})", " { ?s ?p ?o }"),
    "template": repeated("CONSTRUCT { ", "?s <p> ?o .", " } { ?s ?p ?o }"),
    "short construct": repeated("CONSTRUCT WHERE { ", "?s <p> ?o .", " }"),
    "described": repeated("DESCRIBE ", " <s>", ""),
    "from": repeated("SELECT * ", "FROM <g> ", "{}"),
    "from named": repeated("SELECT * ", "FROM NAMED <g> ", "{}"),
    "braces": nested("ASK ", "{", "", "}", ""),
    "brackets": nested("SELECT * { FILTER(", "(", "1", ")", ") }"),
    "optional in optional": _within("OPTIONAL {", "?s ?p ?o", "}"),
    "union in union": _within("{?s ?p ?o} UNION {", "?s ?p ?o", "}"),
    "closed before": lambda count: "ASK " + "}" * (count // 2) + "{" * count,
    "braces left open": lambda count: "ASK " + "{" * count,
    "brackets left open": lambda count: "SELECT * { FILTER" + "(" * count,
    "blank nodes left open": lambda count: "SELECT * { ?s ?p " + "[" * count,
    "brackets in what looks like an IRI": nested("SELECT * { FILTER(1<", "(", "1", ")", ">1) }"),
    "brackets in a string": nested("SELECT * { ?s ?p '", "(", "", "", "' }"),
    "brackets in a comment": nested("SELECT * { ?s ?p ?o } #", "(", "", "", ""),
    "string": nested("SELECT * { ?s ?p '", "a", "", "", "' }"),
    "escapes": nested("SELECT * { ?s ?p '", "\\u0041", "", "", "' }"),
    "quotation marks": nested("SELECT * { ?s ?p ", "'", "", "", " }"),
    "backslashes": nested("SELECT * { ?s ?p ", "\\", "", "", " }"),
    "comments": _where("#\n"),
    "spaces": _where(" "),
    "path of an IRI": nested("SELECT * { ?s <", "../", "", "", "> ?o }"),
    "local name": nested("PREFIX p:<urn:> SELECT * { ?s p:", "a.", "a", "", " ?o }"),
    "escapes of a local name": nested("PREFIX p:<urn:> SELECT * { ?s p:", "%20", "", "", " ?o }"),
    "dots of a prefix": nested("SELECT * { ?s p", ".", "a", "", " ?o }"),
    "digits": nested("SELECT * { ?s ?p ", "1", "", "", " }"),
    "language": nested("SELECT * { ?s ?p 'a'@en", "-a", "", "", " }"),
    "signs": nested("SELECT * { ?s ?p ", "<", "", "", " }"),
    "words": nested("", "SELECT ", "", "", ""),
    "regular expression": nested("SELECT * { FILTER(REGEX('a','", "(", "a", ")", "')) }"),
    "regular expression of closures": nested("SELECT * { FILTER(REGEX('a','a", "*", "", "", "')) }"),
}


def longest(kind: Kind) -> int:
    """The length of the longest query of a kind that the service accepts, in units of the kind."""
    least, most = 1, LONGEST
    while least + 1 < most:
        middle = (least + most) // 2
        if len(kind(middle)) <= LONGEST:
            least = middle
        else:
            most = middle
    return least
