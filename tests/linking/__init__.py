"""Matching names and identifiers."""
