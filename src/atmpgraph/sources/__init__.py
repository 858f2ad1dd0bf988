"""Read and check the tables: a Frictionless Data Package of CSV files."""
