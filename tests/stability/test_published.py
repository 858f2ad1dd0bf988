"""What others may build on stays (docs/stability.md); what the page refers to is there."""

import json
import re
from typing import Final

import pytest

from atmpgraph.settings.renamed import RENAMED

from ..conftest import ROOT
from .published import FILE, Published, published

BEFORE: Final[Published] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def now() -> Published:
    return published()


@pytest.mark.parametrize("kind", [kind for kind in BEFORE if kind not in {"prefixes", "settings"}])
def test_nothing_is_taken_away(kind: str, now: Published) -> None:
    gone = set(BEFORE[kind]) - set(now[kind])
    assert not gone, "docs/stability.md says how something is given up"


def test_a_prefix_keeps_its_namespace(now: Published) -> None:
    before, after = BEFORE["prefixes"], now["prefixes"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert before.items() <= after.items()


def test_a_setting_works_or_is_refused_with_its_new_name(now: Published) -> None:
    gone = {place.split()[-1] for place in set(BEFORE["settings"]) - set(now["settings"])}
    assert gone <= set(RENAMED)


def test_the_page_refers_to_tests_that_there_are() -> None:
    text = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    paths = re.findall(r"`(tests/[^`]+)`", text)
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
