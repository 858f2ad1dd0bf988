"""The map: its proportions, its scale, and names that do not lie over one another."""

import json
import math
import re
from html import unescape
from itertools import combinations
from random import Random

import pytest

from atmpgraph.charts.drawing import draw_svg
from atmpgraph.charts.specification import filled

from ..conftest import ROOT

_NAME = re.compile(r'text-anchor="(\w+)" transform="translate\((-?[\d.]+),(-?[\d.]+)\)"[^>]*>(Place [^<]*)</text>')
_POINT = re.compile(r'aria-roledescription="point" transform="translate\((-?[\d.]+),(-?[\d.]+)\)"')
_BAR = re.compile(r'<line transform="translate\(12,\d+\)" x2="([\d.]+)"')
_KILOMETRES = re.compile(r">([\d.,\s]+) km<")


def _map(places: list[tuple[str, float, float]]) -> str:
    specification = json.loads((ROOT / "charts/places.vl.json").read_text("utf-8"))
    rows: list[dict[str, str | int | float | None]] = [
        {"name": name, "latitude": latitude, "longitude": longitude} for name, latitude, longitude in places
    ]
    return draw_svg(filled(specification, rows, {}, {}), "en")


def _points(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in _POINT.findall(svg)]


@pytest.mark.parametrize("latitude", [0.0, 50.5, -60.0])
def test_a_kilometre_is_as_long_in_each_direction(latitude: float) -> None:
    """So it has the right shape, and the scale is true."""
    svg = _map([("Place A", latitude, 4.0), ("Place B", latitude + 1, 4.0), ("Place C", latitude, 5.0)])
    (ax, ay), (bx, by), (cx, cy) = _points(svg)
    degree = ay - by
    assert (bx, cy) == pytest.approx((ax, ay))
    assert cx - ax == pytest.approx(degree * math.cos(math.radians(latitude + 0.5)), rel=0.001)
    bar, said = _BAR.search(svg), _KILOMETRES.search(svg)
    assert bar
    assert said
    assert float(bar[1]) == pytest.approx(float(said[1].replace(",", "")) / 111.32 * degree, rel=0.001)


def test_names_do_not_lie_over_one_another() -> None:
    random = Random(1)
    svg = _map([(f"Place <{n}> & co", 50 + random.random(), 4 + random.random()) for n in range(60)])
    boxes = []
    for anchor, x, y, name in _NAME.findall(svg):
        width = len(unescape(name)) * 6  # about what Arial takes at 11 pixels
        left = float(x) - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
        boxes.append((left, float(y) - 9, left + width, float(y) + 2))
    assert len(_points(svg)) == 60
    assert 15 < len(boxes) < 60
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for x, y in _points(svg):
        assert not any(left < x < right and top < y < bottom for left, top, right, bottom in boxes)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_places_have_all_their_names(count: int) -> None:
    """Places in one spot too."""
    assert len(_NAME.findall(_map([(f"Place {n}", 50.0, 4.0) for n in range(count)]))) == count


@pytest.mark.parametrize("mark", [{"angle": 20}, {"lineBreak": " "}])
def test_what_is_no_name_of_one_line_stays(mark: dict[str, object]) -> None:
    specification = json.loads((ROOT / "charts/places.vl.json").read_text("utf-8"))
    [names] = [layer for layer in specification["layer"] if layer.get("name") == "apart"]
    names["mark"] = {"type": "text", **mark}
    rows: list[dict[str, str | float]] = [
        {"name": f"Place {n}", "latitude": 50.0 + n, "longitude": 4.0} for n in range(3)
    ]
    svg = draw_svg(filled(specification, rows, {}, {}), "en")
    assert [n for n in range(3) if not re.search(rf">(Place )?{n}<", svg)] == []
