"""Look-ups give what the engine gives, or nothing: the query service gives it then."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from atmpgraph.errors import QueryError
from atmpgraph.formats import RDF_FORMATS
from atmpgraph.rdf.terms import line
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.sparql.service.look_up import LookUps
from atmpgraph.sparql.service.messages import QueryJob
from atmpgraph.sparql.service.short_result import is_allowed
from atmpgraph.sparql.syntax.complexity import MaxComplexity, check_complexity
from atmpgraph.sparql.syntax.look_up import read_look_up
from atmpgraph.store import EMBEDDED, REMOTE, StoreAddress
from atmpgraph.store.embedded import EmbeddedStore

from ...long import often

E = "https://data.example.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
LABEL = f"<{SKOS}prefLabel>"
PREFIXES = f"PREFIX e: <{E}>\nPREFIX skos: <{SKOS}>\n"
ENOUGH = 100_000
NOWHERE = StoreAddress("embedded", "/nowhere", "0" * 64)

THINGS = [f"<{E}{name}>" for name in ("a", "b", "c", "d")]
PROPERTIES = [f"<{E}{name}>" for name in ("p", "q", "r")]
TEXTS = ['"one"', '"one"@en', '"un"@fr', '"one"@en-gb', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '""']


def statements() -> list[str]:
    """A small graph with cycles, texts in languages, things that name properties, and the same said in two graphs."""
    found = []
    for n, subject in enumerate(THINGS):
        for m, predicate in enumerate(PROPERTIES):
            for k, value in enumerate([*THINGS, *TEXTS, f"<{E}p>"]):
                if (n * 7 + m * 3 + k * 5) % 4 == 0:
                    found.append(f"{subject} {predicate} {value}")
    found += [f'<{E}p> {LABEL} "property"@en', f'{THINGS[0]} {LABEL} "A"', f'{THINGS[0]} {LABEL} "Ä"@de']
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreAddress:
    """A store of the graph."""
    folder = tmp_path_factory.mktemp("looked")
    lines = {
        line(quad)
        for n, each in enumerate(statements())
        for graph in ("g", "h")[: 1 + n % 2]
        for quad in ox.parse(f"{each} <{E}{graph}> .", format=ox.RdfFormat.N_QUADS)
    }
    canonical = folder / "data.nq"
    canonical.write_text("".join(sorted(lines)), encoding="utf-8")
    return EMBEDDED.load(canonical, folder / "store", "0" * 64)


def job(store: StoreAddress, query: str, fmt: str = "json", **changes: Any) -> QueryJob:
    """A job without limits that matter."""
    return replace(QueryJob(store, E, 100_000, 1 << 26, 64, 100, 1_000, query, (), (), fmt, 0, ""), **changes)


def looked_up(store: StoreAddress, query: str, fmt: str = "json", most: int = ENOUGH, **changes: Any) -> bytes | None:
    """The result of a look-up."""
    result = LookUps(most).result(job(store, query, fmt, **changes))
    return b"".join(result.pieces) if result else None


def evaluated(store: StoreAddress, query: str, fmt: str = "json") -> bytes:
    """What the engine gives."""
    pieces: list[bytes] = []
    outcome = evaluate(EMBEDDED.open(store, E), job(store, query, fmt), pieces.append)
    return outcome.before + b"".join(pieces)


def rows(result: bytes) -> tuple[Any, Counter[str]]:
    """The head of a result and its rows, in any order."""
    read = json.loads(result)
    return read["head"], Counter(json.dumps(row, sort_keys=True) for row in read["results"]["bindings"])


LOOK_UPS = {
    "a text": f"SELECT ?name {{ {THINGS[0]} {LABEL} ?name }}",
    "all of a thing": f"SELECT * WHERE {{ {THINGS[1]} ?p ?o . }} LIMIT 1000",
    "who names it": f"PREFIX e: <{E}> SELECT ?s ?p {{ ?s ?p e:b }}",
    "a join": f"{PREFIXES}SELECT ?s ?o ?name {{ ?s e:p e:b ; e:q ?o . ?o skos:prefLabel ?name }}",
    "a join that is written the other way round": f"{PREFIXES}select ?n {{ ?o skos:prefLabel ?n . ?s e:q ?o . ?s e:p e:b . }}",
    "several values": f"{PREFIXES}SELECT ?s {{ ?s e:p e:b , e:c ; ; }}",
    "a list of properties": f"{PREFIXES}SELECT ?p ?name {{ e:a ?p e:b . ?p skos:prefLabel ?name }}",
    "a triangle": f"{PREFIXES}SELECT ?x ?y {{ e:a e:p ?x . ?x e:q ?y . ?y e:r e:a }}",
    "OPTIONAL": f"{PREFIXES}SELECT ?o ?name {{ e:a e:p ?o OPTIONAL {{ ?o skos:prefLabel ?name }} }}",
    "two of them, one after what the other bound": f"{PREFIXES}SELECT * {{ e:b e:p ?o OPTIONAL {{ ?o e:q ?x }} OPTIONAL {{ ?x e:r ?y }} }}",
    "a language": f'{PREFIXES}SELECT ?o {{ e:c e:q ?o FILTER(LANG(?o) = "EN") }}',
    "no language": f'{PREFIXES}SELECT ?s ?o {{ ?s e:q "one" ; e:p ?o FILTER(LANG(?o) = "") }}',
    "a range": f'{PREFIXES}SELECT ?o {{ e:c ?p ?o FILTER LANGMATCHES(LANG(?o), "en") }}',
    "any language": f'{PREFIXES}SELECT ?o {{ e:c ?p ?o FILTER(langMatches(lang(?o), "*")) }}',
    "a language of what may be": f'{PREFIXES}SELECT ?o ?n {{ ?o e:p e:b OPTIONAL {{ ?o e:q ?n FILTER(LANG(?n) = "fr") }} }}',
    "a text as what names": f'{PREFIXES}SELECT ?s ?p {{ ?s ?p "one"@en-GB }}',
    "an empty text": f'{PREFIXES}SELECT ?s {{ ?s ?p "" }}',
    "DISTINCT": f"{PREFIXES}SELECT DISTINCT ?s {{ ?s ?p e:b }}",
    "a column of nothing": f"{PREFIXES}SELECT ?s ?none {{ ?s e:p e:b }}",
    "a class": f"{PREFIXES}SELECT ?s {{ ?s a e:b }}",
    "a thing that is none": f"SELECT ?p ?o {{ <{E}nobody> ?p ?o }}",
    "a text that is no thing": f"{PREFIXES}SELECT ?x {{ e:c e:q ?o . ?o e:p ?x }}",
    "a prefix without letters": f"PREFIX : <{E}>\nSELECT ?o {{ :a :p ?o }}",
    "a comment": f"SELECT ?o {{ {THINGS[0]} ?p ?o }} # {THINGS[1]}",
    "comments that say much": f"#'\"<\r{PREFIXES}#\n#it's {{\nSELECT ?o#{THINGS[1]}\n{{ {THINGS[0]} ?p ?o # }}\n}}#",
    "a text with what starts a comment": f"{PREFIXES}SELECT ?s ?o {{ ?s ?p '#\"'; ?q ?o }}#'",
    "single quotation marks": f"{PREFIXES}SELECT ?o {{ e:c e:q ?o FILTER(LANG(?o) = 'en') }}",
    "a text in them": f"{PREFIXES}SELECT ?s ?p {{ ?s ?p 'one'@en-GB }}",
    "a text in them with the others": f"{PREFIXES}SELECT ?s ?p {{ ?s ?p 'say \"one\"' }}",
    "a prefix that is declared anew": f"PREFIX e: <{E}x#> PREFIX e: <{E}> SELECT ?o {{ e:a e:p ?o }}",
}


@pytest.mark.parametrize("query", LOOK_UPS.values(), ids=LOOK_UPS.keys())
@pytest.mark.parametrize("fmt", ["json", "xml", "csv", "tsv"])
def test_rows_are_those_of_the_engine(query: str, fmt: str, store: StoreAddress) -> None:
    result = looked_up(store, query, fmt)
    assert result is not None
    if fmt == "json":
        assert rows(result) == rows(evaluated(store, query))
    else:
        assert sorted(result.splitlines()) == sorted(evaluated(store, query, fmt).splitlines())


@pytest.mark.parametrize("fmt", [fmt for fmt in RDF_FORMATS if fmt.engine], ids=lambda fmt: fmt.suffix)
@pytest.mark.parametrize(
    "query",
    [
        f"DESCRIBE {THINGS[0]}",
        f"{PREFIXES}DESCRIBE e:b LIMIT 5",
        f"DESCRIBE <{E}nobody>",
        f"{PREFIXES}CONSTRUCT {{ ?o e:of ?s . ?s a e:x }} WHERE {{ ?s e:p e:b ; e:q ?o }}",
        f"CONSTRUCT WHERE {{ {THINGS[2]} ?p ?o }}",
    ],
)
def test_graphs_are_those_of_the_engine(query: str, fmt: Any, store: StoreAddress) -> None:
    result = looked_up(store, query, fmt.suffix)
    assert result is not None
    assert result == evaluated(store, query, fmt.suffix)


@pytest.mark.parametrize(("thing", "there"), [("b", b"true"), ("nobody", b"false")])
def test_ask(thing: str, there: bytes, store: StoreAddress) -> None:
    query = f"ASK {{ ?s <{E}p> <{E}{thing}> }}"
    assert there in (looked_up(store, query) or b"")
    assert looked_up(store, query) == evaluated(store, query)


OTHERS = {
    "a scan": "SELECT ?s { ?s ?p ?o }",
    "a property alone": f"SELECT ?s ?o {{ ?s {PROPERTIES[0]} ?o }}",
    "what is not connected": f"{PREFIXES}SELECT * {{ e:a e:p ?x . ?y e:q ?z }}",
    "one variable twice": f"{PREFIXES}SELECT * {{ e:a e:p ?x . ?x ?x e:b }}",
    "an order": f"SELECT ?o {{ {THINGS[0]} ?p ?o }} ORDER BY ?o",
    "an offset": f"SELECT ?o {{ {THINGS[0]} ?p ?o }} LIMIT 5 OFFSET 1",
    "a number": f"SELECT (COUNT(*) AS ?n) {{ {THINGS[0]} ?p ?o }}",
    "a path": f"{PREFIXES}SELECT ?o {{ e:a e:p/e:q ?o }}",
    "a path back": f"{PREFIXES}SELECT ?o {{ e:a ^e:p ?o }}",
    "a graph": f"SELECT ?o {{ GRAPH <{E}g> {{ {THINGS[0]} ?p ?o }} }}",
    "FROM": f"SELECT ?o FROM <{E}g> {{ {THINGS[0]} ?p ?o }}",
    "UNION": f"SELECT ?o {{ {{ {THINGS[0]} ?p ?o }} UNION {{ ?o ?p {THINGS[0]} }} }}",
    "a group in a group": f"SELECT ?o {{ {{ {THINGS[0]} ?p ?o }} }}",
    "a blank node": f"SELECT ?o {{ {THINGS[0]} ?p [ ?q ?o ] }}",
    "a blank node with a name": f"SELECT ?o {{ _:x ?p {THINGS[0]} ; ?q ?o }}",
    "a comparison": f"SELECT ?o {{ {THINGS[0]} ?p ?o FILTER(?o > 1) }}",
    "a language after what may be": f'{PREFIXES}SELECT * {{ e:a e:p ?o OPTIONAL {{ ?o ?q ?n }} FILTER(LANG(?n) = "en") }}',
    "a language of nothing": f'{PREFIXES}SELECT * {{ e:a e:p ?o OPTIONAL {{ ?o e:q e:b FILTER(LANG(?n) = "en") }} }}',
    "a language with a language": f'SELECT ?o {{ {THINGS[0]} ?p ?o FILTER(LANG(?o) = "en"@en) }}',
    "patterns after what may be": f"{PREFIXES}SELECT * {{ e:a e:p ?o OPTIONAL {{ ?o e:q ?x }} ?x e:r ?y }}",
    "a number as what names": f"{PREFIXES}SELECT ?s {{ ?s e:p 1 }}",
    "a text with a datatype": f'{PREFIXES}SELECT ?s {{ ?s e:p "1"^^e:d }}',
    "a long text": f'{PREFIXES}SELECT ?s {{ ?s e:p """one""" }}',
    "an escape": f'{PREFIXES}SELECT ?s {{ ?s e:p "o\\u006ee" }}',
    "a comment that hides an end": f"SELECT ?o {{ {THINGS[0]} ?p ?o # }}",
    "a relative IRI that looks like a comment": "SELECT ?o { <#a> ?p ?o }",
    "a long text that looks like a comment": f'{PREFIXES}SELECT ?s {{ ?s e:p """a\n# b\n""" }}',
    "a text that goes over a line": f"{PREFIXES}SELECT ?s {{ ?s e:p 'a\n# b' }}",
    "an escape before what looks like a comment": f'{PREFIXES}SELECT ?s {{ ?s e:p "a\\"# b" }}',
    "a name with an escape": f"{PREFIXES}SELECT ?s {{ ?s e:p e:a\\#b }}",
    "BASE": f"BASE <{E}> SELECT ?o {{ <a> ?p ?o }}",
    "a relative IRI": "SELECT ?o { <a> ?p ?o }",
    "an IRI that means another one": f"SELECT ?o {{ <{E}x/../a> ?p ?o }}",
    "an IRI that means another one, without a slash": "SELECT ?o { <urn:./x> ?p ?o }",
    "a long text of many constants": f"SELECT ?o {{ {', '.join(THINGS) * 100} ?p ?o }}",
    "an IRI that is none": "SELECT ?o { <http://[> ?p ?o }",
    "a prefix that is not declared": "SELECT ?o { e:a ?p ?o }",
    "VALUES": f"SELECT ?o {{ VALUES ?s {{ {THINGS[0]} }} ?s ?p ?o }}",
    "two things described": f"DESCRIBE {THINGS[0]} {THINGS[1]}",
    "a description of what a pattern finds": f"DESCRIBE ?s {{ ?s ?p {THINGS[0]} }}",
    "an update": f"DELETE WHERE {{ {THINGS[0]} ?p ?o }}",
    "nothing": "SELECT * {}",
    "no end": f"SELECT ?o {{ {THINGS[0]} ?p ?o",
    "two queries": f"SELECT ?o {{ {THINGS[0]} ?p ?o }} SELECT ?o {{ {THINGS[0]} ?p ?o }}",
    "a column twice": f"{PREFIXES}SELECT ?s ?s {{ ?s e:p e:b }}",
    "no column": f"SELECT {{ {THINGS[0]} ?p ?o }}",
    "a text as a subject": 'SELECT ?o { "a" ?p ?o }',
    "a text as a property": f'SELECT ?o {{ {THINGS[0]} "p" ?o }}',
    "two patterns without a full stop": f"SELECT ?o {{ {THINGS[0]} ?p ?o ?o ?q ?x }}",
    "a name that is cut": f"{PREFIXES}SELECT ?o {{ e:a e:p. e:q ?o }}",
}


@pytest.mark.parametrize("query", OTHERS.values(), ids=OTHERS.keys())
def test_other_queries_are_for_the_query_service(query: str, store: StoreAddress) -> None:
    fmt = "ttl" if query.startswith("DESCRIBE") else "json"
    assert looked_up(store, query, fmt) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"offset": 1},
        {"default_graphs": (f"{E}g",)},
        {"named_graphs": (f"{E}g",)},
        {"rows": 1},
        {"bytes": 20},
        {"nesting": 0},
        {"format": "ttl"},
        {"most": 8},
        {"most": 0},
    ],
    ids=str,
)
def test_what_is_asked_or_limited_otherwise_is_for_the_query_service(
    changes: dict[str, Any], store: StoreAddress
) -> None:
    query = f"SELECT ?p ?o {{ {THINGS[1]} ?p ?o }}"
    assert looked_up(store, query) is not None
    changes = {"fmt": changes.pop("format")} if "format" in changes else changes
    assert looked_up(store, query, **changes) is None


@pytest.mark.parametrize("form", ["ASK", "SELECT *"])
def test_of_no_solution_the_engine_answers(form: str, store: StoreAddress) -> None:
    assert looked_up(store, f"{form} {{ {THINGS[1]} ?p ?o }} LIMIT 0") is None


@pytest.mark.parametrize("limit", [1, 2])
def test_which_rows_a_limit_leaves_the_engine_decides(limit: int, store: StoreAddress) -> None:
    assert looked_up(store, f"SELECT ?p ?o {{ {THINGS[1]} ?p ?o }} LIMIT {limit}") is None


class Counting:
    """A store that counts how often an index of it is entered, and what is read there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered = self.read = 0
        matching = EmbeddedStore.matching

        def counted(store: EmbeddedStore, *terms: Any) -> Iterator[ox.Quad]:
            self.entered += 1
            for statement in matching(store, *terms):
                self.read += 1
                yield statement

        monkeypatch.setattr(EmbeddedStore, "matching", counted)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ {THINGS[0]} ?p ?x . ?x ?q ?y . ?y ?r ?z . ?z ?s ?o }}",
        # Nothing is there, which takes as long to see.
        f"SELECT * {{ {THINGS[0]} ?p ?x OPTIONAL {{ ?x <urn:a> ?y }} OPTIONAL {{ ?x <urn:b> ?y }} OPTIONAL {{ ?x <urn:c> ?y }} }}",
    ],
    ids=["much", "nothing"],
)
def test_no_more_is_read_than_is_allowed(query: str, store: StoreAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    assert looked_up(store, query, most=60) is None
    assert 0 < counting.read + 4 * counting.entered <= 60 + 1


def test_long_texts_count_more(tmp_path: Path) -> None:
    lines = [
        line(ox.Quad(ox.NamedNode(f"{E}a"), ox.NamedNode(f"{E}p"), ox.Literal(f"{n}" * 100_000), ox.NamedNode(f"{E}g")))
        for n in range(10)
    ]
    (tmp_path / "data.nq").write_text("".join(sorted(lines)), encoding="utf-8")
    long = EMBEDDED.load(tmp_path / "data.nq", tmp_path / "store", "0" * 64)
    query = f"ASK {{ <{E}a> <{E}p> ?o }}"
    assert looked_up(long, query, most=800) is None
    assert looked_up(long, query, most=ENOUGH) is not None


def test_a_store_that_is_gone_is_for_the_query_service_to_tell(tmp_path: Path) -> None:
    gone = StoreAddress("embedded", str(tmp_path / "gone"), "0" * 64)
    assert looked_up(gone, f"SELECT ?p ?o {{ {THINGS[1]} ?p ?o }}") is None


def test_a_damaged_store_is_for_the_query_service_to_tell(
    tmp_path: Path, store: StoreAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = EMBEDDED.copy(store, tmp_path / "broken")
    look_ups, query = LookUps(ENOUGH), job(broken, f"SELECT ?p ?o {{ {THINGS[1]} ?p ?o }}")
    for table in Path(broken.location).glob("*.sst"):
        content = table.read_bytes()
        table.unlink()  # the other store has it too
        table.write_bytes(bytes(each ^ 0x55 for each in content[:-100]) + content[-100:])
    assert look_ups.result(query) is None
    monkeypatch.setattr(type(EMBEDDED), "open", pytest.fail)  # which would take a while, each time
    assert look_ups.result(query) is None


def test_a_remote_store_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(REMOTE), "open", pytest.fail)
    elsewhere = StoreAddress("remote", "https://engine.example/sparql", "0" * 64)
    assert looked_up(elsewhere, f"SELECT ?p ?o {{ {THINGS[1]} ?p ?o }}") is None


VARIABLES = st.sampled_from(["?a", "?b", "?c", "$d"])
SUBJECTS = st.one_of(VARIABLES, st.sampled_from([*THINGS, "e:a", "e:b"]))
PREDICATES = st.one_of(VARIABLES, st.sampled_from([*PROPERTIES, "e:p", LABEL, "skos:prefLabel", "a"]))
OBJECTS = st.one_of(VARIABLES, st.sampled_from([*THINGS, *TEXTS, "'one'", "'un'@fr", "e:c"]))
SPACES = st.sampled_from([" ", "\n", "  "])
COMMENTS = st.sampled_from(
    ["#\n", "# it's\n", '#"\r', "# <urn:x>\r\n", "#}\n", "# OPTIONAL {\n", "#\\\n", '# """ \n', "#''\n"]
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Queries that may be look-ups, some with errors."""

    def block() -> str:
        parts = []
        for _ in range(draw(st.integers(1, 3))):
            pattern = " ".join((draw(SUBJECTS), draw(PREDICATES), draw(OBJECTS)))
            for _ in range(draw(st.integers(0, 1))):
                pattern += f" ; {draw(PREDICATES)} {draw(OBJECTS)}"
            parts.append(pattern)
        text = " . ".join(parts)
        if draw(st.booleans()):
            tag = draw(st.sampled_from(["en", "", "fr", "EN-gb", "*"]))
            compared = draw(VARIABLES)
            text += draw(
                st.sampled_from(
                    [
                        f' FILTER(LANG({compared}) = "{tag}")',
                        f' FILTER(LANGMATCHES(LANG({compared}), "{tag}"))',
                    ]
                )
            )
        return text + draw(st.sampled_from(["", " ."]))

    optional = "".join(f" OPTIONAL {{ {block()} }}" for _ in range(draw(st.integers(0, 2))))
    group = f"{{ {block()}{optional} }}"
    head = draw(
        st.sampled_from(
            ["SELECT *", "SELECT ?a ?b ?d", "SELECT DISTINCT ?a", "ASK", "CONSTRUCT { ?a e:new ?b . ?b ?c ?d }"]
        )
    )
    limit = draw(st.sampled_from(["", " LIMIT 100000", " LIMIT 0"]))
    text = f"{PREFIXES}{head}{draw(SPACES)}{draw(st.sampled_from(['', 'WHERE ']))}{group}{limit}"
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from([match.start() for match in re.finditer(r"[ \n?{<]", text)]))
        text = text[:place] + draw(COMMENTS) + text[place:]
    return text


@settings(max_examples=often(100, 5_000), deadline=None)
@given(
    query=queries(),
    brackets=st.sampled_from(["", "(", "((", ")(", "[(", "()"]),
    most=st.tuples(st.integers(0, 4), st.integers(0, 14), st.integers(0, 400)),
)
def test_a_look_up_is_as_complex_as_its_query(query: str, brackets: str, most: tuple[int, int, int]) -> None:
    query = query.replace(f"<{E}", f"<{E}{brackets}")
    read = read_look_up(query)
    assume(read is not None)
    assert read
    nesting, patterns, operators = most
    of = job(NOWHERE, query, "csv" if read[0].form in {"SELECT", "ASK"} else "ttl")
    of = replace(of, nesting=nesting, patterns=patterns, operators=operators)
    assert is_allowed(*read, of) == is_planned(query, MaxComplexity(*most))


def is_planned(query: str, most: MaxComplexity) -> bool:
    """Whether a query is within limits."""
    try:
        check_complexity(query, most)
    except QueryError:
        return False
    return True


@settings(max_examples=often(300, 20_000), deadline=None)
@given(query=queries())
def test_any_look_up_gives_what_the_engine_gives(query: str, store: StoreAddress) -> None:
    fmt = "nt" if "CONSTRUCT" in query else "json"
    result = looked_up(store, query, fmt)
    if result is None:
        return
    given_by_engine = evaluated(store, query, fmt)  # which reads it without an error too
    if "SELECT" in query:
        assert rows(result) == rows(given_by_engine), query
    else:
        assert result == given_by_engine, query
