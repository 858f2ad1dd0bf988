"""The plan of a validation, made once for the same shapes.

To parse the SPARQL of all shapes takes seven seconds, a fourth of the check of 10,000 rows.
"""

from typing import Final

from rdflib import Graph
from rdflib import __version__ as rdflib_version

from ..code_cache import CodeCache
from ..sparql.syntax import taking_part
from .validation_plan import ValidationPlan, plan

# Plans of the publications and versions that were checked last.
_PLANS: Final = CodeCache("plan", __file__, 16, rdflib_version, (taking_part.__file__,))


def kept_plan(shapes: Graph, recipe: str, *, with_store: bool) -> ValidationPlan:
    """The plan for shapes; one that cannot be read or written is made each time.

    Args:
        shapes: all shapes.
        recipe: their digest; empty where the plan is made for this time alone.
        with_store: whether there is a store of the whole graph.
    """
    if not recipe:
        return plan(shapes, with_store=with_store)
    return _PLANS.get(f"{recipe} {with_store}", lambda: plan(shapes, with_store=with_store))
