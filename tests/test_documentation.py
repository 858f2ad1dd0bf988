"""The documentation: what is generated is as it would be generated now, and what is written can be run as it stands."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import Graph

from atmpgraph.cli import main
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.web import create_app
from atmpgraph.web.pages.documentation import FILE

from .conftest import ROOT, absent, changed
from .http.conformance.targets import OverSocket
from .intake.test_guide import follow
from .reference_docs import DOCS, PAGES
from .server.running_server import running_server
from .web.rules import BROWSER

SITE = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"(?<!`:\n\n)```(bash|python|sparql|r)\n(.*?)```", re.DOTALL)  # the others are files
BLOCKS = [
    pytest.param(kind, text, id=f"{page.stem}-{number}", marks=[pytest.mark.clients] if kind == "r" else [])
    for page in sorted(DOCS.glob("*.md"))
    for number, (kind, text) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_would_be_generated(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == PAGES[name](), (
        "`python -m tests.reference_docs` writes it"
    )


@pytest.fixture(scope="module")
def site(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(released, tmp_path_factory.mktemp("site")) as server:
        assert isinstance(server.target, OverSocket)
        yield f"http://127.0.0.1:{server.target.port}"


def _run(kind: str, text: str, folder: Path) -> str:
    program = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "r": ["Rscript", "-e"]}[
        kind
    ]
    if not shutil.which(program[0]):
        absent(f"{program[0]} is not installed")
    done = subprocess.run([*program, text], cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, (text, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_an_example_runs_as_it_stands(kind: str, text: str, site: str, tmp_path: Path) -> None:
    text = text.replace(SITE, site)
    if kind == "sparql":
        assert len(list(Graph().query(text))) > 0
    else:
        assert _run(kind, text, tmp_path).strip()


def test_a_repeated_request_is_answered_without_a_body(site: str, tmp_path: Path) -> None:
    [block] = [each.values[1] for each in BLOCKS if "If-None-Match" in str(each.values[1])]
    assert _run("bash", str(block).replace(SITE, site), tmp_path).strip() == "304"


def test_a_copy_proves_itself(site: str, tmp_path: Path) -> None:
    [block] = [each.values[1] for each in BLOCKS if "sha256sum" in str(each.values[1])]
    said = _run("bash", str(block).replace(SITE, site), tmp_path)
    digest = hashlib.sha256((tmp_path / "data.nq").read_bytes()).hexdigest()
    assert said.count(digest) >= 2, "in the sum, and in the address that `current` leads to"


def test_the_example_of_the_start_is_made_as_it_is_written(tmp_path: Path) -> None:
    [block] = re.findall(r"```sh\n(.*?)```", (DOCS / "start.md").read_text(encoding="utf-8"), re.DOTALL)
    folder, said = follow(tmp_path, block)
    assert (folder / "releases" / "current").exists()
    assert "violation" not in said[1]


def test_the_files_that_extend_a_publication_do(tmp_path: Path) -> None:
    """Those of `docs/extend.md`, in a new publication, in their order."""
    text, folder = (DOCS / "extend.md").read_text(encoding="utf-8"), tmp_path / "extended"
    start(folder, "https://example.org/p/")
    files = re.findall(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(files) == 6
    for name, content in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    table = folder / "data" / "organisations.csv"
    head, first, *rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([f"{head},ship", f"{first},barge", *(f"{row}," for row in rows)]), encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        follow(folder, block)
    assert (folder / "texts" / "es.po").is_file()
    [answer] = follow(folder, "atmpgraph query queries/ships.rq --format csv")[1]
    assert "auth/ship/barge" in answer
    assert (
        "We answer for what stands"
        in create_app(Settings.load(folder / "atmpgraph.toml")).test_client().get("/pages/legal").text
    )


def _blocks(page: str, kind: str) -> list[str]:
    return re.findall(
        rf"^```{kind}\n(.*?)^```$", (DOCS / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def _commands(page: str) -> list[str]:
    """The indented lines of a page that call us, without their comments."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^ {4}((?:atmpgraph|cd) [^#\n]*[^#\s])", text, re.MULTILINE)


def test_a_publication_looks_as_its_page_says(tmp_path: Path) -> None:
    """The settings, the style sheet and the template of `docs/look.md`, in a new publication."""
    folder = tmp_path / "dressed"
    start(folder, "https://example.org/p/")
    [settings], [style], [template] = (_blocks("look", kind) for kind in ("toml", "css", "html"))
    file = folder / "atmpgraph.toml"
    file.write_text(file.read_text(encoding="utf-8") + settings, encoding="utf-8")
    for name, content in {
        "static/ours.css": style,
        "static/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "static/our-face.woff2": "",
        "templates/base.html": template,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    [said, _] = follow(folder, "atmpgraph check\natmpgraph build")[1]
    assert "violation" not in said
    client = create_app(Settings.load(file)).test_client()
    page = client.get("/?lang=en", headers=BROWSER).text
    assert "<title>Our office – " in page
    for part in ('src="/static/logo.svg"', 'href="/static/ours.css"', 'href="mailto:data@example.org"'):
        assert part in page
    assert "mailto:data@example.org" in client.get("/pages/accessibility?lang=en", headers=BROWSER).text
    properties = set(re.findall(r"(--[a-z-]+)`", (DOCS / "look.md").read_text(encoding="utf-8")))
    sheet = client.get("/static/atmpgraph.css").text
    assert [name for name in properties if f"{name}:" not in sheet] == [], "a property that colours nothing"


def test_a_publication_is_made_as_its_page_says(tmp_path: Path) -> None:
    """The commands of `docs/publication.md`, its terms and its other base, in a new publication."""
    begin, both, *upgrades = _commands("publication")
    enter, *rest = both.split(" && ")
    folder, said = follow(tmp_path, "\n".join([begin, enter, *rest]))
    assert "violation" not in said[1]
    assert upgrades == ["atmpgraph upgrade", "atmpgraph upgrade --apply"]
    follow(folder, "\n".join(upgrades))
    text = (DOCS / "publication.md").read_text(encoding="utf-8")
    terms = re.findall(r"^ {4}((?:@prefix|<ns/).*)$", text, re.MULTILINE)
    (folder / "ontology").mkdir()
    (folder / "ontology" / "sea.ttl").write_text("\n".join(terms), encoding="utf-8")
    bases = re.findall(r"^ {4}((?:previous_)?bases? = .*)$", text, re.MULTILINE)
    assert len(bases) == 2
    file = folder / "atmpgraph.toml"
    own = "\n".join(bases).replace("https://old.example/lod/", "https://data.example.org/")
    written = re.sub(r"^base = .*$", own, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(written, encoding="utf-8")
    follow(folder, "atmpgraph build")
    client = create_app(Settings.load(file)).test_client()
    assert "Ship" in client.get("/ns/sea?lang=en", headers=BROWSER).text


# What no test of this file runs, and why.
NOT_RUN = {
    "atmpgraph links [--json]": "asks the sites of others",
    "atmpgraph link v1.58-ror-data.json": "needs the file of a registry",
    "atmpgraph verify": "after a copy by rsync; tests/deploy restores one",
    "atmpgraph push": "needs a remote store; tests/publish has one",
    "atmpgraph build": "with that store; the guides run it without one",
    "atmpgraph serve": "with that store; the guides run it without one",
}


def test_each_command_of_the_documentation_is_run_or_says_why_not() -> None:
    """A block that is run has a language; a line that calls us or a site is none that nobody runs."""
    lines, blocks = set[str](), set[tuple[str, str]]()
    for page in DOCS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        blocks |= {(page.stem, kind) for kind in re.findall(r"^```(\w+)$", text, re.MULTILINE)}
        if page.stem != "publication":  # which a test above runs
            lines |= set(re.findall(r"^ {4,}((?:atmpgraph|curl) [^#\n]*[^#\s])", text, re.MULTILINE))
    assert lines == NOT_RUN.keys()
    for line in lines:
        _, name, *options = line.split()
        done = CliRunner().invoke(main, [name, "--help"])
        assert done.exit_code == 0
        assert all(option.strip("[]") in done.output for option in options if "--" in option)
    shells = {page for page, kind in blocks if kind == "sh"}
    assert shells == {"start", "extend", "your-own-partnership"}, "tests that follow them run these"
    assert not {kind for _, kind in blocks} & {"console", "shell", "powershell", "zsh"}


@pytest.fixture(scope="module")
def reading(released: Settings) -> FlaskClient:
    """A reader of the pages, which `make` has made."""
    if not FILE.is_file():
        absent(f"{FILE.name} is not made: `make {FILE.relative_to(ROOT)}`")
    return create_app(released).test_client()


def test_all_pages_are_served_and_their_links_lead_somewhere(reading: FlaskClient) -> None:
    read, todo = dict[str, str](), ["/docs/"]
    while todo:
        path = todo.pop()
        answer = reading.get(path, headers=BROWSER)
        assert answer.status_code == 200, path
        article = answer.text[answer.text.index("<article") : answer.text.index("</article>")]
        read[path] = article
        links = (urlsplit(urljoin(path, href)) for href in re.findall(r'href="([^"]+)"', article))
        todo += {each.path for each in links if not each.netloc and each.path not in read} - set(todo)
    made = {f"/docs/{page.relative_to(DOCS).with_suffix('')}" for page in DOCS.rglob("*.md")}
    assert made - {"/docs/index"} <= set(read), "a page that nothing leads to"
    anchors = {(path, name) for path, text in read.items() for name in re.findall(r' id="([^"]+)"', text)}
    for path, text in read.items():
        for href in re.findall(r'href="([^"]*#[^"]+)"', text):
            where = urlsplit(urljoin(path, href))
            assert where.netloc or (where.path, where.fragment) in anchors, (path, href)


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/../conf.py", "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs/settings/"]
)
def test_nothing_else_is_served(reading: FlaskClient, path: str) -> None:
    assert reading.get(path, headers=BROWSER).status_code in {301, 308, 404}


def test_its_language_is_said(reading: FlaskClient) -> None:
    page = reading.get("/docs/settings?lang=fr", headers=BROWSER).text
    assert '<html lang="fr">' in page
    assert '<article class="prose documentation" lang="en">' in page


def test_a_publication_may_do_without(released: Settings) -> None:
    client = create_app(changed(released, site={"documentation": False})).test_client()
    assert client.get("/docs/", headers=BROWSER).status_code == 404
    assert "/docs/" not in client.get("/", headers=BROWSER).text
