"""The files for download: each says what the release says, or the release is not made."""

from pathlib import Path

import pytest

from atmpgraph.errors import ReleaseError
from atmpgraph.formats import RDF_XML, TURTLE
from atmpgraph.publish.dumps import dump

BASE = "https://example.org/p/"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'<https://example.org/p/a> <https://example.org/1> "x" .\n', "cannot abbreviate"),
        (b'<https://example.org/p/a> <https://example.org/says> "\\u0001" .\n', "does not allow the character"),
    ],
)
def test_what_a_format_cannot_say_stops_the_build(line: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    file.write_bytes(line)
    assert dump([file], TURTLE, BASE)
    with pytest.raises(ReleaseError, match=f"^data.rdf .*{reason}"):
        dump([file], RDF_XML, BASE)
