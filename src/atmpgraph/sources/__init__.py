"""Read and check the tables: a Frictionless Data Package of CSV files and workbooks."""

from typing import Final

DESCRIPTOR: Final = "datapackage.json"
