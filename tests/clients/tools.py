"""Where the clients are."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from ..conftest import absent

HERE = Path(__file__).parent


def tool(name: str, remedy: str = "make test-clients") -> str:
    """A program, of this environment or of the system; the test is skipped where it is absent, and fails on CI."""
    places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    return shutil.which(name, path=places) or absent(f"{name} is not installed: {remedy}")


def node(script: str, *arguments: str, seconds: float = 600) -> str:
    """What a script prints that is run by Node.js; `bin/…` are the programs of the installed packages."""
    program = tool("node")
    file = HERE / script.replace("bin/", "node_modules/.bin/", 1)
    if not (HERE / "node_modules").exists():
        absent("the clients of npm are not installed: make test-clients")
    return run(program, str(file), *arguments, seconds=seconds)


def run(*command: str, seconds: float = 600) -> str:
    """What a program prints; its complaint when it fails."""
    done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, cwd=HERE)
    assert done.returncode == 0, f"{command[:3]}: {done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout.decode()
