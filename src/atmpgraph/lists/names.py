"""The names of what lists show: one for each language that has one, and the best of all."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection
from typing import Final

from ..store import Store
from ..store.row_texts import iri_text, literal_of, take_rows
from ..vocab import ADMS, ATMPGRAPH, DCT, DQV, EURIO, FRAPO, LABELS, LOCN, OA, ORG, PROV, SCHEMA, SDMX, SKOS


def _label(*parts: str) -> str:
    """A label of some parts, in the language of `?name`."""
    text = f"CONCAT(STR(?name), {', '.join(parts)})"
    return f'BIND(IF(LANG(?name) = "", {text}, STRLANG({text}, LANG(?name))) AS ?label)'


_SPACE: Final = '" "'
_COLON: Final = 'IF(LANG(?name) = "fr", "\u00a0: ", ": ")'

# Things without a name of their own are called by what they are about and their words or number, as on pages
# (`web.core.made_names`); codes of others as ours that match.
_PATTERNS: Final = (
    *(f"?iri <{predicate}> ?label" for predicate in LABELS),
    f"?iri <{ATMPGRAPH}indicator> ?what ; <{ATMPGRAPH}statedAs> ?words . ?what <{SKOS}prefLabel> ?name"
    f" {_label(_COLON, 'STR(?words)')}",
    f"?iri <{ATMPGRAPH}indicator> ?what ; <{SDMX}measure#obsValue> ?number . ?what <{SKOS}prefLabel> ?name"
    f" {_label(_COLON, 'STR(?number)')}",
    f"?iri <{DQV}isMeasurementOf> ?metric ; <{PROV}wasDerivedFrom> ?figure . ?figure <{ATMPGRAPH}indicator> ?what ."
    f" ?metric <{SKOS}prefLabel> ?name . ?what <{SKOS}prefLabel> ?second FILTER(LANG(?name) = LANG(?second))"
    f" {_label(_COLON, 'STR(?second)')}",
    f"?iri <{ATMPGRAPH}statedAs> ?label",
    f"?iri <{OA}exact> ?label",
    f"?iri <{OA}hasSelector>/<{OA}exact> ?label",
    f"?iri <{ADMS}schemaAgency> ?system ; <{SKOS}notation> ?code ."
    f" ?scheme <{SKOS}notation> ?system ; <{SKOS}prefLabel> ?name {_label(_SPACE, '?code')}",
    f'?iri <{ADMS}schemaAgency> ?system ; <{SKOS}notation> ?code BIND(CONCAT(?system, " ", ?code) AS ?label)',
    f"?iri a <{ATMPGRAPH}Record> ; <{DCT}isPartOf> ?registry ; <{DCT}identifier> ?code ."
    f" ?registry <{DCT}title> ?name {_label(_SPACE, '?code')}",
    f"?grant <{EURIO}hasFundingAmount> ?iri ; <{DCT}title> ?label",
    f"?organisation <{LOCN}address> ?iri ; <{SKOS}prefLabel> ?label",
    f"?iri <{SKOS}notation> ?label",
    f"?iri <{DCT}identifier>|<{FRAPO}hasGrantNumber> ?label",
    f"?code <{SKOS}exactMatch> ?iri ; <{SKOS}inScheme> ?scheme ; <{SKOS}prefLabel> ?label",
    f"?place <{SCHEMA}sameAs> ?iri ; a <{DCT}Location> ; <{SKOS}prefLabel> ?label",
)
_ALTERNATIVE: Final = LABELS.index(f"{SKOS}altLabel")
_MEMBERS: Final = (
    f"SELECT ?iri ?member ?whole {{ ?iri <{ORG}member>|<{ATMPGRAPH}involves> ?member ;"
    f" <{ORG}organization>|<{ATMPGRAPH}involvedIn> ?whole }}"
)


def queries() -> list[str]:
    """The queries of all names."""
    return [*(f"SELECT ?iri ?label {{ {pattern} }}" for pattern in _PATTERNS), _MEMBERS]


def fold(text: str) -> str:
    """A text as it is sorted: without accents, capitals and compatibility forms."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def narrowed(query: str, variable: str, values: Collection[str]) -> str:
    """A SELECT query with the solutions in which a variable is one of some IRIs."""
    head, _, patterns = query.partition("{")
    return f"{head}{{ VALUES ?{variable} {{ {' '.join(f'<{each}>' for each in sorted(values))} }} {{{patterns} }}"


def members(store: Store, iris: Collection[str], of: str = "iri") -> Iterator[list[str]]:
    """Memberships: each with who is a member, and of what; those of which `of` is one of some IRIs."""
    for row in store.select(narrowed(_MEMBERS, of, iris)):
        yield [row[name].value for name in ("iri", "member", "whole")]


def write_names(
    file: Connection,
    store: Store,
    shown: Collection[str],
    languages: Sequence[str],
    renewed: Collection[str] | None = None,
) -> None:
    """Write the names of some things: the best one under no language, and those of languages where it is another.

    Args:
        file: of the lists.
        store: of the statements.
        shown: the things.
        languages: of the publication.
        renewed: those whose names may be others than in `before`; None for all.
    """
    file.execute(
        "CREATE TEMP TABLE named (iri TEXT, language TEXT, text TEXT, tag TEXT, key TEXT, PRIMARY KEY (iri, language))"
        " WITHOUT ROWID"
    )
    if renewed is not None:
        file.execute("CREATE TEMP TABLE renewed (iri TEXT PRIMARY KEY)")
        file.executemany("INSERT INTO renewed VALUES (?)", ((iri,) for iri in renewed))
        file.execute("INSERT INTO named SELECT * FROM before.name WHERE iri NOT IN (SELECT iri FROM renewed)")
    file.execute("CREATE TEMP TABLE label (number, rank, tag, text)")
    iris = sorted(shown)
    numbers = {iri_text(iri): number for number, iri in enumerate(iris)}
    best = {language: bytearray(len(iris)) for language in languages}
    for rank, query in enumerate(queries()[: len(_PATTERNS)]):
        take_rows(
            store,
            query if renewed is None else narrowed(query, "iri", renewed),
            partial(_take_labels, file, numbers, rank, best),
        )
    labels = file.execute("SELECT DISTINCT number, rank, tag, text FROM label ORDER BY number, rank, tag, text")
    file.executemany("INSERT INTO named VALUES (?, ?, ?, ?, ?)", _names(labels, iris, languages))
    file.execute("DROP TABLE label")
    _write_members(file, store, numbers, renewed)
    file.execute("INSERT INTO name SELECT * FROM named ORDER BY iri, language")


def _take_labels(
    file: Connection, numbers: Mapping[bytes, int], rank: int, best: Mapping[str, bytearray], rows: list[bytes]
) -> None:
    """Note the labels in some rows.

    Args:
        file: of the lists.
        numbers: of the things.
        rank: of the query; a lower one was run before.
        best: of each language, the rank after that of the first label of each thing, 0 for none.
        rows: a thing and a label each.
    """
    labels = []
    for row in rows:
        iri, _, text = row.partition(b"\t")
        number = numbers.get(iri)
        if number is None or (label := literal_of(text)) is None:
            continue
        value, tag = label
        if ranks := best.get(tag):
            if 0 < ranks[number] <= rank:
                continue  # the other label in that language is better
            if rank != _ALTERNATIVE:
                ranks[number] = rank + 1
        labels.append((number, rank, tag, value))
    file.executemany("INSERT INTO label VALUES (?, ?, ?, ?)", labels)


def _names(
    labels: Iterator[tuple[int, int, str, str]], iris: Sequence[str], languages: Sequence[str]
) -> Iterator[tuple[str, str, str, str, str]]:
    """Rows of names. An alternative name counts only where there is no other in any language."""
    for number, group in groupby(labels, itemgetter(0)):
        rows = [row[1:] for row in group]
        rows = [row for row in rows if row[0] != _ALTERNATIVE] or rows
        by_tag = dict[str, str]()
        for _, tag, text in rows:
            by_tag.setdefault(tag, text)
        first = next((tag for tag in languages if tag in by_tag), rows[0][1])
        for language in ("", *languages):
            tag = language if language in languages and language in by_tag else first
            if not language or (tag, by_tag[tag]) != (first, by_tag[first]):
                yield iris[number], language, by_tag[tag], tag, fold(by_tag[tag])


def _write_members(
    file: Connection, store: Store, numbers: Mapping[bytes, int], renewed: Collection[str] | None
) -> None:
    """The names of memberships, which have none of their own: who is a member, and of what."""
    file.execute("CREATE TEMP TABLE membership (iri, member, whole)")

    def take(rows: list[bytes]) -> None:
        ends = (row.split(b"\t") for row in rows if row.partition(b"\t")[0] in numbers)
        file.executemany(
            "INSERT INTO membership VALUES (?, ?, ?)", ([end[1:-1].decode() for end in row] for row in ends)
        )

    take_rows(store, _MEMBERS if renewed is None else narrowed(_MEMBERS, "iri", renewed), take)
    unnamed = file.execute(
        "SELECT m.iri, MIN(a.text || ' – ' || b.text) FROM membership m"
        " JOIN named a ON a.iri = m.member AND a.language = '' JOIN named b ON b.iri = m.whole AND b.language = ''"
        " WHERE m.iri NOT IN (SELECT iri FROM named)"
        " GROUP BY m.iri ORDER BY m.iri"
    ).fetchall()
    file.executemany("INSERT INTO named VALUES (?, '', ?, '', ?)", ((iri, text, fold(text)) for iri, text in unnamed))
    file.execute("DROP TABLE membership")
