"""The redirect of the persistent address, by Apache, which w3id.org runs."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from atmpgraph.settings import Settings

from ..conftest import ROOT, absent
from ..http.conformance.targets import Answer, OverSocket, free_port, running, serving, wait_for

NAME: Final = "atmp-wallonia"
TODAY: Final = "https://data.example.org/lod/"
MODULES: Final = Path("/usr/lib/apache2/modules")
CONFIGURATION: Final = """
ServerRoot "{folder}"
ServerName localhost
PidFile "{folder}/pid"
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule rewrite_module {modules}/mod_rewrite.so
LoadModule headers_module {modules}/mod_headers.so
ErrorLog "{folder}/errors"
DocumentRoot "{folder}/site"
<Directory "{folder}/site">
  AllowOverride All
  Require all granted
</Directory>
"""


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """The server that the name leads to."""
    with serving(released, tmp_path_factory.mktemp("server")) as target:
        yield target


@pytest.fixture(scope="module")
def names(server: OverSocket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """Apache with the redirect, whose address of today is that of the server."""
    program = shutil.which("apache2") or shutil.which("/usr/sbin/apache2") or absent("apache2 is not installed")
    folder, target = tmp_path_factory.mktemp("apache"), OverSocket("names", free_port())
    (folder / "site" / NAME).mkdir(parents=True)
    for path in (folder.parent, folder):
        path.chmod(0o755)
    text = (ROOT / "deploy" / "w3id" / ".htaccess").read_text(encoding="utf-8")
    assert text.count(TODAY) == 1
    text = text.replace(TODAY, f"http://127.0.0.1:{server.port}/")
    (folder / "site" / NAME / ".htaccess").write_text(text, encoding="utf-8")
    (folder / "site" / "atmpgraph").mkdir()
    vocabulary = (ROOT / "deploy" / "w3id" / "atmpgraph" / ".htaccess").read_text(encoding="utf-8")
    vocabulary = vocabulary.replace(TODAY, f"http://127.0.0.1:{server.port}/")
    (folder / "site" / "atmpgraph" / ".htaccess").write_text(vocabulary, encoding="utf-8")
    (folder / "site" / "up").write_text("up", encoding="utf-8")
    configuration = CONFIGURATION.format(folder=folder, port=target.port, modules=MODULES)
    (folder / "apache.conf").write_text(configuration, encoding="utf-8")
    with running([program, "-f", str(folder / "apache.conf"), "-DFOREGROUND"], folder / "log"):
        wait_for(target, "/up")
        yield target


def led(answer: Answer, server: OverSocket) -> str:
    """The path on the server that a redirect leads to."""
    assert answer.status == 307, answer
    address = f"http://127.0.0.1:{server.port}"
    assert answer.field("Location").startswith(f"{address}/"), answer
    return answer.field("Location").removeprefix(address)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/id/organisation/uclouvain",
        "/doc/figure/new-direct-jobs.ttl?lang=nl",
        "/sparql?query=SELECT%20%2A%20%7B%3Fs%20%3Fp%20%22a%26b%3Dc%23d%22%7D&format=csv",
        "/sparql?query=a+b%2Bc",
        "/doc/table/figures.csv?a=1&a=2",
        "/id/a%3Fb%23c%20d%25e%5C",
        "/id/%C3%A9%E2%82%AC",
        "/id/a//b",
        "/id/a;b=c,d:e@f!$&'()*+",
        "/id/$1$0%251%25{HTTP_HOST}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "QUERY"])
def test_path_and_query_go_on_as_they_were_sent(method: str, path: str, names: OverSocket, server: OverSocket) -> None:
    answer = names.ask(f"/{NAME}{path}", method, body=b"query=ASK{}" if method in {"POST", "QUERY"} else b"")
    assert led(answer, server) == path
    assert answer.field("Access-Control-Allow-Origin") == "*"


def test_the_name_without_its_slash(names: OverSocket) -> None:
    answer = names.ask(f"/{NAME}")
    assert answer.status == 301
    assert answer.field("Location").endswith(f"/{NAME}/")


@pytest.mark.parametrize("path", [f"//evil.example/{NAME}/x", f"/{NAME}//evil.example/", f"/{NAME}/@evil.example"])
def test_it_leads_nowhere_else(path: str, names: OverSocket, server: OverSocket) -> None:
    answer = names.ask(path)
    if answer.status != 404:
        led(answer, server)


@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json", "text/html"])
def test_a_client_that_follows_has_what_it_asked_for(media_type: str, names: OverSocket, server: OverSocket) -> None:
    fields = {"Accept": media_type, "Accept-Language": "nl"}
    path = led(names.ask(f"/{NAME}/id/organisation/uclouvain", fields=fields), server)
    for _ in range(3):
        answer = server.ask(path, fields=fields)
        if answer.status != 303:
            break
        path = answer.field("Location")
    assert answer.status == 200, answer
    assert answer.field("Content-Type").startswith(media_type)


def test_a_query_sent_by_post_arrives_as_one(names: OverSocket, server: OverSocket) -> None:
    fields = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    path = led(names.ask(f"/{NAME}/sparql", "POST", fields, b"SELECT (1 AS ?n) {}"), server)
    assert server.ask(path, "POST", fields, b"SELECT (1 AS ?n) {}").body.split() == [b"n", b"1"]


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("ns", "/ns/atmpgraph"),
        ("ns.ttl", "/ns/atmpgraph.ttl"),
        ("ns/2.2.0", "/ns/atmpgraph"),  # a version has an IRI of its own, and leads to today's
        ("auth/confidence", "/auth/confidence"),
        ("auth/organisation-kind/university", "/auth/organisation-kind/university"),
        ("auth/confidence.jsonld", "/auth/confidence.jsonld"),
    ],
)
@pytest.mark.parametrize("media_type", ["text/turtle", "text/html"])
def test_a_term_of_the_vocabulary_leads_to_its_document(
    path: str, to: str, media_type: str, names: OverSocket, server: OverSocket
) -> None:
    answer = names.ask(f"/atmpgraph/{path}", fields={"Accept": media_type})
    assert answer.status == 303, answer
    assert answer.members("Vary") >= {"accept", "accept-language"}
    assert answer.field("Location") == f"http://127.0.0.1:{server.port}{to}"
    document = server.ask(to, fields={"Accept": media_type})
    assert document.status == 200, document
    if not path.endswith((".ttl", ".jsonld")):
        assert document.field("Content-Type").startswith(media_type)


def test_what_is_no_term_leads_nowhere(names: OverSocket) -> None:
    for path in ("nothing", "ns/evil", "auth/", "auth/@evil.example", "ns.ttl/x"):
        assert names.ask(f"/atmpgraph/{path}").status == 404, path
