"""The plan of a validation, made once for the same shapes: it lies where Python keeps code of modules (`__pycache__`).

To parse the SPARQL of all shapes takes seven seconds, a fourth of the check of 10,000 rows.
"""

import hashlib
import os
import pickle
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from rdflib import Graph
from rdflib import __version__ as rdflib_version

from .. import __version__
from ..sparql.syntax import taking_part
from .validation_plan import ValidationPlan, plan

_FOLDER: Final = Path(cache_from_source(__file__)).parent
_CODE: Final = (Path(__file__).parent, Path(taking_part.__file__).parent)
_MOST: Final = 16  # plans, of the publications and versions that were checked last


def kept_plan(shapes: Graph, recipe: str, *, with_store: bool) -> ValidationPlan:
    """The plan for shapes; one that cannot be read or written is made each time.

    Args:
        shapes: all shapes.
        recipe: their digest; empty where the plan is made for this time alone.
        with_store: whether there is a store of the whole graph.
    """
    if not recipe:
        return plan(shapes, with_store=with_store)
    code = [file.stat().st_mtime_ns for folder in _CODE for file in sorted(folder.glob("*.py"))]
    named = hashlib.sha256(f"{recipe} {with_store} {__version__} {rdflib_version} {code}".encode()).hexdigest()
    path = _FOLDER / f"{named[:32]}.plan"
    with suppress(Exception):  # whatever its bytes are taken for
        earlier: ValidationPlan = pickle.loads(path.read_bytes())  # noqa: S301 - as much our own as the code beside it
        with suppress(OSError):
            os.utime(path)
        return earlier
    planned = plan(shapes, with_store=with_store)
    _write(path, planned)
    return planned


def _write(path: Path, planned: ValidationPlan) -> None:
    """Write a plan, if that is allowed here, in place of the oldest."""
    if sys.dont_write_bytecode:
        return
    new = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError, pickle.PicklingError):
        _FOLDER.mkdir(exist_ok=True)
        try:
            new.write_bytes(pickle.dumps(planned))
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
        plans = sorted(_FOLDER.glob("*.plan"), key=lambda each: each.stat().st_mtime_ns)
        for old in plans[:-_MOST]:
            old.unlink(missing_ok=True)
