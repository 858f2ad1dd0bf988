"""Read and check the tables: a Frictionless Data Package of CSV files."""

from .check import check_tables
from .package import Package, Table, open_package

__all__ = ["Package", "Table", "check_tables", "open_package"]
