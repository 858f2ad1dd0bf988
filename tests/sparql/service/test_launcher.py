"""What the query service leaves in the file system: nothing, even after an end that it could not foresee."""

import socket
from pathlib import Path

from atmpgraph.sparql.service.launcher import _sweep


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    dead, alive, other, file, site = (
        tmp_path / f"{name}" for name in ("atmpgraph-d", "atmpgraph-a", "x", "atmpgraph-f", "atmpgraph-site")
    )
    listening = []
    for folder in (dead, alive, other):
        folder.mkdir()
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(folder / "queries"))
        listening[-1].listen()
    file.mkdir()
    (file / "queries").write_text("no socket")
    (site / "queries").mkdir(parents=True)  # of a publication
    listening[0].close()
    listening[2].close()
    _sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other, file, site])
    assert (site / "queries").is_dir()
    listening[1].close()
