"""Processes that import what this one would, and nothing from a folder that only they are in.

A folder may have a `csv.py` of its own: it would pass for the module of that name.
"""

import os
import sys


def own_path() -> dict[str, str]:
    """The variables of the environment of such a process."""
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
