"""A checkout as a newcomer has it: what is in git, and nothing that was made beside it."""

import os
import shutil
import subprocess
from pathlib import Path

from ..conftest import ROOT, absent

# A make in a make would go on with the options and variables of the outer one.
_OUTER = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV"}

_QUICKER = {"PIP_COMPILE": "0"}  # Python compiles what it imports, which is a part of what is installed


def copy_checkout(folder: Path) -> Path:
    """A copy of the files of this repository, changed ones as they are."""
    listing = ("git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = subprocess.run(listing, capture_output=True, text=True, check=False)
    if done.returncode:
        absent(f"{ROOT} is no git repository")
    for name in filter(None, done.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(cwd: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, with variables of its environment beside."""
    environment = {name: value for name, value in os.environ.items() if name not in _OUTER} | _QUICKER | variables
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False)


def must(cwd: Path, *command: str, **variables: str) -> str:
    """The output of a command that succeeds."""
    done = run(cwd, *command, **variables)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
