"""The pictures of a release: the same bytes each time, in each language, in light and dark, small, text as text."""

import json
import re
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from atmpgraph.charts.draw import ChartFiles, draw_charts
from atmpgraph.charts.drawn import DrawnChart, file_of, read_index, read_rows
from atmpgraph.publish.build import build
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.store.embedded import memory_store

from ..conftest import LANGUAGES, ROOT
from .conftest import Drawing

NAMES = (
    "money-by-origin",
    "claims",
    "partners-workpackages",
    "timeline",
    "coverage",
    "partner-kinds",
    "area-shares",
    "market-forecast",
    "places",
)
SVG = "{http://www.w3.org/2000/svg}"


def text_in(svg: bytes) -> set[str]:
    """The words that are drawn."""
    return {str(element.text) for element in ET.fromstring(svg).iter(f"{SVG}text")}


def test_the_publication_has_them_all(charts: dict[str, DrawnChart]) -> None:
    assert tuple(charts) == NAMES
    assert {tag for chart in charts.values() for tag in chart.languages} == set(LANGUAGES)


def test_the_same_input_gives_the_same_bytes(
    files: ChartFiles, release: Release, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")  # the time zone of the machine is no input
    assert draw_charts(files, release.store, tmp_path / "drawn", None) == []
    drawn = {path.name: path.read_bytes() for path in (tmp_path / "drawn").iterdir()}
    assert drawn == {path.name: path.read_bytes() for path in pictures.iterdir()}


def test_what_has_not_changed_is_taken_over(
    files: ChartFiles, release: Release, pictures: Path, tmp_path: Path
) -> None:
    draw_charts(files, release.store, tmp_path / "first", pictures)
    for path in (tmp_path / "first").glob("*.svg"):
        assert path.stat().st_ino == (pictures / path.name).stat().st_ino
    (tmp_path / "first" / "claims.en.svg").unlink()
    (tmp_path / "first" / "claims.en.svg").write_bytes(b"damaged")
    draw_charts(files, release.store, tmp_path / "second", tmp_path / "first")
    assert (tmp_path / "second" / "claims.en.svg").read_bytes() == (pictures / "claims.en.svg").read_bytes()


def test_rows_are_taken_over_where_a_query_gives_the_same(
    files: ChartFiles, release: Release, pictures: Path, charts: dict[str, DrawnChart], tmp_path: Path
) -> None:
    """What another store has shows which queries were asked."""
    other, drawn = memory_store([], release.store.base), tmp_path / "drawn"
    assert draw_charts(files, other, drawn, pictures, lambda text: text == charts["claims"].text) == []
    assert list(read_index(drawn)) == ["claims"]
    for path in drawn.glob("claims.*"):
        assert path.read_bytes() == (pictures / path.name).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_asks_nobody(
    name: str, language: str, charts: dict[str, DrawnChart], pictures: Path
) -> None:
    drawn = charts[name].languages[language]
    for suffix, most in (("svg", 200_000), ("png", 300_000), ("json", 100_000)):
        content = file_of(pictures, name, language, suffix).read_bytes()
        assert len(content) < most
        assert sha256(content).hexdigest() == drawn.files[suffix]
    svg = file_of(pictures, name, language, "svg").read_text(encoding="utf-8")
    root = ET.fromstring(svg)
    assert (root.attrib["role"], root.attrib["lang"]) == ("img", language)
    assert not {"script", "image", "a", "foreignObject"} & {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not re.findall(r"https?://(?!www\.w3\.org/)[^\s\"<]+", svg.partition("</style>")[2])
    assert [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")] == [drawn.title, drawn.words]
    style = str(root.findtext(f"{SVG}style"))
    assert drawn.style == f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}"


def _own_data(name: str) -> set[str]:
    """The layers that draw something besides the rows, such as the scale of a map."""
    specification = json.loads((ROOT / "charts" / f"{name}.vl.json").read_bytes())
    return {f"layer_{number}_marks" for number, layer in enumerate(specification.get("layer", [])) if "data" in layer}


def _marks(element: ET.Element, x: float = 0, y: float = 0) -> Iterator[tuple[str, tuple[float, float, str]]]:
    """The layer of each mark, and where it is drawn and how."""
    if moved := re.search(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
        x, y = x + float(moved[1]), y + float(moved[2])
    classes = element.get("class", "").split()
    for child in element:
        if "role-mark" in classes and child.tag != f"{SVG}g":
            at = re.search(r"translate\(([-\d.]+),([-\d.]+)\)", child.get("transform", ""))
            place = (x + float(at[1]), y + float(at[2])) if at else (x, y)
            yield classes[-1], (*place, child.get("d") or str(child.text))
        else:
            yield from _marks(child, x, y)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_row_is_drawn_and_none_behind_another(
    name: str, language: str, charts: dict[str, DrawnChart], pictures: Path
) -> None:
    rows = read_rows(file_of(pictures, name, language, "json"))
    layers: dict[str, list[tuple[float, float, str]]] = {}
    for layer, mark in _marks(ET.fromstring(file_of(pictures, name, language, "svg").read_bytes())):
        layers.setdefault(layer, []).append(mark)
    of_rows = {layer: marks for layer, marks in layers.items() if layer not in _own_data(name)}
    assert len(rows) == charts[name].count
    assert not charts[name].is_cut
    assert of_rows
    assert {layer: (len(marks), len(set(marks))) for layer, marks in of_rows.items()} == dict.fromkeys(
        of_rows, (len(rows), len(rows))
    )


def test_every_colour_has_one_for_the_dark(charts: dict[str, DrawnChart], pictures: Path) -> None:
    for name in charts:
        svg = file_of(pictures, name, "en", "svg").read_text(encoding="utf-8")
        style, _, drawn = svg.partition("<style>")[2].partition("</style>")
        colours = set(re.findall(r'\b(?:fill|stroke)="([^"]+)"', drawn)) - {"none", "transparent"}
        assert colours
        for colour in colours:
            assert f'="{colour}"]' in style, (name, colour)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_the_language(language: str, charts: dict[str, DrawnChart], pictures: Path) -> None:
    words = {
        "fr": ("Nombre d’organisations", "19,3", "2,6", "plus de"),
        "nl": ("Aantal organisaties", "19,3", "2,6", "meer dan"),
        "de": ("Zahl der Organisationen", "19,3", "2,6", "mehr als"),
        "en": ("Number of organisations", "19.3", "2.6", "more than"),
    }[language]
    drawn = [
        text_in(file_of(pictures, name, language, "svg").read_bytes())
        for name in ("partner-kinds", "area-shares", "claims")
    ]
    assert words[0] in drawn[0]
    assert {words[1], words[2]} <= drawn[1]
    assert words[3] in drawn[2]
    assert f"{words[3]} 470" in charts["claims"].languages[language].words


def test_the_alternative_text_carries_the_figures(charts: dict[str, DrawnChart], pictures: Path) -> None:
    for name in ("claims", "coverage", "area-shares", "partner-kinds", "money-by-origin"):
        drawn, rows = charts[name].languages["en"], read_rows(file_of(pictures, name, "en", "json"))
        assert drawn.words.startswith(drawn.title)
        numbers = {value for row in rows[:12] for value in row.values() if isinstance(value, int | float)}
        assert numbers
        for number in numbers:
            assert f"{number:,}" in drawn.words


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"/><image href=x onerror=alert(1)>',
        "]]></text></svg><svg onload=alert(1)>",
        "{{ 7*7 }} {name} %s &amp; &lt;",
        "שלום עולם العربية",
        "W" * 3_000,
        "=HYPERLINK(1)",
        "bell\\u0007 and \\u0001 more",
    ],
)
def test_markup_in_labels_is_text(name: str, drawing: Drawing) -> None:
    quoted = name.replace('"', '\\"')
    folder, wrong = drawing(f'("{quoted}" 3) ("b" 4)')
    assert wrong == []
    svg = (folder / "own.en.svg").read_bytes()
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "g", "path", "line", "text"),
    }
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    assert any(words[:4] == name[:4] for words in text_in(svg))
    assert name[:4] in str(root.findtext(f"{SVG}desc"))


def test_next_to_nothing_is_no_picture(drawing: Drawing) -> None:
    folder, wrong = drawing('("a" 3)')
    assert wrong == []
    assert [path.name for path in folder.iterdir()] == ["index.json"]


def test_of_few_things_the_text_says_it_all(started: Settings) -> None:
    """Two organisations of two kinds in one work package, and one place: no picture of these."""
    assert build(started).digest
    shown = read_index(started.path(started.folders.releases) / "current/charts")
    assert shown.keys() == {"money-by-origin", "claims", "coverage"}
