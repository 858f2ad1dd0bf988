"""The server under attack: 32 clients with the worst queries, and everybody else goes on."""

from pathlib import Path

import pytest
from benchmarks.queries import ATTACKS, measure

from atmpgraph.settings import Settings

from ..http.conformance.targets import serving

pytestmark = [pytest.mark.clients, pytest.mark.alone]


def test_nobody_notices_the_attacks_of_others(released: Settings, tmp_path: Path) -> None:
    with serving(
        released,
        tmp_path,
        ATMPGRAPH_PROXY_TRUSTED='["127.0.0.1"]',
        ATMPGRAPH_QUERIES_TIMEOUT_SECONDS="4",
        ATMPGRAPH_SERVER_WORKERS="2",
    ) as target:
        alone = sorted(measure(target.port, 4.0, attacked=False)[0])
        lives, queries, ended = measure(target.port, 12.0, attacked=True)
        assert target.ask("/health/ready").status == 200
    lives, queries = sorted(lives), sorted(queries)
    assert len(lives) > 50
    # Those who attack and measure share the cores with the server; a slow machine is slow without an attack too.
    slow = max(1.0, alone[len(alone) // 2] / 0.005)
    assert lives[int(len(lives) * 0.9)] < 0.1 * slow
    assert queries[len(queries) // 2] < 0.5 * slow
    assert set(ended) == set(ATTACKS)
    statuses = {status for answers in ended.values() for status in answers}
    assert statuses <= {0, 200, 400, 413, 429, 503, 504}  # a fast machine may finish one
    assert {504, 400, 413} <= statuses
