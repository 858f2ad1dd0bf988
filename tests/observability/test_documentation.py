"""`docs/monitoring.md` lists every event, every field of a request and every metric, and no other."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from atmpgraph.observability.access import Access, Observed, log_access
from atmpgraph.observability.events import EVENTS
from atmpgraph.observability.exposition import gathered
from atmpgraph.observability.log import LOGS, Options
from atmpgraph.observability.metrics import metrics, registry
from atmpgraph.release.build_record import record_build
from atmpgraph.settings import Settings
from atmpgraph.settings.groups import Log
from atmpgraph.web import create_app

from ..conftest import ROOT
from ..http.conformance.targets import InProcess

TEXT = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    below = TEXT.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_event() -> None:
    listed = {
        names(name)[0]: (level, meaning, tuple(names(fields))) for name, level, meaning, fields in rows("### Events")
    }
    assert listed == {name: (event.level, event.meaning, event.fields) for name, event in EVENTS.items()}


@pytest.mark.parametrize("characters", [4_000, 250], ids=["a line", "a line that is cut"])
def test_every_field_of_a_request(characters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []

    def write(line: bytes) -> bool:
        lines.append(line)
        return True

    monkeypatch.setattr(LOGS.requests, "write", write)
    monkeypatch.setattr(LOGS, "options", Options("json", "info", characters))
    access = Access(0.0, "192.0.2.1", "GET", "/path", "query=1", "agent", "referer")
    log_access(Log(), access, Observed("route", "d" * 64, "results"), 200, 1, 0.1)
    assert len(lines[0]) <= characters
    assert [name for cell, _ in rows("### Requests") for name in names(cell)] == list(json.loads(lines[0]))


def test_every_metric(started: Settings) -> None:
    record_build(started.path(started.folders.releases), "new", 1.0)
    target = InProcess(create_app(started), environ={"REMOTE_ADDR": "127.0.0.1"})
    all_of = metrics()
    shown = list(text_string_to_metric_families(target.ask("/metrics").body.decode()))
    labels = {family.name: {label for s in family.samples for label in s.labels} - {"le"} for family in shown}
    for metric in vars(all_of).values():
        if hasattr(metric, "_labelnames"):
            labels[metric._name] = set(metric._labelnames)
    kinds = {metric.name: metric for metric in [*gathered().collect(), *registry().collect(), *shown]}
    expected = {
        f"{name}_total" if metric.type == "counter" and not name.endswith("_total") else name: (
            metric.type,
            labels[name],
            metric.documentation,
        )
        for name, metric in kinds.items()
    }
    listed = {names(name)[0]: (kind, set(names(of)), text) for name, kind, of, text in rows("## Metrics")}
    assert listed == expected
