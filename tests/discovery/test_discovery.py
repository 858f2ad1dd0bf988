"""Link discovery: what is read, what is proposed, and that a decision of a person stays."""

import csv
import gzip
import io
import json
import random
import string
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from benchmarks.registry import records as made_records
from benchmarks.registry import ror_id
from click.testing import CliRunner, Result

from atmpgraph.cli import main
from atmpgraph.discovery.candidates import COLUMNS, TABLE
from atmpgraph.discovery.matching import Matcher, Organisation, name_words
from atmpgraph.discovery.ours import alpha_2, organisations
from atmpgraph.discovery.records import Record, json_items, read_records, ror_record
from atmpgraph.discovery.run import discover
from atmpgraph.i18n import TranslatedError
from atmpgraph.publish.build import build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings

from ..conftest import BASE, shared


def run(settings: Settings, *arguments: str) -> Result:
    file = settings.path(settings.folders.data).parent / "atmpgraph.toml"
    return CliRunner().invoke(main, ["--settings", str(file), "link", *arguments])


def candidates(settings: Settings) -> list[dict[str, str]]:
    with (settings.path(settings.folders.data) / TABLE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def decide(settings: Settings, row: dict[str, str], **cells: str) -> None:
    """Write a person's decision into the table."""
    rows = [{**each, **cells} if each == row else each for each in candidates(settings)]
    with (settings.path(settings.folders.data) / TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


TABLE_TEXT = "id;name\nhttps://ror.org/1;Gouvernement fédéral\n"
ROR_TEXT = json.dumps([{"id": "https://ror.org/1", "names": [{"value": "Gouvernement fédéral", "types": []}]}])


def zipped(**files: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for name, text in files.items():
            writer.writestr(name.replace("_csv", ".csv").replace("_json", ".json"), text)
    return archive.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        *(TABLE_TEXT.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")),
        f"sep=;\r\n{TABLE_TEXT}".encode(),
        TABLE_TEXT.replace(";", "\t").encode(),
        ROR_TEXT.encode("utf-8-sig"),
        gzip.compress(ROR_TEXT.encode()),
        zipped(read_json=ROR_TEXT),
        zipped(data_csv="a", data_json="[]", data_v2_json=ROR_TEXT, licence="CC0"),
        zipped(only_csv=TABLE_TEXT),
    ],
    ids=["utf-8", "mark", "utf-16", "windows", "sep", "tabs", "json", "gzip", "zip", "dump", "zipped table"],
)
def test_a_file_is_read_as_it_is_saved_and_offered(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "registry.txt"
    file.write_bytes(content)
    (record,) = read_records(file)
    assert (record.key, record.names) == ("https://ror.org/1", ("Gouvernement fédéral",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)), "no text in UTF-8, UTF-16 or windows-1252"),
        (b"id,name\n\0,x\n", "no text"),
        (ROR_TEXT.encode()[:-9], "not JSON, or cut off"),
        (b"[" * 100_000, "not JSON, or cut off"),
        (gzip.compress(ROR_TEXT.encode())[:-9], "cannot be read after 0 records"),
        (zipped(licence="CC0"), "no file of JSON, and no table"),
        (b"PK\x03\x04" + b"x" * 100, "cannot be read after 0 records"),
        (b"id," + b"x," * 1_001 + b"\n", "it has 1,003 columns"),
    ],
)
def test_what_cannot_be_read_is_told_in_our_words(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "registry.csv"
    file.write_bytes(content)
    with pytest.raises(TranslatedError) as refusal:
        list(read_records(file))
    assert said in str(refusal.value)
    assert "codec" not in str(refusal.value)


@pytest.mark.parametrize("size", [1, 7, 4_096])
def test_json_is_read_a_record_at_a_time(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atmpgraph.discovery.records._PIECE", size)
    items = [{"id": "a", "name": "x]}\\"}, {"id": "é" * 50, "list": [1, {"b": []}]}, {}]
    for text in (json.dumps(items), json.dumps(items, indent=2), " \n".join(map(json.dumps, items))):
        assert list(json_items(io.StringIO(text))) == items
    assert not list(json_items(io.StringIO("[]")))


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1}',
        '[{"id": 1}]x',
        '{"id": ',
        "[1 2",
        "[" * 100_000,
        "not JSON",
        "\x00",
        "name,label\nA,B\n",
        "",
        "id,name\n",
    ],
)
def test_what_is_broken_is_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(TranslatedError):
        list(read_records(written(tmp_path, "file.json", text)))


def test_a_line_without_an_end_fills_no_memory(tmp_path: Path) -> None:
    with pytest.raises(TranslatedError, match=r"a line has more than|cannot be read after"):
        list(read_records(written(tmp_path, "file.csv", "id,name\n" + "x" * 3_000_000)))


def test_noise_is_a_sentence_or_nothing(tmp_path: Path) -> None:
    dice = random.Random(7)
    for _ in range(200):
        text = dice.choice(["[", "{", "id,name\n", "<a> "]) + "".join(dice.choices(string.printable, k=200))
        try:
            list(read_records(written(tmp_path, dice.choice(["a.json", "a.csv", "a.ttl", "a.nt"]), text)))
        except TranslatedError:
            continue


def test_both_versions_of_ror_are_read() -> None:
    files = sorted(shared("reference/facts-evidence").glob("ror-*.json"))
    for file in files:
        (record,) = read_records(file)
        assert record.key == f"https://ror.org/{file.stem.removeprefix('ror-')}"
        assert record.country == "BE" or record.country
        assert {"grid"} <= {scheme for scheme, _ in record.identifiers}


def test_cordis_other_tables_and_rdf_are_read(tmp_path: Path) -> None:
    cordis = '"projectID";"organisationID";"vatNumber";"name";"shortName";"country"\n"1";"999897729";"BE0419052173";"UNIVERSITE X";"UX";"EL"\n'
    (record,) = read_records(written(tmp_path, "organization.csv", cordis))
    expected = frozenset({("vat", "BE0419052173")})
    assert record == Record("999897729", "pic", ("UNIVERSITE X", "UX"), "GR", expected)
    (record,) = read_records(written(tmp_path, "own.csv", "Name,URI\nA,https://example.org/a\n"))
    assert (record.key, record.names) == ("https://example.org/a", ("A",))
    turtle = '<https://example.org/b> <http://www.w3.org/2004/02/skos/core#prefLabel> "B"@fr .'
    (record,) = read_records(written(tmp_path, "own.ttl", turtle))
    assert (record.key, record.names) == ("https://example.org/b", ("B",))


def test_names_are_compared_without_forms_accents_and_points() -> None:
    assert name_words("Cenaero a.s.b.l.") == name_words("CENAERO ASBL") == name_words("Cénaero") == ("cenaero",)
    assert name_words("University of Namur") == ("university", "namur")
    assert name_words("SA") == ("sa",)
    assert (alpha_2("BEL"), alpha_2("GBR"), alpha_2("XYZ")) == ("BE", "GB", "")


def match(ours: Organisation, *records: Record, least: int = 70) -> list[tuple[int, str]]:
    matcher = Matcher([ours, *(Organisation(f"other-{n}", (f"Other {n}",)) for n in range(200))], least)
    for record in records:
        matcher.add(record)
    return [(found.score, found.record.key) for _, found in matcher.candidates()]


def test_an_identifier_says_more_than_a_name_and_a_country_speaks_against_it() -> None:
    ours = Organisation("namur", ("Université de Namur",), "BE", frozenset({("isni", "0000 0001 2242 8479")}))
    same = Record("a", "", ("Other name",), "BE", frozenset({("isni", "0000000122428479")}))
    assert match(ours, same, Record("b", "", ("UNIVERSITE DE NAMUR ASBL",), "BE")) == [(100, "a"), (95, "b")]
    assert match(ours, Record("c", "", ("Univeristé de Namur",), "BE"))[0][0] in range(80, 95)
    assert match(ours, Record("d", "", ("Université de Namur",), "FR")) == [(70, "d")]
    assert not match(ours, Record("e", "", ("Université de Liège",), "BE"), Record("f", "", ("Namur",)))


def test_who_has_an_identifier_of_that_registry_gets_no_other() -> None:
    ours = Organisation("a", ("Alpha Institute",), "", frozenset({("ror", "0aaaaaa11")}))
    assert not match(ours, Record("0bbbbbb22", "ror", ("Alpha Institute",)))
    assert match(ours, Record("1", "pic", ("Alpha Institute",)))


def test_the_records_of_the_evidence_are_found(release: Release, tmp_path: Path) -> None:
    """The organisations that have a ROR identifier get it again, if nothing is known but their names."""
    ours = [Organisation(each.slug, each.names, each.country) for each in organisations(release.store, [])]
    matcher = Matcher(ours, 70)
    for file in shared("reference/facts-evidence").glob("ror-*.json"):
        for record in read_records(file):
            matcher.add(record)
    text = release.whole(release.folder.canonical).read_text(encoding="utf-8")
    pairs = [(organisation.slug, found.record.key) for organisation, found in matcher.candidates()]
    right = [
        (slug, iri)
        for slug, iri in pairs
        if f"<{BASE}id/organisation/{slug}> <http://www.w3.org/2002/07/owl#sameAs> <{iri}>" in text
    ]
    assert len(right) == 6
    assert len(pairs) <= len(right) + 1


def test_nine_in_ten_of_the_misspelt_are_found_and_none_is_wrong() -> None:
    names = [
        f"{a} {b}"
        for a in ("Aquila", "Borealis", "Cassiopeia", "Draconis", "Eridanus")
        for b in (
            "Biotherapies",
            "Celltech",
            "Vectorlabs",
            "Genomics",
            "Immunology",
            "Logistics",
            "Robotics",
            "Sterile Filling",
        )
    ]
    ours = [(f"o{number}", name) for number, name in enumerate(names)]
    matcher = Matcher([Organisation(key, (name,), "BE") for key, name in ours], 70)
    keys = {}
    for item, key in made_records(3_000, ours, seed=3):
        record = ror_record(item)
        assert record
        keys[record.key] = key
        matcher.add(record)
    best: dict[str, str] = {}
    for organisation, found in matcher.candidates():
        best.setdefault(organisation.slug, keys[found.record.key])
    assert sum(best.get(key) == key for key, _ in ours) >= 0.9 * len(ours)
    assert sum(best[key] != key for key in best) == 0


def test_a_decision_stays_and_only_what_is_accepted_is_published(started: Settings, tmp_path: Path) -> None:
    names = "SELECT ?name { ?o a <http://xmlns.com/foaf/0.1/Organization> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }"
    releases = started.path(started.folders.releases)
    store = open_release(releases, "current", started.base).store
    labels = sorted({row["name"].value for row in store.select(names)})
    records = [
        {"id": f"https://ror.org/{ror_id(n)}", "name": name, "country": {}} for n, name in enumerate(labels, 900)
    ]
    file = written(tmp_path, "ror.json", json.dumps(records))
    proposed = run(started, str(file))
    assert proposed.exit_code == 0, proposed.output
    first, second = candidates(started)[:2]
    decide(started, first, accepted="announcement")
    decide(started, second, rejected="a namesake")
    decided = [row for row in candidates(started) if row["accepted"] or row["rejected"]]

    again = run(started, str(file))
    assert again.exit_code == 0
    assert [row for row in candidates(started) if row["accepted"] or row["rejected"]] == decided
    settled = [row for row in candidates(started) if row["organisation"] == first["organisation"]]
    assert [row["value"] for row in settled if not row["rejected"]] == [first["value"]]

    built = build(started)
    assert built.digest, "\n".join(built.report.lines("en"))
    release = open_release(releases, "current", started.base)
    data = release.whole(release.folder.canonical).read_text(encoding="utf-8")
    graph = f"<{started.base}id/graph/announcement>"
    link = f"<{started.base}id/organisation/{first['organisation']}> <http://www.w3.org/2002/07/owl#sameAs>"
    assert f"{link} <{first['same_as']}> {graph}" in data
    for row in candidates(started):
        if not row["accepted"]:
            assert row["same_as"] not in data
            assert row["value"] not in (release.folder.tables / TABLE).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de", "it"])
def test_the_report_is_in_each_language_and_for_programs(language: str, started: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, "own.csv", "id,name\nhttps://example.org/1,Nobody\n")
    settings = started.path(started.folders.data).parent / "atmpgraph.toml"
    result = CliRunner().invoke(
        main, ["--settings", str(settings), "--language", language, "link", str(file), "--dry-run"]
    )
    assert result.exit_code == 0, result.output
    assert not (started.path(started.folders.data) / TABLE).exists()
    report = json.loads(run(started, str(file), "--dry-run", "--json").stdout)
    assert report["records"] == 1
    assert report["candidates"] == []


def test_a_table_that_is_no_plain_csv_is_left_alone(started: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, "own.csv", "id,name\nhttps://example.org/1,Nobody\n")
    table = written(started.path(started.folders.data), TABLE, "organisation;scheme\na;b\n")
    before = table.read_bytes()
    assert run(started, str(file)).exit_code == 1
    assert table.read_bytes() == before
    assert run(started, str(tmp_path / "absent")).exit_code == 1
    assert run(started, str(file), "--least", "0").exit_code == 2


def test_memory_does_not_grow_with_the_registry(release: Release, tmp_path: Path) -> None:
    peaks = []
    for number in (1_000, 8_000):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps([item for item, _ in made_records(number)]), encoding="utf-8")
        tracemalloc.start()
        discover(file, release.store, tmp_path, 70, "en")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 16_000_000  # the names that were folded last are kept
