"""Processes that import what this one would, and nothing else from the folder that they are started in.

That may have a `csv.py` of its own, which would pass for the module of that name. A folder in which `python -m` is
called is on the path of this process, and so of those.
"""

import os
import sys


def own_path() -> dict[str, str]:
    """The variables of the environment of such a process."""
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
