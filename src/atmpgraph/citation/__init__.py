"""Citations of a thing or a release: BibTeX, CSL-JSON, Citation File Format, and in words."""

from .work import Work

__all__ = ["Work"]
