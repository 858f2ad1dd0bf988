"""The code to paste is run as it stands on the page."""

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from atmpgraph.settings import Settings

from ..conftest import absent
from ..http.conformance.targets import serving
from .rules import BROWSER

QUERIES = {
    "select": ('SELECT ?word { VALUES ?word { "it\'s" """a\\"b\\\\c""" } }', ["it's", "c"]),
    "ask": ("ASK { FILTER (1 < 2) }", ["rue"]),
    "graph": ("CONSTRUCT { <http://example.org/a> a <http://example.org/B> } WHERE {}", ["example.org/B"]),
}


def _code(page: str, kind: str) -> list[str]:
    """What is written for curl, Python and R."""
    block = re.search(rf'<div class="code" data-kind="{kind}">(.*?)</div>', page, re.DOTALL)
    assert block, "the page shows the code of another kind"
    codes = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", block[1], re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", code)) for code in codes]


@pytest.fixture(scope="module")
def endpoint(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a program finds the publication."""
    with serving(released, tmp_path_factory.mktemp("code")) as server:
        yield f"http://127.0.0.1:{server.port}/sparql"


def _run(address: str, kind: str) -> list[str]:
    """What each of the programs on a page says."""
    with urlopen(Request(address, headers=BROWSER)) as response:
        curl, python, r = _code(response.read().decode(), kind)
    commands = [["sh", "-c", curl], [sys.executable, "-c", python]]
    if shutil.which("Rscript"):
        commands.append(["Rscript", "-e", r])
    said = []
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, (command, done.stderr)
        said.append(done.stdout)
    return said


@pytest.mark.parametrize("kind", QUERIES)
def test_code_to_paste_works(endpoint: str, kind: str) -> None:
    query, expected = QUERIES[kind]
    for said in _run(f"{endpoint}?query={quote(query)}", kind):
        for words in expected:
            assert words in said


def test_code_to_paste_asks_over_the_graphs_of_the_page(endpoint: str, released: Settings) -> None:
    ask = quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    odd = quote("http://example.org/it's&a+b?c=$(id)#d", safe="")
    graphs = f"default-graph-uri={released.base}id/graph/ror&default-graph-uri={odd}&named-graph-uri={odd}"
    with urlopen(f"{endpoint}?query={ask}&format=csv&{graphs}") as response:
        count = response.read().decode().split()[1]
    for said in _run(f"{endpoint}?query={ask}&{graphs}", "select"):
        assert count in said


def test_r_is_here_on_ci() -> None:
    """The code for R is run with the rest where there is R."""
    if not shutil.which("Rscript"):
        absent("R is not here (Debian: apt install r-base-core)")
