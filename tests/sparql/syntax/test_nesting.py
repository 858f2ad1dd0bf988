"""Deep nesting is refused before the parser sees it, which it would overflow."""

import pytest
from flask.testing import FlaskClient

from atmpgraph.http.problem import ProblemError
from atmpgraph.settings import Settings
from atmpgraph.sparql.syntax.nesting import check
from atmpgraph.web import create_app

DEEP = {
    "groups left open": "SELECT * {" + "{" * 20_000,
    "groups": "SELECT * {" + "{" * 20_000 + "}" * 20_001,
    "blank nodes": "ASK {?s ?p " + "[<a:b> " * 5_000 + "1" + " ]" * 5_000 + "}",
    "collections": "ASK {?s ?p " + "(" * 20_000 + "1" + ")" * 20_000 + "}",
    "closed before": "ASK " + "}" * 10 + "{" * 200,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_refused(name: str, client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": DEEP[name]})
    assert response.status_code == 400
    assert b"deeper" in response.data


def test_what_people_write_passes() -> None:
    check("SELECT * WHERE { { ?s ?p [ <a:b> (1 2 [ <a:c> ?x ]) ] } UNION { FILTER((?x + (1 * 2)) > 3) } }", 8)
    check("ASK {" + "{ ?s ?p ?o } UNION " * 5_000 + "{} }", 2)
    with pytest.raises(ProblemError):
        check("ASK {{{}}}", 2)


@pytest.fixture
def client(released: Settings) -> FlaskClient:
    return create_app(released).test_client()
