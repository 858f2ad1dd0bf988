"""A publisher of linked data for innovation partnerships."""

__version__ = "0.1.0"
