"""Check a graph before it goes live: SHACL, coverage, and the row that each finding comes from."""

from .coverage import Coverage, coverage_lines, coverages
from .shapes import check_shapes

__all__ = ["Coverage", "check_shapes", "coverage_lines", "coverages"]
