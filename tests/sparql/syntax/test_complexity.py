"""How complex a query may be: each kind of long query is answered, or refused with the place where it is too much."""

import subprocess
import sys
import time
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.errors import ComplexityError, NestingError
from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.release.release import Release
from atmpgraph.settings.groups import Queries
from atmpgraph.sparql.syntax import complexity
from atmpgraph.sparql.syntax.complexity import MaxComplexity, check_complexity, expect_shallow
from atmpgraph.sparql.syntax.tokenizer import words
from atmpgraph.store import EMBEDDED, StoreAddress

from ...long import some
from ..jobs import LIMITS, Service
from .kinds import KINDS, longest

DEFAULTS = Queries()
MOST = MaxComplexity(DEFAULTS.max_nesting, DEFAULTS.max_patterns, DEFAULTS.max_operators)
SMALL = MaxComplexity(4, 8, 6)


def passes(text: str, most: MaxComplexity = MOST) -> bool:
    """Whether a query is simple enough."""
    try:
        check_complexity(text, most)
    except (ComplexityError, NestingError):
        return False
    return True


def accepted(name: str, limits: MaxComplexity = MOST) -> int:
    """The length of the longest query of a kind that is simple enough."""
    least, most = 1, 2
    while passes(KINDS[name](most), limits):
        if most > longest(KINDS[name]):
            return longest(KINDS[name])
        most *= 2
    while least + 1 < most:
        middle = (least + most) // 2
        least, most = (middle, most) if passes(KINDS[name](middle), limits) else (least, middle)
    return least


@pytest.fixture(scope="module")
def service(release: Release) -> Service:
    """A service whose limit of time none of these queries meets, but for those that would take hours."""
    return Service(replace(LIMITS, timeout_seconds=100.0), release)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreAddress:
    """A store of three triples: a query takes the time that it takes to plan it."""
    folder = tmp_path_factory.mktemp("small")
    lines = "".join(f"<http://e.org/{name}> <http://e.org/p> <http://e.org/o> <http://e.org/g> .\n" for name in "abc")
    (folder / "data.nq").write_text(lines, encoding="utf-8")
    return EMBEDDED.load(folder / "data.nq", folder / "store", sha256(lines.encode()).hexdigest())


@pytest.mark.no_cover
@pytest.mark.parametrize("name", some(KINDS, 16))
def test_a_long_query_is_answered_or_refused_with_a_place_and_ends_no_worker(
    name: str, service: Service, store: StoreAddress
) -> None:
    service.rows(store=store)
    workers = service.workers()
    most, longest_one = accepted(name), longest(KINDS[name])
    counts = {1, most, most + 1, longest_one} if most < longest_one else {1, longest_one // 4}  # data has no limit
    for count in sorted(counts):
        query = KINDS[name](count)
        fmt = "ttl" if query.startswith(("CONSTRUCT", "DESCRIBE")) else "json"
        if problem := refusal(service, query, rows=10, format=fmt, store=store):
            assert (problem.status, "line" in problem.extra) == (400, True), (count, problem)
    assert service.workers() == workers


def refusal(service: Service, query: str, **changes: Any) -> Problem | None:
    """The problem that a query meets, if it meets one."""
    try:
        answer = b"".join(service.result(query, **changes).pieces)
    except ProblemError as error:
        return error.problem
    assert answer or changes["format"] == "ttl"  # a graph without triples is a document without bytes
    return None


@pytest.mark.no_cover
@pytest.mark.parametrize("name", some(KINDS, 40))
def test_what_is_too_much_is_refused_in_a_moment(name: str) -> None:
    """In a time that is linear in the length: what is quadratic takes minutes (measured beside other tests, with coverage)."""
    query = KINDS[name](longest(KINDS[name]))
    started = time.process_time()
    passes(query)
    assert time.process_time() - started < 10.0


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("ASK {{{{{}}}}}", NestingError(4, 1, 9)),
        ("ASK {\n  FILTER(!!!!1)\n}", NestingError(4, 2, 12)),
        ("ASK { ?s <p> ((((1)))) }", NestingError(4, 1, 17)),
        ("ASK { ?s <p> <<( <s> <p> <<( <s> <p> 1 )>> )>> }", NestingError(4, 1, 28)),
        ("ASK { 1;2;3;4;5;6;7;8;9 }", ComplexityError("patterns", 8, 1, 22)),
        ("ASK { ?s <a>/<b>/<c> ?p; <a>/<b>/<c> ?q; <a>/<b>/<c> ?r }", ComplexityError("patterns", 8, 1, 49)),
        ("ASK { {?a ?b ?c . ?a ?b ?d} {?a ?b ?c . ?a ?b ?d. ?a ?b ?e} {?a ?b ?f} }", None),
        ("ASK { {?a ?b ?c . ?a ?b ?d} {?a ?b ?c . ?a ?b ?d. ?a ?b ?e} {?a ?b ?f} {} {} {} }", "patterns"),
        ("SELECT (1+1+1+1+1+1+1+1 AS ?x) {}", ComplexityError("operators", 6, 1, 20)),
        ("ASK { FILTER(1 || 1 && 1 = 1 + 1) }", None),
        ("ASK { FILTER(1 || 1 && 1 = 1 + 1 + 1) }", "operators"),
    ],
)
def test_the_place_is_the_first_that_is_too_much(query: str, error: object) -> None:
    if error is None:
        check_complexity(query, SMALL)
        return
    with pytest.raises((NestingError, ComplexityError)) as raised:
        check_complexity(query, SMALL)
    if isinstance(error, str):
        assert isinstance(raised.value, ComplexityError)
        assert raised.value.kind == error
    else:
        assert vars(raised.value) == vars(error)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { VALUES (?x ?y) { (1 2) (3 4) (5 6) (7 8) (9 10) (11 12) } }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -11, -12, 1.5, 2.5, 3.5, 4.5)) }",
        "CONSTRUCT { ?s <a> 1; <b> 2; <c> 3; <d> 4; <e> 5; <f> 6; <g> 7; <h> 8; <i> 9 } { ?s ?p ?o }",
        "SELECT * { {?s <a> ?o} UNION {?s <b> ?o} UNION {?s <c> ?o} UNION {?s <d> ?o . ?s <e> ?o} }",
        "SELECT ?a ?b ?c ?d ?e ?f ?g ?h ?i ?j { ?s ?p 'a . b ; c , d (((((((((' } # ((((((((( ; ; ; ; ; ; ; ;",
        "SELECT ?s { { SELECT ?s { ?s <a> 1; <b> 2; <c> 3; <d> 4 } } { SELECT ?s { ?s <a> 1; <b> 2; <c> 3; <d> 4 } } }",
        "SELECT * { ?s <p> 1.5 . ?s <q> <http://e.org/a.b;c,d/e/f/g/h/i/j/k> }",
    ],
)
def test_data_and_what_is_joined_with_nothing_count_little(query: str) -> None:
    check_complexity(query, SMALL)


def test_what_people_write_passes() -> None:
    check_complexity("ASK { { ?s ?p [ <a:b> (1 2 [ <a:c> ?x ]) ] } UNION { FILTER((?x + (1 * 2)) > 3) } }", MOST)
    check_complexity("ASK {" + "{ ?s ?p ?o } UNION " * 900 + "{} }", MOST)


_PARTS = st.sampled_from(
    [
        *(
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "<<",
            ">>",
            "<",
            ">",
            ".",
            ";",
            ",",
            "/",
            "|",
            "||",
            "&&",
            "!",
            "^",
            "=",
            "+",
            "-",
            "*",
        ),
        *("SELECT", "WHERE", "OPTIONAL", "UNION", "MINUS", "FILTER", "VALUES", "CONSTRUCT", "DESCRIBE", "EXISTS", "AS"),
        *(
            "GROUP",
            "a",
            "?x",
            "ex:a",
            "ex:b.c",
            "_:b",
            "<http://e.org/(a)#b>",
            '"a { b"',
            "'c # d'",
            '"""e " f"""',
            "@en",
        ),
        *(
            "1",
            "2.5",
            "12",
            "~",
            "{|",
            "|}",
            "# c { d\n",
            '"unclosed',
            "'''",
            "\\",
            "_",
            "é",
            "\u00b7",
            "ex:a\\#b",
            "1SERVICE",
        ),
        *("\u2003", "x" * 40, "{ ?s ?p ?o } UNION", ". ?s ?p"),
    ]
)


@given(st.lists(_PARTS, max_size=60), st.sampled_from(["", " "]), st.integers(1, 12))
@settings(max_examples=2_000)
def test_the_quick_look_passes_nothing_that_the_count_refuses(parts: list[str], separator: str, most: int) -> None:
    text, limits = separator.join(parts), MaxComplexity(most, 4 * most, 40 * most)
    if complexity._is_small(text, limits):
        complexity._Counter(text, limits).count(words(text))


def test_the_quick_look_passes_an_ordinary_query() -> None:
    query = "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT ?p ?o { <https://e.org/id/a> ?p ?o ; foaf:name ?n }"
    assert complexity._is_small(query, MaxComplexity(64, 100, 1_000))


def test_a_text_without_words_is_counted_too() -> None:
    check_complexity("# " + "x" * 10_000, MaxComplexity(1, 1, 1))


@pytest.mark.parametrize("name", some(KINDS, 20))
def test_what_a_file_may_ask_ends_no_process(name: str) -> None:
    """The longest of each kind that passes, on a stack of 8 MB; as data it has no limit but the length."""
    most = accepted(name, complexity._DEEPEST)
    code = (
        "import resource, sys, pyoxigraph; resource.setrlimit(resource.RLIMIT_STACK, (1 << 23, -1));"
        "pyoxigraph.Store().query(sys.stdin.read(), base_iri='urn:b')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=KINDS[name](most), text=True, capture_output=True, check=False, timeout=60
    )
    assert done.returncode in {0, 1}, (most, done.stderr)  # some are none of SPARQL 1.1
    expect_shallow(KINDS[name](most))
