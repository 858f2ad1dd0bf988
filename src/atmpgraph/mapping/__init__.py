"""RML compiled once into functions that turn rows into N-Quads text, a graph per source."""

from .compile import Mapper, compile_mapping
from .document import TriplesMap, read_mapping

__all__ = ["Mapper", "TriplesMap", "compile_mapping", "read_mapping"]
