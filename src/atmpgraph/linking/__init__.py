"""Linking: which of our things a name or an identifier of others means.

names.py → score.py → matching.py → batch.py   the Reconciliation Service API, without HTTP
schemes.py → lookup.py → sheets.py             identifiers in any spelling
"""
