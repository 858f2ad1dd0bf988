"""A result too large for what is left of the disk."""

import shutil
import subprocess
import sys
from pathlib import Path

from ...conftest import unable

# Writes a large result to a full temporary folder, in namespaces of its own, where any user may mount.
FULL = """
mount -t tmpfs -o size=64k tmpfs "$1"
TMPDIR="$1" exec "$2" -c '
from atmpgraph.http.problem import ProblemError
from atmpgraph.sparql.service.spool import Spool, SpooledResult
small = SpooledResult(Spool(1 << 30))
small.write(b"x" * 1000)
print(sum(map(len, small.pieces())))
try:
    SpooledResult(Spool(1 << 30)).write(b"x" * (1 << 21))
except ProblemError as error:
    print(error.problem.status, error.problem.reason, error.problem.headers["Retry-After"])
'
"""


def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        unable("this machine gives no namespaces")
    command = ["unshare", "-rm", "sh", "-ec", FULL, "sh", str(tmp_path), sys.executable]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["1000", "503 no-space 60"]
