"""What the pages of questions say, cell by cell, and what of it only a machine would read."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from babel import Locale
from flask.testing import FlaskClient

from atmpgraph.release.release import Release
from atmpgraph.vocab import SKOS

from .rules import BROWSER

# Columns whose values are codes for people too: numbers of registries, of workpackages and of calls.
NUMBERS = {"value", "code", "call", "topic"}
MACHINE = re.compile(r"https?://\S*|urn:\S+|[a-z][\w-]*:[\w/-]\S*|(id|auth|doc)/\S+|.*[\[{\\].*[\]}+*].*")


def cells(client: FlaskClient, name: str, language: str) -> Iterator[tuple[str, str]]:
    """Each cell of the answer of a question, with the name of its column."""
    answer = client.get(f"/queries/{name}?lang={language}", headers=BROWSER).text.split('<section class="answer">')[1]
    columns = re.findall(r'<th scope="col" data-name="(\w+)"', answer)
    for row in re.findall(r"<tr>(.*?)</tr>", answer.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL):
        for column, cell in zip(columns, re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL), strict=True):
            yield column, " ".join(unescape(re.sub(r"<[^>]*>", "", cell)).split())


def codes(release: Release) -> set[str]:
    """Codes and last parts of IRIs that are not words as well."""
    store = release.store
    given = {row[0].value for row in store.select(f"SELECT DISTINCT ?code {{ ?any <{SKOS}notation> ?code }}")}
    iris = {row[0].value for row in store.select("SELECT DISTINCT ?iri { ?iri a ?class }")}
    parts = {part for iri in iris for part in re.split(r"[/#]", iri)[-1:]}
    words = {
        row[0].value for row in store.select('SELECT DISTINCT ?text { ?any ?says ?text FILTER (LANG(?text) != "") }')
    }
    strings = "SELECT DISTINCT ?text { ?any <http://purl.org/dc/terms/publisher> ?text FILTER (ISLITERAL(?text)) }"
    return (
        (given | parts | set(Locale("en").currencies)) - words - {row[0].value for row in store.select(strings)} - {""}
    )


def bare(client: FlaskClient, release: Release, names: Iterable[str], language: str) -> list[tuple[str, ...]]:
    """The cells that are codes, IRIs, slugs or CURIEs, with their questions and columns."""
    machine = codes(release)
    return [
        (name, column, cell)
        for name in sorted(names)
        for column, cell in cells(client, name, language)
        if column not in NUMBERS and (cell in machine or MACHINE.fullmatch(cell))
    ]
